{#- A view of so long a text does not fit into Spark's catalog. -#}
{{ config(materialized='table' if target.type == 'spark' else 'view') }}

{% set models = var('attribution_models') -%}
{%- set place = ['position', 'path_length', 'is_last_non_direct'] -%}
with paths as (

    select * from {{ ref('int_attribution__paths') }}

),

pathless as (

    select * from {{ ref('int_attribution__pathless') }}

),

credits as (

    {% for model in models -%}
    {%- set weights = [model ~ '_weight', model ~ '_through', model ~ '_total'] -%}
    select
        charge_id,
        '{{ model }}' as attribution_model,
        cast(position as bigint) as touch_position,
        touchpoint_id,
        touch_date,
        channel,
        source,
        campaign,
        reason,
        person_id,
        person_charge_number,
        revenue_date,
        currency,
        {{ credit(model, 'net_minor', *(place + weights)) }} as credit_minor,
        {{ credit(model, 'net_reporting_minor', *(place + weights)) }} as credit_reporting_minor,
        {{ credit(model, basis_column('minor'), *(place + weights)) }} as credit_basis_minor,
        {{ credit(model, basis_column('reporting_minor'), *(place + weights)) }}
            as credit_basis_reporting_minor,
        {{ credit(model, 'cast(1000000 as bigint)', *(place + weights)) }} as credit_micros
    from paths
    {%- if model in single_touch_models() %}
    where {{ takes_all(model, *place) }}
    {%- endif %}

    union all

    select
        charge_id,
        '{{ model }}' as attribution_model,
        0 as touch_position,
        cast(null as {{ dbt.type_string() }}) as touchpoint_id,
        cast(null as date) as touch_date,
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
        {{ basis_column('minor') }} as credit_basis_minor,
        {{ basis_column('reporting_minor') }} as credit_basis_reporting_minor,
        1000000 as credit_micros
    from pathless
    {%- if not loop.last %}

    union all

    {% endif -%}
    {% endfor %}

)

select * from credits
