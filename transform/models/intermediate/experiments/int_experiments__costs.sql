with experiments as (

    select * from {{ ref('stg_experiments__experiments') }}

),

currencies as (

    select * from {{ ref('stripe_currencies') }}

),

rates as (

    select * from {{ ref('int_rates__reporting') }}

),

in_minor_units as (

    select
        experiments.experiment_id,
        experiments.cost_currency,
        {{ local_date('experiments.started_at') }} as rate_date,
        cast(round(experiments.cost * {{ power_of_ten('currencies.minor_units') }}) as bigint)
            as own_cost_minor
    from experiments
    left join currencies
        on experiments.cost_currency = currencies.currency
    where experiments.cost is not null

),

converted as (

    select
        in_minor_units.experiment_id,
        in_minor_units.cost_currency as currency,
        in_minor_units.rate_date,
        case
            when in_minor_units.cost_currency = '{{ var("reporting_currency") }}'
                then in_minor_units.own_cost_minor
            else {{ convert_minor(
                'in_minor_units.own_cost_minor', 'rates.rate', 'rates.minor_units'
            ) }}
        end as cost_minor
    from in_minor_units
    left join rates
        on
            in_minor_units.cost_currency = rates.currency
            and in_minor_units.rate_date = rates.rate_date

)

select * from converted
