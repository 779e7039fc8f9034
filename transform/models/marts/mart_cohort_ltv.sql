with as_of as (

    select {{ as_of_date(ref('fct_revenue'), 'revenue_date') }} as as_of_date

),

customers as (

    select customers.*
    from {{ ref('dim_customers') }} as customers
    inner join as_of
        on customers.first_revenue_date <= as_of.as_of_date
    where customers.is_new

),

revenue as (

    select revenue.*
    from {{ ref('fct_revenue') }} as revenue
    inner join as_of
        on revenue.revenue_date <= as_of.as_of_date

),

ages as (

    select cast(generated_number - 1 as bigint) as age_months
    from ({{ dbt.generate_series(600) }}) as numbers

),

cohorts as (

    select
        cohort_month,
        count(*) as customers
    from customers
    group by cohort_month

),

spine as (

    select
        cohorts.cohort_month,
        cohorts.customers,
        ages.age_months,
        ages.age_months = {{ months_between('cohorts.cohort_month', first_of_month('as_of.as_of_date')) }}
        and {{ is_within_month('as_of.as_of_date') }} as is_partial
    from cohorts
    cross join as_of
    inner join ages
        on
            ages.age_months
            <= {{ months_between('cohorts.cohort_month', first_of_month('as_of.as_of_date')) }}

),

monthly as (

    select
        customers.cohort_month,
        greatest(
            0, {{ months_between('customers.cohort_month', first_of_month('revenue.revenue_date')) }}
        ) as age_months,
        count(distinct case when revenue.is_conversion then revenue.person_id end)
            as paying_customers,
        {{ sum_of_all('revenue.net_reporting_minor') }} as revenue_minor,
        {{ sum_of_all('revenue.kept_reporting_minor') }} as kept_minor,
        {{ sum_of_all('revenue.basis_reporting_minor') }} as basis_minor
    from revenue
    inner join customers
        on revenue.person_id = customers.person_id
    group by
        customers.cohort_month,
        greatest(
            0, {{ months_between('customers.cohort_month', first_of_month('revenue.revenue_date')) }}
        )

),

by_age as (

    select
        spine.cohort_month,
        spine.age_months,
        spine.is_partial,
        spine.customers,
        coalesce(monthly.paying_customers, 0) as paying_customers
        {%- for amount in ['revenue', 'kept', 'basis'] %},
        case when monthly.cohort_month is null then 0 else monthly.{{ amount }}_minor end
            as {{ amount }}_minor
        {%- endfor %}
    from spine
    left join monthly
        on
            spine.cohort_month = monthly.cohort_month
            and spine.age_months = monthly.age_months

),

cumulative as (

    select
        *,
        {{ sum_of_all('revenue_minor', over='so_far') }} as cumulative_revenue_minor,
        {{ sum_of_all('basis_minor', over='so_far') }} as cumulative_basis_minor
    from by_age
    window
        so_far as (
            partition by cohort_month order by age_months
            rows between unbounded preceding and current row
        )

),

final as (

    select
        cohort_month,
        age_months,
        is_partial,
        customers,
        paying_customers,
        '{{ var("reporting_currency") }}' as currency,
        revenue_minor,
        kept_minor,
        cumulative_revenue_minor,
        cumulative_basis_minor,
        {{ ratio(
            'cumulative_basis_minor',
            'customers * ' ~ power_of_ten(reporting_minor_units())
        ) }} as ltv
    from cumulative

)

select * from final
