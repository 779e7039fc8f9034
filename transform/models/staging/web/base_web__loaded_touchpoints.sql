{{ config(
    materialized='table',
    enabled=true if var('touchpoint_sources') else false,
    meta={'reads': var('touchpoint_sources')}
) }}

{%- for source in web_sources('touchpoint_sources') %}
{{ web_page_views(source) }}
{{ 'union all' if not loop.last }}
{%- else %}
select 1 as a_row_while_dbt_parses
{%- endfor %}
