with countries as (

    select
        currency,
        sum(charges) as charges,
        sum(gross_minor) as gross_minor,
        sum(net_minor) as net_minor
    from {{ ref('mart_payment_countries') }}
    group by currency

),

totals as (

    select
        currency,
        sum(charges) as charges,
        sum(gross_minor) as gross_minor,
        sum(net_minor) as net_minor
    from {{ ref('mart_revenue_total') }}
    group by currency

)

select coalesce(totals.currency, countries.currency) as currency
from totals
full outer join countries
    on totals.currency = countries.currency
where
    totals.currency is null
    or countries.currency is null
    or totals.charges <> countries.charges
    or totals.gross_minor <> countries.gross_minor
    or totals.net_minor <> countries.net_minor
