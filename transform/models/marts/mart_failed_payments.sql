{#- A payment that failed several times stands in the row of its last attempt that failed, so that its amount,
    and what a later attempt got, count once. -#}
with failed_charges as (

    select * from {{ ref('stg_stripe__failed_charges') }}

),

captured_charges as (

    select
        payment_intent_id,
        currency,
        created_at,
        gross_minor
    from {{ ref('stg_stripe__charges') }}
    where gross_minor > 0

),

attempts as (

    select
        *,
        {{ local_date('created_at') }} as failed_date,
        row_number() over (partition by payment_id order by created_at desc, charge_id desc) = 1
            as is_last
    from failed_charges

),

later_attempts as (

    select
        attempts.charge_id,
        sum(captured_charges.gross_minor) as gross_minor
    from attempts
    inner join captured_charges
        on
            attempts.payment_id = captured_charges.payment_intent_id
            and attempts.currency = captured_charges.currency
            and attempts.created_at <= captured_charges.created_at
    where attempts.is_last
    group by attempts.charge_id

),

outcomes as (

    select
        attempts.*,
        case when attempts.is_last then attempts.asked_minor else 0 end as payment_minor,
        least(coalesce(later_attempts.gross_minor, 0), attempts.asked_minor) as recovered_minor
    from attempts
    left join later_attempts
        on attempts.charge_id = later_attempts.charge_id

),

reasons as (

    select
        failed_date,
        currency,
        reason,
        count(*) as attempts,
        cast(sum(asked_minor) as bigint) as asked_minor,
        count(case when is_last then 1 end) as payments,
        cast(sum(payment_minor) as bigint) as payment_minor,
        count(case when recovered_minor > 0 then 1 end) as recovered_payments,
        cast(sum(recovered_minor) as bigint) as recovered_minor
    from outcomes
    group by failed_date, currency, reason

)

select * from reasons
