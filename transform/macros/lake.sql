{#- On Spark, the raw layer is the lake that target-apex writes: files of Parquet below the path or URL
    in APEX_LAKE. Each run looks at them anew; the files themselves are never touched. -#}
{% macro register_lake() -%}
    {%- if execute and target.type == 'spark' and env_var('APEX_LAKE', '') -%}
        {%- for source in graph.sources.values()
            if source.package_name == 'stripe_apex' and source.source_name == 'stripe' -%}
            {%- set relation = api.Relation.create(
                schema=source.schema, identifier=source.identifier, type='table'
            ) -%}
            {%- do run_query('create schema if not exists ' ~ source.schema) -%}
            {%- do run_query('drop table if exists ' ~ relation) -%}
            {%- do run_query(stripe_apex.lake_table(relation, source)) -%}
            {%- do run_query('msck repair table ' ~ relation) -%}
            {%- do adapter.cache_added(relation) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{% macro lake_table(relation, source) -%}
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
location '{{ env_var("APEX_LAKE") }}/{{ source.schema }}/{{ source.identifier }}'
{%- endmacro %}
