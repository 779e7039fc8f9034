-- By the month of the touch, revenue and spend are all revenue and all spend, for every attribution model.
-- Money without a rate is told of elsewhere: then both sides are null.
with models as (

    {{ attribution_models() }}

),

accrued as (

    select
        attribution_model,
        sum(conversions) as conversions,
        {{ sum_of_all('revenue_minor') }} as revenue_minor,
        {{ sum_of_all('spend_minor') }} as spend_minor
    from {{ ref('mart_channel_accrual') }}
    group by attribution_model

),

revenue as (

    select
        count(case when is_conversion then 1 end) as charges,
        {{ sum_of_all('net_reporting_minor') }} as revenue_minor
    from {{ ref('fct_revenue') }}

),

spend as (

    select {{ sum_of_all('spend_reporting_minor') }} as spend_minor
    from {{ ref('int_spend__channels') }}

)

select
    models.attribution_model,
    revenue.charges,
    accrued.conversions,
    revenue.revenue_minor,
    accrued.revenue_minor as accrued_minor,
    spend.spend_minor,
    accrued.spend_minor as accrued_spend_minor
from models
cross join revenue
cross join spend
left join accrued
    on models.attribution_model = accrued.attribution_model
where
    coalesce(accrued.conversions, 0) <> revenue.charges
    or coalesce(accrued.revenue_minor, 0) <> coalesce(revenue.revenue_minor, 0)
    or coalesce(accrued.spend_minor, 0) <> coalesce(spend.spend_minor, 0)
