-- The channels of a day add up to the revenue and the conversions of the day.
with in_channels as (

    select
        activity_date,
        attribution_model,
        currency,
        sum(revenue_minor) as revenue_minor,
        sum(conversions) as conversions
    from {{ ref('mart_channels') }}
    group by activity_date, attribution_model, currency

),

totals as (

    select * from {{ ref('mart_revenue_total') }}

),

conversions as (

    select
        revenue_date,
        currency,
        count(case when is_conversion then 1 end) as conversions
    from {{ ref('fct_revenue') }}
    group by revenue_date, currency

)

select
    totals.revenue_date,
    totals.currency,
    in_channels.attribution_model,
    totals.net_minor,
    in_channels.revenue_minor
from totals
inner join conversions
    on
        totals.revenue_date = conversions.revenue_date
        and totals.currency = conversions.currency
left join in_channels
    on
        totals.revenue_date = in_channels.activity_date
        and totals.currency = in_channels.currency
where
    in_channels.revenue_minor is null
    or totals.net_minor <> in_channels.revenue_minor
    or in_channels.conversions <> conversions.conversions
