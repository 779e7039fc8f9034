{#- Periods of time that unit economics are said for. -#}

{#- The last day that the rolling periods include: the var, else the last day in a column. -#}
{% macro as_of_date(relation, revenue_date) -%}
    {%- if var('as_of_date') -%}
        cast('{{ var("as_of_date") }}' as date)
    {%- else -%}
        (select coalesce(max({{ revenue_date }}), current_date) from {{ relation }})
    {%- endif -%}
{%- endmacro %}


{% macro rolling_days() -%}
    {{ return([7, 30, 90]) }}
{%- endmacro %}


{#- Is a charge the payer's first since a day? A customer of a period counts once in it. -#}
{% macro is_first_since(start, previous_revenue_date) -%}
    ({{ previous_revenue_date }} is null or {{ previous_revenue_date }} < {{ start }})
{%- endmacro %}


{#- Is a day not the last one of its month? -#}
{% macro is_within_month(day) -%}
    {{ stripe_apex.first_of_month('(' ~ day ~ ' + 1)') }} = {{ stripe_apex.first_of_month(day) }}
{%- endmacro %}


{% macro first_of_month(day) -%}
    cast({{ dbt.date_trunc('month', day) }} as date)
{%- endmacro %}
