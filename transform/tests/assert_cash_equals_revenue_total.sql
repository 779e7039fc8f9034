-- Money by the day on which it moved is the same money as by the day of the charge.
with cash as (

    select
        currency,
        sum(charges) as charges,
        sum(gross_minor) as gross_minor,
        sum(refunded_minor + undated_refunded_minor) as refunded_minor
    from {{ ref('mart_revenue_daily_cash') }}
    group by currency

),

totals as (

    select
        currency,
        sum(charges) as charges,
        sum(gross_minor) as gross_minor,
        sum(refunded_minor) as refunded_minor
    from {{ ref('mart_revenue_total') }}
    group by currency

)

select
    coalesce(totals.currency, cash.currency) as currency,
    totals.gross_minor,
    cash.gross_minor as cash_gross_minor,
    totals.refunded_minor,
    cash.refunded_minor as cash_refunded_minor
from totals
full outer join cash
    on totals.currency = cash.currency
where
    totals.currency is null
    or cash.currency is null
    or totals.charges <> cash.charges
    or totals.gross_minor <> cash.gross_minor
    or totals.refunded_minor <> cash.refunded_minor
