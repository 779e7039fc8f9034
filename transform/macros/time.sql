{#- The calendar day of an instant in the var `timezone`. -#}
{% macro local_date(instant) -%}
    {{ return(adapter.dispatch('local_date', 'stripe_apex')(instant)) }}
{%- endmacro %}

{% macro default__local_date(instant) -%}
    cast({{ instant }} at time zone '{{ var("timezone") }}' as date)
{%- endmacro %}

{% macro spark__local_date(instant) -%}
    to_date(from_utc_timestamp({{ instant }}, '{{ var("timezone") }}'))
{%- endmacro %}


{#- Whole seconds since 1970. -#}
{% macro epoch_seconds(instant) -%}
    {{ return(adapter.dispatch('epoch_seconds', 'stripe_apex')(instant)) }}
{%- endmacro %}

{% macro default__epoch_seconds(instant) -%}
    cast(floor(extract(epoch from {{ instant }})) as bigint)
{%- endmacro %}

{% macro spark__epoch_seconds(instant) -%}
    unix_timestamp({{ instant }})
{%- endmacro %}


{% macro days(number) -%}
    interval '{{ number }} days'
{%- endmacro %}
