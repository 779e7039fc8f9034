with revenue as (

    select * from {{ ref('fct_revenue') }}

),

spend as (

    select * from {{ ref('int_spend__channels') }}

),

costs as (

    select * from {{ ref('int_experiments__costs') }}

),

experiments as (

    select * from {{ ref('stg_experiments__experiments') }}

),

currencies as (

    select * from {{ ref('stripe_currencies') }}

),

missing as (

    select
        'revenue' as kind,
        currency,
        revenue_date as rate_date,
        net_minor as amount_minor
    from revenue
    where net_reporting_minor is null or gross_reporting_minor is null

    union all

    select
        'spend' as kind,
        currency,
        spend_date as rate_date,
        spend_minor as amount_minor
    from spend
    where spend_reporting_minor is null

    union all

    select
        'experiment' as kind,
        costs.currency,
        costs.rate_date,
        cast(
            round(experiments.cost * {{ power_of_ten('currencies.minor_units') }}) as bigint
        ) as amount_minor
    from costs
    inner join experiments
        on costs.experiment_id = experiments.experiment_id
    left join currencies
        on costs.currency = currencies.currency
    where costs.cost_minor is null

),

summed as (

    select
        kind,
        currency,
        rate_date,
        count(*) as amounts,
        {{ sum_of_all('amount_minor') }} as amount_minor
    from missing
    group by kind, currency, rate_date

),

final as (

    select
        summed.kind,
        summed.currency,
        summed.rate_date,
        '{{ var("reporting_currency") }}' as reporting_currency,
        summed.amounts,
        summed.amount_minor,
        {{ major('summed.amount_minor', 'currencies.minor_units') }} as amount
    from summed
    left join currencies
        on summed.currency = currencies.currency

)

select * from final
