with currencies as (

    select * from {{ ref('stripe_currencies') }}

),

fx_rates as (

    select * from {{ ref('stg_fx__rates') }}
    where to_currency = '{{ var("reporting_currency") }}'

),

settled_charges as (

    select
        currency,
        {{ local_date('created_at') }} as rate_date,
        gross_minor,
        settled_minor
    from {{ ref('stg_stripe__charges') }}
    where
        settled_currency = '{{ var("reporting_currency") }}'
        and currency <> '{{ var("reporting_currency") }}'
        and gross_minor > 0
        and settled_minor > 0

),

settled as (

    select
        currency,
        rate_date,
        sum(gross_minor) as gross_minor,
        sum(settled_minor) as settled_minor
    from settled_charges
    group by currency, rate_date

),

settled_rates as (

    select
        settled.currency,
        currencies.minor_units,
        settled.rate_date,
        {{ implied_rate(
            'settled.settled_minor', 'settled.gross_minor', 'currencies.minor_units'
        ) }} as rate
    from settled
    inner join currencies
        on settled.currency = currencies.currency

),

own_rates as (

    select
        currencies.currency,
        currencies.minor_units,
        fx_rates.rate_date,
        fx_rates.rate
    from fx_rates
    inner join currencies
        on fx_rates.from_currency = currencies.currency

),

joined as (

    select
        own_rates.*,
        'fx_rate' as reporting_method
    from own_rates

    union all

    select
        settled_rates.*,
        'settled_rate' as reporting_method
    from settled_rates
    left join own_rates
        on
            settled_rates.currency = own_rates.currency
            and settled_rates.rate_date = own_rates.rate_date
    where own_rates.currency is null and settled_rates.rate > 0

)

select * from joined
