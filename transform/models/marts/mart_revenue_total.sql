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
        {{ sum_of_all('disputed_minor') }} as disputed_minor,
        cast(sum(kept_minor) as bigint) as kept_minor,
        count(case when gross_minor > 0 and fee_minor is null then 1 end) as charges_without_fee,
        count(case when disputed_minor is null then 1 end) as charges_with_unread_dispute,
        cast(sum(case when disputed_minor is null then net_minor else 0 end) as bigint)
            as unread_dispute_minor,
        cast(sum(gross) as decimal(28, 3)) as gross,
        cast(sum(net) as decimal(28, 3)) as net,
        {{ sum_of_all('net_reporting_minor') }} as net_reporting_minor,
        {{ sum_of_all('kept_reporting_minor') }} as kept_reporting_minor
    from revenue
    group by revenue_date, currency

)

select * from totals
