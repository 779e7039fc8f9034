{#- What the new customers of a month have brought by fixed ages, and when they had paid for themselves. -#}

{#- Ages that LTV is said for, in days since the customer's own first charge. -#}
{% macro ltv_ages() -%}
    {{ return([30, 90, 180, 365]) }}
{%- endmacro %}


{#- One row for each month of first charge and combination of `dimensions`, which are columns of
    dim_customers; `spend_dimensions` are the columns of int_spend__channels that mean the same. A
    customer counts for an age once all of its days are over at the end of `as_of_date`. -#}
{% macro cohort_economics(dimensions, spend_dimensions, customers, revenue, spend, as_of_date) -%}
{%- set keys = ['cohort_month'] + dimensions -%}
with as_of as (

    select
        {{ as_of_date }} as as_of_date,
        {{ stripe_apex.power_of_ten(stripe_apex.reporting_minor_units()) }} as minor_per_major

),

payers as (

    select
        payers.*,
        as_of.as_of_date
    from {{ customers }} as payers
    inner join as_of
        on payers.first_revenue_date <= as_of.as_of_date

),

customers as (

    select * from payers
    where is_new

),

maybe_new as (

    select
        {{ stripe_apex.first_of_month('first_revenue_date') }} as cohort_month,
        {%- for name in dimensions %}
        {{ name }},
        {%- endfor %}
        count(*) as customers
    from payers
    where is_new is null
    group by {{ stripe_apex.first_of_month('first_revenue_date') }}
        {%- for name in dimensions %}, {{ name }}{% endfor %}

),

payments as (

    select
        customers.person_id,
        {%- for key in keys %}
        customers.{{ key }},
        {%- endfor %}
        customers.first_revenue_date,
        customers.as_of_date,
        revenue.revenue_date,
        greatest(0, {{ stripe_apex.months_between(
            'customers.cohort_month', stripe_apex.first_of_month('revenue.revenue_date')
        ) }}) as age_months,
        revenue.net_reporting_minor as revenue_minor,
        revenue.kept_reporting_minor as kept_minor,
        revenue.basis_reporting_minor as basis_minor
    from customers
    inner join {{ revenue }} as revenue
        on
            customers.person_id = revenue.person_id
            and customers.as_of_date >= revenue.revenue_date

),

by_customer as (

    select
        person_id,
        {{ keys | join(',\n        ') }},
        as_of_date,
        {%- for amount in ['revenue', 'kept', 'basis'] %}
        {{ stripe_apex.sum_of_all(amount ~ '_minor') }} as {{ amount }}_minor
        {{- ',' if not loop.last }}
        {%- endfor %}
        {%- for age in stripe_apex.ltv_ages() %},
        first_revenue_date + {{ age }} <= as_of_date + 1 as is_{{ age }}_days_old,
        {{ stripe_apex.sum_of_all(
            'case when revenue_date < first_revenue_date + ' ~ age ~ ' then basis_minor else 0 end'
        ) }} as day_{{ age }}_basis_minor
        {%- endfor %}
    from payments
    group by person_id, {{ keys | join(', ') }}, first_revenue_date, as_of_date

),

cohorts as (

    select
        {{ keys | join(',\n        ') }},
        {{ stripe_apex.first_of_month('as_of_date') }} = cohort_month
        and {{ stripe_apex.is_within_month('as_of_date') }} as is_partial,
        count(*) as customers,
        {%- for amount in ['revenue', 'kept', 'basis'] %}
        {{ stripe_apex.sum_of_all(amount ~ '_minor') }} as {{ amount }}_minor
        {{- ',' if not loop.last }}
        {%- endfor %}
        {%- for age in stripe_apex.ltv_ages() %},
        count(case when is_{{ age }}_days_old then 1 end) as day_{{ age }}_customers,
        {{ stripe_apex.sum_of_all(
            'case when is_' ~ age ~ '_days_old then day_' ~ age ~ '_basis_minor end',
            parts='case when is_' ~ age ~ '_days_old then 1 end'
        ) }} as day_{{ age }}_basis_minor
        {%- endfor %}
    from by_customer
    group by {{ keys | join(', ') }}, as_of_date

),

spend as (

    select
        {{ stripe_apex.first_of_month('spend.spend_date') }} as cohort_month,
        {%- for name in spend_dimensions %}
        spend.{{ name }} as {{ dimensions[loop.index0] }},
        {%- endfor %}
        {{ stripe_apex.sum_of_all('spend.spend_reporting_minor') }} as spend_minor
    from {{ spend }} as spend
    inner join as_of
        on spend.spend_date <= as_of.as_of_date
    group by
        {{ stripe_apex.first_of_month('spend.spend_date') }}
        {%- for name in spend_dimensions %},
        spend.{{ name }}
        {%- endfor %}

),

monthly as (

    select
        {{ keys | join(',\n        ') }},
        age_months,
        {{ stripe_apex.sum_of_all('basis_minor') }} as basis_minor
    from payments
    group by {{ keys | join(', ') }}, age_months

),

cumulative as (

    select
        {{ keys | join(',\n        ') }},
        age_months,
        {{ stripe_apex.sum_of_all('basis_minor', over='so_far') }} as basis_minor
    from monthly
    window
        so_far as (
            partition by {{ keys | join(', ') }} order by age_months
            rows between unbounded preceding and current row
        )

),

paid_back as (

    select
        {%- for key in keys %}
        spend.{{ key }},
        {%- endfor %}
        min(cumulative.age_months) as payback_age_months
    from cumulative
    inner join spend
        on
            {%- for key in keys %}
            cumulative.{{ key }} = spend.{{ key }} and
            {%- endfor %}
            cumulative.basis_minor >= spend.spend_minor
    left join maybe_new
        on
            {%- for key in keys %}
            spend.{{ key }} = maybe_new.{{ key }}{{ ' and' if not loop.last }}
            {%- endfor %}
    where spend.spend_minor > 0 and maybe_new.customers is null
    group by
        {%- for key in keys %}
        spend.{{ key }}{{ ',' if not loop.last }}
        {%- endfor %}

),

final as (

    select
        {%- for key in keys %}
        cohorts.{{ key }},
        {%- endfor %}
        cohorts.is_partial,
        cohorts.customers,
        coalesce(maybe_new.customers, 0) as maybe_new_customers,
        '{{ var("reporting_currency") }}' as currency,
        cohorts.revenue_minor,
        cohorts.kept_minor,
        {{ stripe_apex.ratio('cohorts.basis_minor', 'cohorts.customers * as_of.minor_per_major') }} as ltv,
        case when spend.cohort_month is null then 0 else spend.spend_minor end as spend_minor,
        case
            when spend.spend_minor > 0 and maybe_new.customers is null
                then {{ stripe_apex.ratio('spend.spend_minor', 'cohorts.customers * as_of.minor_per_major') }}
        end as cac,
        paid_back.payback_age_months
        {%- for age in stripe_apex.ltv_ages() %},
        cohorts.day_{{ age }}_customers,
        cohorts.day_{{ age }}_basis_minor,
        {{ stripe_apex.ratio(
            'cohorts.day_' ~ age ~ '_basis_minor',
            'cohorts.day_' ~ age ~ '_customers * as_of.minor_per_major'
        ) }} as day_{{ age }}_ltv
        {%- endfor %}
    from cohorts
    cross join as_of
    left join spend
        on
            {%- for key in keys %}
            cohorts.{{ key }} = spend.{{ key }}{{ ' and' if not loop.last }}
            {%- endfor %}
    left join maybe_new
        on
            {%- for key in keys %}
            cohorts.{{ key }} = maybe_new.{{ key }}{{ ' and' if not loop.last }}
            {%- endfor %}
    left join paid_back
        on
            {%- for key in keys %}
            cohorts.{{ key }} = paid_back.{{ key }}{{ ' and' if not loop.last }}
            {%- endfor %}

)

select * from final
{%- endmacro %}
