{%- set models = var('attribution_models') -%}
with paths as (

    select * from {{ ref('int_attribution__paths') }}

),

revenue as (

    select * from {{ ref('fct_revenue') }}

),

walked as (

    select distinct charge_id from paths

),

{% for model in models -%}
{{ model }} as (

    select
        charge_id,
        '{{ model }}' as attribution_model,
        position as touch_position,
        touchpoint_id,
        channel,
        source,
        campaign,
        case when is_shared then 'shared_mailbox' end as reason,
        {{ attribution_weights(model) }}
    from paths
    {%- if model in single_touch_models() %}
    where {{ single_touch_position(model) }}
    {%- endif %}

),

{% endfor -%}
without_touch as (

    select
        revenue.charge_id,
        0 as touch_position,
        cast(null as {{ dbt.type_string() }}) as touchpoint_id,
        {{ fallback_channel() }} as channel,
        case when {{ lead_counts() }} then revenue.lead_source end as source,
        case when {{ lead_counts() }} then revenue.lead_campaign end as campaign,
        case
            when {{ lead_counts() }} then 'lead_channel'
            when revenue.lead_channel is not null then 'excluded_channel'
            else revenue.unmatched_reason
        end as reason
    from revenue
    left join walked
        on revenue.charge_id = walked.charge_id
    where walked.charge_id is null

),

credited as (

    {% for model in models -%}
    select * from {{ model }}

    union all

    {% endfor -%}
    {% for model in models -%}
    select
        charge_id,
        '{{ model }}' as attribution_model,
        touch_position,
        touchpoint_id,
        channel,
        source,
        campaign,
        reason,
        0 as weight_before,
        1 as weight_through,
        1 as weight_total
    from without_touch
    {%- if not loop.last %}

    union all

    {% endif -%}
    {% endfor %}

),

final as (

    select
        credited.charge_id,
        credited.attribution_model,
        credited.touch_position,
        credited.touchpoint_id,
        credited.channel,
        credited.source,
        credited.campaign,
        credited.reason,
        revenue.person_id,
        revenue.person_charge_number,
        revenue.revenue_date,
        revenue.currency,
        {{ telescoped_credit('revenue.net_minor') }} as credit_minor,
        {{ telescoped_credit('revenue.net_reporting_minor') }} as credit_reporting_minor,
        {{ telescoped_credit('1000000') }} as credit_micros
    from credited
    inner join revenue
        on credited.charge_id = revenue.charge_id

)

select * from final
