-- Revenue, spend or the cost of an experiment that cannot be said in the reporting currency: add the
-- rate of that day to fx_rates, or choose a reporting currency that Stripe settles in. It comes after
-- the marts, which a failure would otherwise leave unbuilt, although their amounts per currency are
-- right:
-- depends_on: {{ ref('mart_ad_spend') }} {{ ref('mart_campaign_periods') }}
-- depends_on: {{ ref('mart_channel_periods') }} {{ ref('mart_channels') }}
-- depends_on: {{ ref('mart_channel_cohorts') }} {{ ref('mart_cohorts') }}
-- depends_on: {{ ref('mart_channel_accrual') }} {{ ref('mart_revenue_daily_cash') }}
-- depends_on: {{ ref('mart_cohort_ltv') }} {{ ref('mart_experiments') }}
-- depends_on: {{ ref('mart_revenue_total') }} {{ ref('mart_unmatched') }}
-- depends_on: {{ ref('dim_customers') }} {{ ref('fct_attribution') }}
select
    kind,
    currency,
    rate_date,
    amounts as row_count
from {{ ref('mart_missing_rates') }}
