with loaded as (

    select
        currency,
        count(*) as attempts,
        sum(asked_minor) as asked_minor
    from {{ ref('stg_stripe__failed_charges') }}
    group by currency

),

marts as (

    select
        currency,
        sum(attempts) as attempts,
        sum(asked_minor) as asked_minor,
        max(case when recovered_minor > payment_minor then 1 else 0 end) as recovered_too_much
    from {{ ref('mart_failed_payments') }}
    group by currency

)

select coalesce(loaded.currency, marts.currency) as currency
from loaded
full outer join marts
    on loaded.currency = marts.currency
where
    loaded.currency is null
    or marts.currency is null
    or loaded.attempts <> marts.attempts
    or loaded.asked_minor <> marts.asked_minor
    or marts.recovered_too_much = 1
