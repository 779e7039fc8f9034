{#- One sort of each path gives all weights; the credits of the attribution models that share stand
    side by side, so that a touch is written once and not once for each model. -#}
{%- set models = var('attribution_models') -%}
with touches as (

    select * from {{ ref('int_attribution__touches') }}

),

{% if 'markov' in models -%}
effects as (

    select * from {{ ref('int_markov__removal_effects') }}

),

{% endif -%}
weighed as (

    select
        touches.*,
        case when touches.channel = 'direct' then 0 else 1 end as non_direct,
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
        sum(non_direct) over so_far as non_direct_through,
        sum(non_direct) over path as non_direct_total,
        {%- for name in ['decay', 'markov'] if name == 'decay' or 'markov' in models %}
        cast(sum({{ name }}_weight) over so_far as bigint) as {{ name }}_through,
        cast(sum({{ name }}_weight) over path as bigint) as {{ name }}_total{{ ',' if not loop.last }}
        {%- endfor %}
    from weighed
    window
        path as (partition by person_id, person_charge_number),
        so_far as (
            partition by person_id, person_charge_number
            order by occurred_at, touchpoint_id
            rows between unbounded preceding and current row
        )

),

credited as (

    select
        charge_id,
        person_id,
        person_charge_number,
        revenue_date,
        previous_revenue_date,
        currency,
        net_minor,
        net_reporting_minor,
        position,
        path_length,
        touchpoint_id,
        channel,
        source,
        campaign,
        case when is_shared then 'shared_mailbox' end as reason,
        case
            when non_direct_total = 0 then position = path_length
            else non_direct = 1 and non_direct_through = non_direct_total
        end as is_last_non_direct
        {%- for model in models if model not in single_touch_models() %},
        {{ shared_credit(model, 'net_minor') }} as {{ model }}_minor,
        {{ shared_credit(model, 'net_reporting_minor') }} as {{ model }}_reporting_minor,
        {{ shared_credit(model, '1000000') }} as {{ model }}_micros
        {%- endfor %}
    from positioned

)

select * from credited
