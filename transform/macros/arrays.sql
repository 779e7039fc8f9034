{#- The distinct values of a group, sorted, as an array. -#}
{% macro sorted_array(column) -%}
    {{ return(adapter.dispatch('sorted_array', 'stripe_apex')(column)) }}
{%- endmacro %}

{% macro default__sorted_array(column) -%}
    array_agg(distinct {{ column }} order by {{ column }})
{%- endmacro %}

{% macro spark__sorted_array(column) -%}
    sort_array(collect_set({{ column }}))
{%- endmacro %}
