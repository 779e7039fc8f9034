with revenue as (

    select * from {{ ref('fct_revenue') }}

),

charges as (

    select
        charge_id,
        coalesce(billing_country, card_country, 'unknown') as country
    from {{ ref('stg_stripe__charges') }}

),

countries as (

    select
        revenue.revenue_date,
        revenue.currency,
        charges.country,
        count(*) as charges,
        count(case when revenue.is_disputed then 1 end) as disputed_charges,
        cast(sum(revenue.gross_minor) as bigint) as gross_minor,
        cast(sum(revenue.refunded_minor) as bigint) as refunded_minor,
        cast(sum(revenue.net_minor) as bigint) as net_minor,
        {{ sum_of_all('revenue.gross_reporting_minor') }} as gross_reporting_minor,
        {{ sum_of_all('revenue.net_reporting_minor') }} as net_reporting_minor
    from revenue
    left join charges
        on revenue.charge_id = charges.charge_id
    group by revenue.revenue_date, revenue.currency, charges.country

)

select * from countries
