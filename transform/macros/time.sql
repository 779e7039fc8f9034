{#- An instant that the loader wrote in UTC, whether or not the column's type says so. -#}
{% macro utc(column) -%}
    {{ return(adapter.dispatch('utc', 'stripe_apex')(column)) }}
{%- endmacro %}

{% macro default__utc(column) -%}
    {{ column }}
{%- endmacro %}

{#- A column without a time zone is read in the session's, which profiles.yml sets to UTC. -#}
{% macro duckdb__utc(column) -%}
    cast({{ column }} as timestamp with time zone)
{%- endmacro %}

{#- target-postgres has no type for an instant; the seconds of either type are those of UTC. -#}
{% macro postgres__utc(column) -%}
    to_timestamp(extract(epoch from {{ column }}))
{%- endmacro %}


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


{#- The day of an instant as loaders write days: that of UTC, whatever the type of the column is. -#}
{% macro day_in_utc(instant, type) -%}
    {%- set has_zone = 'with time zone' in type or type == 'timestamptz' -%}
    {{ return('cast(' ~ instant ~ (" at time zone 'UTC'" if has_zone else '') ~ ' as date)') }}
{%- endmacro %}


{#- Whole seconds since 1970. -#}
{% macro epoch_seconds(instant) -%}
    {{ return(adapter.dispatch('epoch_seconds', 'stripe_apex')(instant)) }}
{%- endmacro %}

{% macro default__epoch_seconds(instant) -%}
    cast(floor(extract(epoch from {{ instant }})) as bigint)
{%- endmacro %}

{% macro duckdb__epoch_seconds(instant) -%}
    epoch_us({{ instant }}) // 1000000
{%- endmacro %}

{% macro spark__epoch_seconds(instant) -%}
    unix_timestamp({{ instant }})
{%- endmacro %}


{#- Days of 24 hours: a calendar day would be longer or shorter where the session's time zone changes
    its clocks. -#}
{% macro days(number) -%}
    interval '{{ 24 * (number | int) }} hours'
{%- endmacro %}


{#- Is it so long from one page view to the next of a visitor that a visit ended between them? -#}
{% macro is_pause(previous_at, occurred_at) -%}
    {{ return(adapter.dispatch('is_pause', 'stripe_apex')(previous_at, occurred_at)) }}
{%- endmacro %}

{% macro default__is_pause(previous_at, occurred_at) -%}
    {{ occurred_at }} >= {{ previous_at }} + interval '{{ var("visit_timeout_minutes") | int }} minutes'
{%- endmacro %}

{#- Intervals know calendars, which takes longer than all else about a visit. -#}
{% macro duckdb__is_pause(previous_at, occurred_at) -%}
    epoch_us({{ occurred_at }}) - epoch_us({{ previous_at }})
    >= {{ 60000000 * (var('visit_timeout_minutes') | int) }}
{%- endmacro %}


{#- Whole months from one day to another. -#}
{% macro months_between(start, end) -%}
    cast({{ dbt.datediff(start, end, 'month') }} as bigint)
{%- endmacro %}
