{#- The product's definitions, from sums in minor units of one currency and people in millionths:
    CPL = spend / leads, CAC = spend / new customers, LTV = revenue / customers,
    ROAS = revenue / spend, payback in months = CAC / (LTV / months of the period). `basis` is what they
    count as revenue. Rounded once, at the end. Where some people may be new or not, CAC and payback are
    null: without them CAC would be too high, with them too low. `month_units` is the length of the
    period, see months_of_period; a day is too short for a payback. -#}
{% macro unit_economics(
    basis, spend, leads, customer_micros, new_customer_micros, maybe_new_customer_micros, minor_units,
    month_units=none
) -%}
    {%- set known_new = stripe_apex.where_known(new_customer_micros, maybe_new_customer_micros) -%}
    {%- set micros = stripe_apex.wide('1000000') -%}
    {%- set unit = stripe_apex.power_of_ten(minor_units) -%}
    {{ stripe_apex.ratio(spend, leads ~ ' * ' ~ unit) }} as cpl,
    {{ stripe_apex.ratio(micros ~ ' * ' ~ spend, known_new ~ ' * ' ~ unit) }} as cac,
    {{ stripe_apex.ratio(micros ~ ' * ' ~ basis, customer_micros ~ ' * ' ~ unit) }} as ltv,
    {{ stripe_apex.ratio(basis, spend) }} as roas,
    {%- if month_units %}
    {{ stripe_apex.ratio(
        stripe_apex.wide(spend) ~ ' * ' ~ customer_micros ~ ' * ' ~ month_units,
        stripe_apex.wide(known_new) ~ ' * ' ~ basis ~ ' * ' ~ stripe_apex.units_of_a_month()
    ) }} as payback_months
    {%- else %}
    cast(null as decimal(24, 6)) as payback_months
    {%- endif %}
{%- endmacro %}


{#- The length of a period, in parts of a month of which units_of_a_month make one: whole calendar months
    are as many, of any others a day is 1 / 30.4375. Days before the first charge and after the last do not
    count, since nothing is known of them. -#}
{% macro months_of_period(period_start, period_end, first_day, last_day) -%}
    {%- set start = 'greatest(' ~ period_start ~ ', ' ~ first_day ~ ')' -%}
    {%- set end = 'least(' ~ period_end ~ ', ' ~ last_day ~ ' + 1)' -%}
    case
        when
            {{ stripe_apex.first_of_month(start) }} = {{ start }}
            and {{ stripe_apex.first_of_month(end) }} = {{ end }}
            then {{ stripe_apex.units_of_a_month() }} * {{ stripe_apex.months_between(start, end) }}
        else 10000 * cast({{ dbt.datediff(start, end, 'day') }} as bigint)
    end
{%- endmacro %}


{% macro units_of_a_month() -%}
    304375
{%- endmacro %}


{#- An amount of new customers; null where it may lack some. -#}
{% macro where_known(amount, maybe_new_customer_micros) -%}
    case when {{ maybe_new_customer_micros }} = 0 then {{ amount }} end
{%- endmacro %}


{#- Shares of people or of conversions, which are kept in whole millionths. -#}
{% macro from_micros(micros) -%}
    cast({{ micros }} * cast(0.000001 as decimal(7, 6)) as decimal(24, 6))
{%- endmacro %}


{#- Unit economics of each calendar month and of the last 7, 30 and 90 days up to `as_of_date`, for each
    combination of `dimensions`; `daily` is int_channels__daily, `charges` fct_revenue. Periods are half-open: from
    period_start to the day before period_end. -#}
{% macro unit_economics_by_period(dimensions, daily, charges) -%}
with as_of as (

    select
        {{ stripe_apex.as_of_date(charges, 'revenue_date') }} as as_of_date,
        {{ stripe_apex.new_customers_known_from(charges) }} as new_customers_known_from,
        (select min(revenue_date) from {{ charges }}) as first_day,
        (select max(revenue_date) from {{ charges }}) as last_day

),

daily as (

    select * from {{ daily }}

),

days as (

    select
        'month' as period,
        {{ stripe_apex.first_of_month('activity_date') }} as period_start,
        cast({{ dbt.dateadd('month', 1, stripe_apex.first_of_month('activity_date')) }} as date)
            as period_end,
        month_customer_micros as period_customer_micros,
        daily.*
    from daily

    {% for number in stripe_apex.rolling_days() -%}
    union all

    select
        'last_{{ number }}_days' as period,
        as_of.as_of_date - {{ number - 1 }} as period_start,
        as_of.as_of_date + 1 as period_end,
        last_{{ number }}_customer_micros as period_customer_micros,
        daily.*
    from daily
    inner join as_of
        on daily.activity_date between as_of.as_of_date - {{ number - 1 }} and as_of.as_of_date

    {% endfor %}

),

summed as (

    select
        period,
        period_start,
        period_end,
        {{ dimensions | join(',\n        ') }},
        {%- for amount in ['revenue', 'kept', 'basis', 'new_revenue', 'maybe_new_revenue', 'new_basis'] %}
        {{ stripe_apex.sum_of_all(amount ~ '_reporting_minor') }} as {{ amount }}_minor,
        {%- endfor %}
        {{ stripe_apex.sum_of_all(
            'revenue_reporting_minor - new_revenue_reporting_minor - maybe_new_revenue_reporting_minor'
        ) }} as returning_revenue_minor,
        cast(sum(conversion_micros) as bigint) as conversion_micros,
        cast(sum(period_customer_micros) as bigint) as customer_micros,
        cast(sum(new_customer_micros) as bigint) as new_customer_micros,
        cast(sum(maybe_new_customer_micros) as bigint) as maybe_new_customer_micros,
        cast(sum(leads) as bigint) as leads,
        {{ stripe_apex.sum_of_all('spend_reporting_minor') }} as spend_minor,
        count(
            case
                when revenue_reporting_minor is null or spend_reporting_minor is null then 1
            end
        ) as parts_without_rate
    from days
    group by
        period,
        period_start,
        period_end,
        {{ dimensions | join(',\n        ') }}

),

final as (

    select
        period,
        period_start,
        period_end,
        {{ dimensions | join(',\n        ') }},
        '{{ var("reporting_currency") }}' as currency,
        revenue_minor,
        {{ stripe_apex.major('revenue_minor', stripe_apex.reporting_minor_units()) }} as revenue,
        kept_minor,
        {{ stripe_apex.major('kept_minor', stripe_apex.reporting_minor_units()) }} as kept,
        new_revenue_minor,
        returning_revenue_minor,
        maybe_new_revenue_minor,
        {%- for part in ['new', 'returning', 'maybe_new'] %}
        {{ stripe_apex.major(part ~ '_revenue_minor', stripe_apex.reporting_minor_units()) }}
            as {{ part }}_revenue,
        {%- endfor %}
        {{ stripe_apex.from_micros('conversion_micros') }} as conversions,
        {{ stripe_apex.from_micros('customer_micros') }} as customers,
        {{ stripe_apex.from_micros('new_customer_micros') }} as new_customers,
        {{ stripe_apex.from_micros('maybe_new_customer_micros') }} as maybe_new_customers,
        as_of.new_customers_known_from,
        leads,
        spend_minor,
        {{ stripe_apex.major('spend_minor', stripe_apex.reporting_minor_units()) }} as spend,
        parts_without_rate,
        {{ stripe_apex.unit_economics(
            'basis_minor', 'spend_minor', 'leads', 'customer_micros', 'new_customer_micros',
            'maybe_new_customer_micros', stripe_apex.reporting_minor_units(),
            month_units=stripe_apex.months_of_period(
                'period_start', 'period_end', 'as_of.first_day', 'as_of.last_day'
            )
        ) }},
        {{ stripe_apex.ratio(
            stripe_apex.where_known('new_basis_minor', 'maybe_new_customer_micros'), 'spend_minor'
        ) }} as new_roas
    from summed
    cross join as_of

)

select * from final
{%- endmacro %}
