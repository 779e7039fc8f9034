{#- Seeds on Spark. dbt-spark's own macros write a missing value as the text `None` in a session, break
    at an apostrophe, and know no `varchar`. -#}

{% macro spark__create_csv_table(model, agate_table) -%}
    {%- set columns -%}
        {%- for name in agate_table.column_names %}
        {{ name }} {{ stripe_apex.seed_type(model, agate_table, name) }}{{ ',' if not loop.last }}
        {%- endfor -%}
    {%- endset -%}
    {%- call statement('_') -%}
        create table {{ this }} ({{ columns }}) {{ file_format_clause() }} {{ location_clause() }}
    {%- endcall -%}
{%- endmacro %}


{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set statements = [] -%}
    {%- for chunk in agate_table.rows | batch(2000) -%}
        {%- set insert -%}
            insert into {{ this }}
            select
            {%- for name in agate_table.column_names %}
                cast({{ name }} as {{ stripe_apex.seed_type(model, agate_table, name) }})
                {{- ',' if not loop.last }}
            {%- endfor %}
            from values
            {%- for row in chunk %}
            ({% for value in row.values() %}{{ stripe_apex.spark_literal(value) }}
                {{- ', ' if not loop.last }}{% endfor %}){{ ',' if not loop.last }}
            {%- endfor %}
            as seed_rows ({{ agate_table.column_names | join(', ') }})
        {%- endset -%}
        {%- do adapter.add_query(insert, abridge_sql_log=True) -%}
        {%- do statements.append(insert) if not statements -%}
    {%- endfor -%}
    {{ return(statements | first) }}
{%- endmacro %}


{% macro seed_type(model, agate_table, name) -%}
    {%- set given = model['config'].get('column_types', {}).get(name) -%}
    {%- if given -%}
        {{ return(stripe_apex.engine_type(given)) }}
    {%- endif -%}
    {{ return(adapter.convert_type(agate_table, agate_table.column_names.index(name))) }}
{%- endmacro %}


{#- Everything as a text, which the cast then reads. -#}
{% macro spark_literal(value) -%}
    {%- if value is none -%}
        cast(null as string)
    {%- else -%}
        '{{ value | string | replace("\\", "\\\\") | replace("'", "\\'") }}'
    {%- endif -%}
{%- endmacro %}
