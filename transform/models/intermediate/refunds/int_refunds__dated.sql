{#- Stripe's list of refunds may hold more than went back to the payer: in older versions of its API, what
    a partial capture left uncaptured is the first refund of a charge. So the newest refunds come first,
    until what the charge says was refunded is reached. -#}
with refunds as (

    select * from {{ ref('stg_stripe__refunds') }}
    where takes_money

),

revenue as (

    select * from {{ ref('int_charges__priced') }}

),

of_charges as (

    select
        refunds.refund_id,
        refunds.charge_id,
        refunds.currency,
        {{ local_date('refunds.created_at') }} as refund_date,
        refunds.refund_minor,
        revenue.refunded_minor as refunded_of_charge_minor,
        sum(refunds.refund_minor) over (
            partition by refunds.charge_id
            order by refunds.created_at desc, refunds.refund_id desc
            rows between unbounded preceding and current row
        ) as refunded_since_minor
    from refunds
    inner join revenue
        on
            refunds.charge_id = revenue.charge_id
            and refunds.currency = revenue.currency

),

limited as (

    select
        refund_id,
        charge_id,
        currency,
        refund_date,
        cast(greatest(
            0,
            least(
                refund_minor,
                refunded_of_charge_minor - (refunded_since_minor - refund_minor)
            )
        ) as bigint) as refunded_minor
    from of_charges

)

select * from limited
where refunded_minor > 0
