{#- On DuckDB, the raw layer may be the lake that target-apex writes, below the path or URL in APEX_LAKE:
    each table of the tap is then a view that shows the newest version of each row, which is what an
    upsert would have left. A real table of that name is never touched; DuckDB says that it is there. -#}
{% macro view_lake_on_duckdb() -%}
    {%- if execute and target.type == 'duckdb' and env_var('APEX_LAKE', '') -%}
        {%- for source in graph.sources.values()
            if source.package_name == 'stripe_apex' and source.source_name == 'stripe' -%}
            {%- set files = env_var('APEX_LAKE') ~ '/' ~ source.schema ~ '/' ~ source.identifier
                ~ '/load_date=*/*.parquet' -%}
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
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{% macro lake_view(relation, files) -%}
create or replace view {{ relation }} as
select *
from read_parquet('{{ files }}', union_by_name = true, hive_partitioning = false)
qualify row_number() over (partition by id order by _sdc_sequence desc) = 1
{%- endmacro %}
