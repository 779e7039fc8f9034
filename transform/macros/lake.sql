{#- The raw layer may be the lake that target-apex writes, below the path or URL in APEX_LAKE. Each run
    looks at its files anew; they are never touched. -#}
{% macro register_lake() -%}
    {%- if execute and env_var('APEX_LAKE', '') -%}
        {%- for source in graph.sources.values()
            if source.package_name == 'stripe_apex' and source.source_name == 'stripe' -%}
            {%- set folder = env_var('APEX_LAKE') ~ '/' ~ source.schema ~ '/' ~ source.identifier -%}
            {%- do adapter.dispatch('register_lake_table', 'stripe_apex')(source, folder) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{#- Elsewhere a lake is not read. -#}
{% macro default__register_lake_table(source, folder) -%}
{%- endmacro %}


{#- A view that shows the newest version of each row, which is what an upsert would have left. A real
    table of that name is never touched; DuckDB says that it is there. -#}
{% macro duckdb__register_lake_table(source, folder) -%}
    {%- set files = folder ~ '/load_date=*/*.parquet' -%}
    {%- set found = run_query("select count(*) from glob('" ~ files ~ "')") -%}
    {%- if found.columns[0].values()[0] -%}
        {%- set relation = api.Relation.create(
            database=target.database, schema=source.schema, identifier=source.identifier,
            type='view'
        ) -%}
        {%- do run_query('create schema if not exists ' ~ source.schema) -%}
        {%- do run_query(stripe_apex.lake_view(relation, files)) -%}
        {%- do adapter.cache_added(relation) -%}
    {%- endif -%}
{%- endmacro %}


{% macro lake_view(relation, files) -%}
create or replace view {{ relation }} as
select *
from read_parquet('{{ files }}', union_by_name = true, hive_partitioning = false)
qualify row_number() over (partition by id order by _sdc_sequence desc) = 1
{%- endmacro %}


{#- A table of the files, with each version of a row that was ever loaded. -#}
{% macro spark__register_lake_table(source, folder) -%}
    {%- set relation = api.Relation.create(
        schema=source.schema, identifier=source.identifier, type='table'
    ) -%}
    {%- do run_query('create schema if not exists ' ~ source.schema) -%}
    {%- do run_query('drop table if exists ' ~ relation) -%}
    {%- do run_query(stripe_apex.lake_table(relation, source, folder)) -%}
    {%- do run_query('msck repair table ' ~ relation) -%}
    {%- do adapter.cache_added(relation) -%}
{%- endmacro %}


{% macro lake_table(relation, source, folder) -%}
create table {{ relation }} (
    {%- for column in source.columns.values() %}
    {{ column.name }} {{ stripe_apex.engine_type(column.data_type) }},
    {%- endfor %}
    _sdc_batched_at timestamp,
    _sdc_sequence bigint,
    load_date date
)
using parquet
partitioned by (load_date)
location '{{ folder }}'
{%- endmacro %}
