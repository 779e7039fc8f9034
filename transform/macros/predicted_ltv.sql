{#- Whether the models of the predicted LTV are there at all. -#}
{% macro predicts_ltv() -%}
    {%- set wanted = var('predict_ltv') | string | lower == 'true' -%}
    {%- if wanted and target.type != 'duckdb' -%}
        {{ exceptions.raise_compiler_error(
            "The predicted LTV needs DuckDB, where dbt runs models in Python. Set the var"
            ~ " 'predict_ltv' to false for " ~ target.type ~ "."
        ) }}
    {%- endif -%}
    {{ return(wanted) }}
{%- endmacro %}
