{#- One sort of each path gives all weights; the credits of the attribution models that share stand
    side by side, so that a touch is written once and not once for each model. -#}
{%- set models = var('attribution_models') -%}
with touches as (

    select * from {{ ref('int_attribution__touches') }}

),

revenue as (

    select * from {{ ref('fct_revenue') }}

),

{% if 'markov' in models -%}
effects as (

    select * from {{ ref('int_markov__removal_effects') }}

),

{% endif -%}
weighed as (

    select
        touches.*,
        {{ decay_weight('touches.converted_at', 'touches.occurred_at') }} as decay_weight
        {%- if 'markov' in models %},
        coalesce(effects.markov_weight, 1) as markov_weight
        {%- endif %}
    from touches
    {%- if 'markov' in models %}
    left join effects
        on touches.channel = effects.channel
    {%- endif %}

),

positioned as (

    select
        *,
        row_number() over so_far as position,
        count(*) over path as path_length,
        coalesce(
            max(case when channel <> 'direct' then touch_number end) over path,
            max(touch_number) over path
        ) as last_non_direct,
        {%- for name in ['decay', 'markov'] if name == 'decay' or 'markov' in models %}
        cast(sum({{ name }}_weight) over so_far as bigint) as {{ name }}_through,
        cast(sum({{ name }}_weight) over path as bigint) as {{ name }}_total{{ ',' if not loop.last }}
        {%- endfor %}
    from weighed
    window
        path as (partition by person_id, person_charge_number),
        so_far as (
            partition by person_id, person_charge_number order by touch_number
            rows between unbounded preceding and current row
        )

),

credited as (

    select
        revenue.charge_id,
        revenue.person_id,
        revenue.person_charge_number,
        revenue.revenue_date,
        revenue.previous_revenue_date,
        revenue.currency,
        revenue.net_minor,
        revenue.net_reporting_minor,
        positioned.position,
        positioned.path_length,
        positioned.touchpoint_id,
        positioned.channel,
        positioned.source,
        positioned.campaign,
        case when positioned.is_shared then 'shared_mailbox' end as reason,
        positioned.touch_number = positioned.last_non_direct as is_last_non_direct
        {%- for model in models if model not in single_touch_models() %},
        {{ shared_credit(model, 'net_minor') }} as {{ model }}_minor,
        {{ shared_credit(model, 'net_reporting_minor') }} as {{ model }}_reporting_minor,
        {{ shared_credit(model, '1000000') }} as {{ model }}_micros
        {%- endfor %}
    from positioned
    inner join revenue
        on
            positioned.person_id = revenue.person_id
            and positioned.person_charge_number = revenue.person_charge_number

)

select * from credited
