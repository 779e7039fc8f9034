{#- What a rebuild would give, written only where it differs: late leads, new links between people,
    rates and settings change old rows, which no bookmark on the charges would notice. -#}

{#- The rows of a CTE that are not yet in the table as they are. -#}
{% macro changed_rows(cte) -%}
    {%- set columns = model.columns.keys() | join(',\n    ') -%}
select
    {{ columns }}
from {{ cte }}
    {%- if is_incremental() %}

except

select
    {{ columns }}
from {{ this }}
    {%- endif -%}
{%- endmacro %}


{#- A charge that the source took back is revenue no more. -#}
{% macro delete_vanished_charges() -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where charge_id not in (select charge_id from {{ ref('stg_stripe__charges') }})
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
