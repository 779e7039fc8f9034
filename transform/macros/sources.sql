{#- The table that the tap loaded; before the first sync, an empty one of the same shape. -#}
{% macro stripe_source(table) -%}
    {{ stripe_apex.source_or_empty('stripe', table) }}
{%- endmacro %}


{#- A table of the schema `apex`: the demo's seed, the user's own table, or an empty one; beside it what was
    imported of the same kind, which takes the place of rows with the same `key`, and what trackers and CRMs
    hold. -#}
{% macro apex_source(table, key=none) -%}
    {%- set relation = stripe_apex.with_imports(stripe_apex.own_source(table), table, key) -%}
    {{ stripe_apex.with_web_sources(relation, table) }}
{%- endmacro %}

{% macro own_source(table) -%}
    {%- set relation = source('apex', table) -%}
    {%- if stripe_apex.has_demo_seeds() -%}
        {{ ref(table) }}
    {%- elif execute and model.resource_type != 'unit_test' and load_relation(relation) -%}
        {{ stripe_apex.own_table(table, relation) }}
    {%- else -%}
        {{ stripe_apex.source_or_empty('apex', table) }}
    {%- endif -%}
{%- endmacro %}

{% macro has_demo_seeds() -%}
    {%- set said = var('apex_demo_seeds', env_var('APEX_DEMO_SEEDS', 'false')) -%}
    {{ return(said | string | lower == 'true') }}
{%- endmacro %}


{#- A missing source means no rows yet, not an error: its columns are taken from its description.
    In a unit test the rows that the test gives stand in for the source, so nothing is looked up. -#}
{% macro source_or_empty(source_name, table) -%}
    {%- set relation = source(source_name, table) -%}
    {%- if not execute or model.resource_type == 'unit_test' or load_relation(relation) -%}
        {{ relation }}
    {%- else -%}
        {%- set described = stripe_apex.described_source(source_name, table) -%}
        (
            select
            {%- for column in described.columns.values() %}
                cast(null as {{ stripe_apex.engine_type(column.data_type) }}) as {{ column.name }}
                {{- ',' if not loop.last }}
            {%- endfor %}
            where 1 = 0
        )
    {%- endif -%}
{%- endmacro %}


{#- A column that the loaded table may lack, since an older version of the tap made it: then null. -#}
{% macro source_column(source_name, table, name) -%}
    {%- set relation = source(source_name, table) -%}
    {%- set loaded = execute and model.resource_type != 'unit_test' and load_relation(relation) -%}
    {%- set names = adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list
        if loaded else [name] -%}
    {%- if name in names -%}
        {{ return(name) }}
    {%- endif -%}
    {%- set described = stripe_apex.described_source(source_name, table).columns[name] -%}
    {{ return('cast(null as ' ~ stripe_apex.engine_type(described.data_type) ~ ')') }}
{%- endmacro %}


{% macro described_source(source_name, table) -%}
    {{ return(graph.sources.values()
        | selectattr('package_name', 'equalto', 'stripe_apex')
        | selectattr('source_name', 'equalto', source_name)
        | selectattr('name', 'equalto', table) | first) }}
{%- endmacro %}


{#- dbt lists a schema when it is first asked for, and until the list is complete another thread takes a
    table that is in it for missing: a source with rows would be read as empty. So the lists are made
    before there are threads. -#}
{% macro list_sources() -%}
    {%- if execute -%}
        {%- for source in graph.sources.values()
            if source.package_name == 'stripe_apex' -%}
            {%- do load_relation(api.Relation.create(
                database=source.database, schema=source.schema, identifier=source.identifier
            )) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{#- The engine's name for a type of the source descriptions, which speak DuckDB. -#}
{% macro engine_type(name) -%}
    {{ return(adapter.dispatch('engine_type', 'stripe_apex')(name)) }}
{%- endmacro %}

{% macro default__engine_type(name) -%}
    {{ return(name) }}
{%- endmacro %}

{% macro spark__engine_type(name) -%}
    {{ return({
        'varchar': 'string', 'json': 'string', 'timestamp with time zone': 'timestamp',
    }.get(name, name)) }}
{%- endmacro %}


{#- When the newest row of a source came, for `dbt source freshness`; null where the table is not there
    yet, which is stale and no error. -#}
{% macro newest(instant) -%}
    {%- if load_relation(this) -%}
        select max({{ instant }}) from {{ this }}
    {%- else -%}
        select cast(null as timestamp)
    {%- endif -%}
{%- endmacro %}
