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
    where revenue.is_conversion

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
        ages.age_months
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
        {{ months_between('customers.cohort_month', first_of_month('revenue.revenue_date')) }}
            as age_months,
        count(distinct revenue.person_id) as paying_customers,
        cast(sum(revenue.net_reporting_minor) as bigint) as revenue_minor
    from revenue
    inner join customers
        on revenue.person_id = customers.person_id
    group by
        customers.cohort_month,
        {{ months_between('customers.cohort_month', first_of_month('revenue.revenue_date')) }}

),

cumulative as (

    select
        spine.cohort_month,
        spine.age_months,
        spine.customers,
        coalesce(monthly.paying_customers, 0) as paying_customers,
        coalesce(monthly.revenue_minor, 0) as revenue_minor,
        cast(sum(coalesce(monthly.revenue_minor, 0)) over (
            partition by spine.cohort_month order by spine.age_months
            rows between unbounded preceding and current row
        ) as bigint) as cumulative_revenue_minor
    from spine
    left join monthly
        on
            spine.cohort_month = monthly.cohort_month
            and spine.age_months = monthly.age_months

),

final as (

    select
        cohort_month,
        age_months,
        customers,
        paying_customers,
        '{{ var("reporting_currency") }}' as currency,
        revenue_minor,
        cumulative_revenue_minor,
        {{ ratio(
            'cumulative_revenue_minor',
            'customers * ' ~ power_of_ten(reporting_minor_units())
        ) }} as ltv
    from cumulative

)

select * from final
