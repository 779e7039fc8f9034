with revenue as (

    select * from {{ ref('fct_revenue') }}

),

totals as (

    select
        revenue_date,
        currency,
        count(*) as charges,
        cast(sum(gross_minor) as bigint) as gross_minor,
        cast(sum(refunded_minor) as bigint) as refunded_minor,
        cast(sum(net_minor) as bigint) as net_minor,
        cast(sum(disputed_minor) as bigint) as disputed_minor,
        cast(sum(kept_minor) as bigint) as kept_minor,
        cast(sum(gross) as decimal(28, 3)) as gross,
        cast(sum(net) as decimal(28, 3)) as net,
        {{ sum_of_all('net_reporting_minor') }} as net_reporting_minor
    from revenue
    group by revenue_date, currency

)

select * from totals
