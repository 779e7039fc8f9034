with currencies as (

    select * from {{ ref('stripe_currencies') }}

),

rates as (

    select * from {{ ref('stg_fx__rates') }}
    where to_currency = '{{ var("reporting_currency") }}'

),

joined as (

    select
        currencies.currency,
        currencies.minor_units,
        rates.rate_date,
        rates.rate
    from rates
    inner join currencies
        on rates.from_currency = currencies.currency

)

select * from joined
