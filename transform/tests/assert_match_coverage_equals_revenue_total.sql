with coverage as (

    select
        revenue_month,
        currency,
        sum(net_minor) as net_minor,
        sum(charges) as charges
    from {{ ref('mart_match_coverage') }}
    group by revenue_month, currency

),

days as (

    select
        *,
        {{ first_of_month('revenue_date') }} as revenue_month
    from {{ ref('mart_revenue_total') }}

),

total as (

    select
        revenue_month,
        currency,
        sum(net_minor) as net_minor,
        sum(charges) as charges
    from days
    group by revenue_month, currency

)

select
    coalesce(coverage.revenue_month, total.revenue_month) as revenue_month,
    coalesce(coverage.currency, total.currency) as currency
from coverage
full outer join total
    on
        coverage.revenue_month = total.revenue_month
        and coverage.currency = total.currency
where
    coalesce(coverage.net_minor, 0) <> coalesce(total.net_minor, 0)
    or coalesce(coverage.charges, 0) <> coalesce(total.charges, 0)
