{{ config(materialized='view') }}

with revenue as (

    select * from {{ ref('fct_revenue') }}

),

refunds as (

    select * from {{ ref('int_refunds__dated') }}

),

currencies as (

    select * from {{ ref('stripe_currencies') }}

),

dated as (

    select
        charge_id,
        sum(refunded_minor) as refunded_minor
    from refunds
    group by charge_id

),

moves as (

    select
        revenue.revenue_date as cash_date,
        revenue.currency,
        1 as charges,
        revenue.gross_minor,
        0 as refunds,
        0 as refunded_minor,
        revenue.refunded_minor - coalesce(dated.refunded_minor, 0) as undated_refunded_minor
    from revenue
    left join dated
        on revenue.charge_id = dated.charge_id

    union all

    select
        refund_date as cash_date,
        currency,
        0 as charges,
        0 as gross_minor,
        1 as refunds,
        refunded_minor,
        0 as undated_refunded_minor
    from refunds

),

daily as (

    select
        cash_date,
        currency,
        cast(sum(charges) as bigint) as charges,
        cast(sum(gross_minor) as bigint) as gross_minor,
        cast(sum(refunds) as bigint) as refunds,
        cast(sum(refunded_minor) as bigint) as refunded_minor,
        cast(sum(undated_refunded_minor) as bigint) as undated_refunded_minor
    from moves
    group by cash_date, currency

),

-- A refund whose day is not known may have been made on any day since its charge.
known as (

    select
        *,
        case
            when
                sum(undated_refunded_minor) over (
                    partition by currency order by cash_date
                    rows between unbounded preceding and current row
                ) = 0
                then gross_minor - refunded_minor
        end as net_minor
    from daily

),

final as (

    select
        known.cash_date,
        known.currency,
        known.charges,
        known.gross_minor,
        known.refunds,
        known.refunded_minor,
        known.undated_refunded_minor,
        known.net_minor,
        {{ major('known.net_minor', 'currencies.minor_units') }} as net
    from known
    left join currencies
        on known.currency = currencies.currency

)

select * from final
