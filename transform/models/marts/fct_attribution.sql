{{ config(materialized='view') }}

{% set models = var('attribution_models') -%}
with paths as (

    select * from {{ ref('int_attribution__paths') }}

),

pathless as (

    select * from {{ ref('int_attribution__pathless') }}

),

credits as (

    {% for model in models -%}
    select
        charge_id,
        '{{ model }}' as attribution_model,
        cast(position as bigint) as touch_position,
        touchpoint_id,
        channel,
        source,
        campaign,
        reason,
        person_id,
        person_charge_number,
        revenue_date,
        currency,
        {{ credit(model, 'minor') }} as credit_minor,
        {{ credit(model, 'reporting_minor') }} as credit_reporting_minor,
        {{ credit(model, 'micros') }} as credit_micros
    from paths
    {%- if model in single_touch_models() %}
    where {{ takes_all(model) }}
    {%- endif %}

    union all

    select
        charge_id,
        '{{ model }}' as attribution_model,
        0 as touch_position,
        cast(null as {{ dbt.type_string() }}) as touchpoint_id,
        channel,
        source,
        campaign,
        reason,
        person_id,
        person_charge_number,
        revenue_date,
        currency,
        net_minor as credit_minor,
        net_reporting_minor as credit_reporting_minor,
        1000000 as credit_micros
    from pathless
    {%- if not loop.last %}

    union all

    {% endif -%}
    {% endfor %}

)

select * from credits
