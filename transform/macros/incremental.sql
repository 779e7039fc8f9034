{#- What a rebuild would give, written only where it differs: late leads, new links between people,
    rates and settings change old rows, which no bookmark on the charges would notice. -#}

{#- The rows of a CTE that are not yet in the table as they are. -#}
{% macro changed_rows(cte, columns) -%}
    {%- set listed = columns | join(',\n    ') -%}
select
    {{ listed }}
from {{ cte }}
    {%- if is_incremental() %}

except

select
    {{ listed }}
from {{ this }}
    {%- endif -%}
{%- endmacro %}


{#- What the source took back leaves the table: a charge that is gone is revenue no more. -#}
{% macro delete_vanished(key, source_relation) -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where {{ key }} not in (select {{ key }} from {{ source_relation }})
    {%- endif -%}
{%- endmacro %}


{#- A table that another version of this project made, with other columns, is made anew. -#}
{% macro drop_outdated_tables() -%}
    {%- if execute and flags.WHICH in ['run', 'build'] -%}
        {%- for node in graph.nodes.values()
            if node.package_name == 'stripe_apex' and node.config.materialized == 'incremental' -%}
            {%- set relation = load_relation(api.Relation.create(
                database=node.database, schema=node.schema, identifier=node.alias
            )) -%}
            {%- if relation -%}
                {%- set stored = adapter.get_columns_in_relation(relation) | map(attribute='name') -%}
                {%- if stored | sort != node.columns.keys() | sort -%}
                    {%- do adapter.drop_relation(relation) -%}
                    {%- if target.type != 'spark' -%}
                        {#- dbt takes back what a hook leaves open. -#}
                        {%- do run_query('commit') -%}
                        {%- do run_query('begin') -%}
                    {%- endif -%}
                {%- endif -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{% macro incremental_strategy() -%}
    {{ return(adapter.dispatch('incremental_strategy', 'stripe_apex')()) }}
{%- endmacro %}

{% macro default__incremental_strategy() -%}
    {{ return('delete+insert') }}
{%- endmacro %}

{% macro spark__incremental_strategy() -%}
    {{ return('merge') }}
{%- endmacro %}
