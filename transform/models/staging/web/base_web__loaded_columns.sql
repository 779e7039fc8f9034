{{ config(
    materialized='table',
    enabled=true if var('touchpoint_sources') or var('lead_sources') else false,
    meta={'reads': [var('touchpoint_sources'), var('lead_sources')]}
) }}

{#- Which columns hold people, for `stripe-apex forget` and `hash-emails`, which reach the tables of this
    database alone. -#}
with told as (

    {%- for query in web_person_columns() %}
    {{ query }}
    {{- 'union' if not loop.last }}
    {%- else %}
    select
        cast(null as {{ dbt.type_string() }}) as table_label,
        cast(null as {{ dbt.type_string() }}) as column_name,
        cast(null as {{ dbt.type_string() }}) as role
    where 1 = 0
    {%- endfor %}

)

select * from told
