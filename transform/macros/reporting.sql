{#- Amounts in the reporting currency. -#}

{#- A part of a charge: as Stripe settled it where it settled in that currency, else by the day's
    rate; null where there is neither, but nothing captured is 0 in any currency. Where
    `gross_reporting_minor`, a column with the same of all that was captured, is known, a part that is
    the whole takes it: most are, and nothing in int_charges__priced takes longer than so wide a
    division. -#}
{% macro in_reporting_currency(
    minor, gross_minor, method, settled_minor, rate, minor_units, gross_reporting_minor=none
) -%}
    case
        when {{ method }} = 'same_currency' then {{ minor }}
        when {{ gross_minor }} = 0 then 0
        {%- if gross_reporting_minor %}
        when {{ minor }} = {{ gross_minor }} then {{ gross_reporting_minor }}
        {%- endif %}
        else case {{ method }}
            when 'settled'
                then {{ stripe_apex.round_divide(
                    stripe_apex.wide(minor) ~ ' * ' ~ settled_minor, gross_minor
                ) }}
            else {{ stripe_apex.convert_minor(minor, rate, minor_units) }}
        end
    end
{%- endmacro %}


{#- Minor units of one currency in those of the reporting currency, by a rate between majors. -#}
{% macro convert_minor(minor, rate, minor_units) -%}
    {{ stripe_apex.round_divide(
        stripe_apex.wide(minor)
        ~ ' * ' ~ stripe_apex.wide(rate ~ ' * cast(1000000000000 as decimal(13, 0))')
        ~ ' * ' ~ stripe_apex.power_of_ten(stripe_apex.reporting_minor_units()),
        stripe_apex.wide('1000000000000') ~ ' * ' ~ stripe_apex.power_of_ten(minor_units)
    ) }}
{%- endmacro %}


{#- The rate between major units at which Stripe settled amounts of one currency in the reporting currency,
    to twelve places. -#}
{% macro implied_rate(settled_minor, gross_minor, minor_units) -%}
    cast(
        cast({{ stripe_apex.round_divide(
            stripe_apex.wide(settled_minor)
            ~ ' * ' ~ stripe_apex.wide('1000000000000')
            ~ ' * ' ~ stripe_apex.power_of_ten(minor_units),
            stripe_apex.wide(gross_minor)
            ~ ' * ' ~ stripe_apex.power_of_ten(stripe_apex.reporting_minor_units())
        ) }} as decimal(24, 0)) * cast(0.000000000001 as decimal(13, 12)) as decimal(24, 12)
    )
{%- endmacro %}


{#- A sum of whole numbers that is null where one of its parts is: money without a rate is missing, and a
    sum of the rest would pass for the total. The parts are all rows, or those in which `parts` is not
    null; `witness` is a column that is null where the amount is, if one count shall do for several. -#}
{% macro sum_of_all(amount, parts='*', over=none, witness=none) -%}
    {%- set window = ' over ' ~ over if over else '' -%}
    case
        when count({{ parts }}){{ window }} = count({{ witness or amount }}){{ window }}
            then cast(sum({{ amount }}){{ window }} as bigint)
    end
{%- endmacro %}


{#- The exponent of the reporting currency, from Stripe's table. -#}
{% macro reporting_minor_units() -%}
    (
        select minor_units from {{ ref('stripe_currencies') }}
        where currency = '{{ var("reporting_currency") }}'
    )
{%- endmacro %}
