{#- Arithmetic on money is exact on every engine: whole numbers and decimals, never a float. -#}

{#- floor(numerator / denominator) of whole numbers, denominator above zero, negatives included. -#}
{% macro floor_divide(numerator, denominator) -%}
    {{ return(adapter.dispatch('floor_divide', 'stripe_apex')(numerator, denominator)) }}
{%- endmacro %}

{#- A quotient that is rounded before it is floored is one too great just below a whole number: each
    engine has a division of its own that cuts. -#}
{% macro default__floor_divide(numerator, denominator) -%}
    cast(
        case
            when {{ numerator }} >= 0
                then {{ stripe_apex.cut_divide(numerator, denominator) }}
            else -{{ stripe_apex.cut_divide(
                '(' ~ denominator ~ ') - 1 - (' ~ numerator ~ ')', denominator
            ) }}
        end as bigint
    )
{%- endmacro %}


{#- A quotient of whole numbers that may pass 64 bits, cut towards zero. -#}
{% macro cut_divide(numerator, denominator) -%}
    {{ return(adapter.dispatch('cut_divide', 'stripe_apex')(numerator, denominator)) }}
{%- endmacro %}

{% macro default__cut_divide(numerator, denominator) -%}
    div({{ stripe_apex.wide(numerator) }}, {{ stripe_apex.wide(denominator) }})
{%- endmacro %}

{#- Its / gives a DOUBLE. -#}
{% macro duckdb__cut_divide(numerator, denominator) -%}
    (({{ numerator }}) // ({{ denominator }}))
{%- endmacro %}

{% macro spark__cut_divide(numerator, denominator) -%}
    ({{ stripe_apex.wide(numerator) }} div {{ stripe_apex.wide(denominator) }})
{%- endmacro %}


{#- A whole number wide enough for a product of two 64-bit ones. -#}
{% macro wide(expression) -%}
    {{ return(adapter.dispatch('wide', 'stripe_apex')(expression)) }}
{%- endmacro %}

{% macro default__wide(expression) -%}
    cast({{ expression }} as decimal(38, 0))
{%- endmacro %}

{% macro duckdb__wide(expression) -%}
    cast({{ expression }} as hugeint)
{%- endmacro %}


{#- The nearest whole number, halves upwards. -#}
{% macro round_divide(numerator, denominator) -%}
    {{ stripe_apex.floor_divide(
        '2 * (' ~ numerator ~ ') + (' ~ denominator ~ ')', '2 * (' ~ denominator ~ ')'
    ) }}
{%- endmacro %}


{#- Minor units as a decimal number of major units, by the exponent of the currency. -#}
{% macro major(minor, minor_units) -%}
    cast(
        {{ minor }} * case {{ minor_units }}
            when 0 then cast(1 as decimal(4, 3))
            when 2 then cast(0.01 as decimal(4, 3))
            when 3 then cast(0.001 as decimal(4, 3))
        end as decimal(28, 3)
    )
{%- endmacro %}


{#- A quotient of two amounts as a decimal with six places; null where there is nothing to divide by. -#}
{% macro ratio(numerator, denominator) -%}
    case
        when {{ denominator }} > 0
            then cast(
                {{ stripe_apex.round_divide(
                    '1000000 * ' ~ stripe_apex.wide(numerator), denominator
                ) }} * cast(0.000001 as decimal(7, 6)) as decimal(24, 6)
            )
    end
{%- endmacro %}


{#- 10, 100 or 1000: minor units in a major one. -#}
{% macro power_of_ten(minor_units) -%}
    case {{ minor_units }} when 0 then 1 when 2 then 100 when 3 then 1000 end
{%- endmacro %}


{#- What was really given back of a charge, minor units. Rows of an older version of the tap do not say:
    Stripe's own number may hold what was never captured too, so no more than was captured counts. -#}
{% macro refunded_minor(refunded_amount, amount_refunded, amount_captured) -%}
    coalesce(
        {{ refunded_amount }}, least({{ amount_captured }}, greatest(0, {{ amount_refunded }}))
    )
{%- endmacro %}
