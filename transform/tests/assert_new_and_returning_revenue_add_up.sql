-- What first charges brought, what later ones did, and what may be either, is the revenue of the row.
-- Where some people may be new or not there is no CAC, and none is among them once new customers are known.
with periods as (

    select * from {{ ref('mart_channel_periods') }}

)

select
    period,
    period_start,
    channel,
    attribution_model
from periods
where
    revenue_minor <> new_revenue_minor + returning_revenue_minor + maybe_new_revenue_minor
    or (maybe_new_customers > 0 and (cac is not null or payback_months is not null or new_roas is not null))
    or (maybe_new_customers > 0 and period_start >= new_customers_known_from)
    or (maybe_new_customers = 0 and maybe_new_revenue_minor <> 0)
