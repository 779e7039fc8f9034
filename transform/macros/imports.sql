{#- A table of the schema `apex`, and beside it what `stripe-apex import` brought of the same kind.

    Where both have a row with the same `key` (a rate of one day, an experiment), the imported one is
    taken. Rows of other tables stand side by side. -#}
{% macro with_imports(relation, table, key=none) -%}
    {%- set imported = stripe_apex.imported_relation(table) -%}
    {%- if imported is none -%}
        {{ relation }}
    {%- else -%}
        (
            select {{ stripe_apex.described_columns(table) | join(', ') }}
            from {{ relation }} as own
            {%- if key %}
            where not exists (
                select 1
                from {{ imported }} as imported
                where
                    {%- for column in key %}
                    lower(cast(imported.{{ column }} as {{ dbt.type_string() }}))
                    = lower(cast(own.{{ column }} as {{ dbt.type_string() }}))
                    {{- ' and' if not loop.last }}
                    {%- endfor %}
            )
            {%- endif %}

            union all

            select {{ stripe_apex.described_columns(table) | join(', ') }}
            from {{ imported }} as imported
        )
    {%- endif -%}
{%- endmacro %}


{#- The table of the imports; none where nothing was imported, and in a unit test, whose rows are given. -#}
{% macro imported_relation(table) -%}
    {%- if model.resource_type == 'unit_test' -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set relation = source('apex_import', table) -%}
    {{ return(relation if execute and load_relation(relation) else none) }}
{%- endmacro %}


{% macro described_columns(table) -%}
    {{ return(stripe_apex.described_source('apex', table).columns.values() | map(attribute='name') | list) }}
{%- endmacro %}
