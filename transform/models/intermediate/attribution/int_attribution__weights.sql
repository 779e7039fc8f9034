{#- One sort of each path gives all places and weights. A touch is written once and not once for each
    attribution model; the credits follow from what stands here. Writing and sorting are what takes
    time: numbers are small, and texts that repeat are the number of their signal. -#}
{%- set weighed = weighed_models() -%}
with touches as (

    select * from {{ ref('int_attribution__touches') }}

),

revenue as (

    select * from {{ ref('int_charges__priced') }}

),

{% if 'markov' in weighed -%}
effects as (

    select * from {{ ref('int_markov__removal_effects') }}

),

{% endif -%}
{% if 'time_decay' in weighed -%}
timed as (

    select
        *,
        max(occurred_at) over (partition by person_id, person_charge_number) as last_touch_at
    from touches

),

{% endif -%}
weighed as (

    select
        touches.*,
        case when touches.channel <> 'direct' then 1 end as non_direct
        {%- for model in weighed %},
        {% if model == 'markov' -%}
        coalesce(effects.markov_weight, 1) as markov_weight
        {%- else -%}
        {{ decay_weight('touches.last_touch_at', 'touches.occurred_at') }} as time_decay_weight
        {%- endif %}
        {%- endfor %}
    from {{ 'timed as touches' if 'time_decay' in weighed else 'touches' }}
    {%- if 'markov' in weighed %}
    left join effects
        on touches.channel = effects.channel
    {%- endif %}

),

positioned as (

    select
        *,
        cast(row_number() over so_far as integer) as position,
        cast(count(*) over path as integer) as path_length,
        count(non_direct) over so_far as non_direct_through,
        count(non_direct) over path as non_direct_total
        {%- for model in weighed %},
        cast(sum({{ model }}_weight) over so_far as bigint) as {{ model }}_through,
        cast(sum({{ model }}_weight) over path as bigint) as {{ model }}_total
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

final as (

    select
        revenue.charge_id,
        revenue.person_id,
        revenue.person_charge_number,
        revenue.revenue_date,
        revenue.previous_revenue_date,
        revenue.is_new,
        revenue.currency,
        revenue.net_minor,
        revenue.net_reporting_minor,
        {%- for name in amounts_beside_net() %}
        revenue.{{ name }},
        {%- endfor %}
        positioned.touchpoint_id,
        {{ local_date('positioned.occurred_at') }} as touch_date,
        positioned.signal_id,
        positioned.is_shared,
        positioned.position,
        positioned.path_length,
        case
            when positioned.non_direct_total = 0 then positioned.position = positioned.path_length
            else
                positioned.non_direct is not null
                and positioned.non_direct_through = positioned.non_direct_total
        end as is_last_non_direct
        {%- for model in weighed %},
        positioned.{{ model }}_weight,
        positioned.{{ model }}_through,
        positioned.{{ model }}_total
        {%- endfor %}
    from positioned
    inner join revenue
        on
            positioned.person_id = revenue.person_id
            and positioned.person_charge_number = revenue.person_charge_number

)

select * from final
