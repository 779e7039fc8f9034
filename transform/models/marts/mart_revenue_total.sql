with revenue as (

    select * from {{ ref('fct_revenue') }}

),

totals as (

    select
        revenue_date,
        currency,
        count(*) as charges,
        sum(gross_minor) as gross_minor,
        sum(refunded_minor) as refunded_minor,
        sum(net_minor) as net_minor,
        sum(gross) as gross,
        sum(net) as net,
        sum(net_reporting_minor) as net_reporting_minor
    from revenue
    group by revenue_date, currency

)

select * from totals
