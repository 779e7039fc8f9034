-- Revenue, spend or the cost of an experiment that cannot be said in the reporting currency: add the
-- rate of that day to fx_rates, or choose a reporting currency that Stripe settles in. It comes after
-- the marts, which a failure would otherwise leave unbuilt, although their amounts per currency are
-- right:
-- depends_on: {{ ref('mart_ad_spend') }} {{ ref('mart_campaign_periods') }}
-- depends_on: {{ ref('mart_channel_periods') }} {{ ref('mart_channels') }}
-- depends_on: {{ ref('mart_cohort_ltv') }} {{ ref('mart_experiments') }}
-- depends_on: {{ ref('mart_revenue_total') }} {{ ref('mart_unmatched') }}
-- depends_on: {{ ref('dim_customers') }} {{ ref('fct_attribution') }}
select
    'revenue' as kind,
    currency,
    revenue_date as rate_date,
    count(*) as row_count
from {{ ref('fct_revenue') }}
where net_reporting_minor is null or gross_reporting_minor is null
group by currency, revenue_date

union all

select
    'spend' as kind,
    currency,
    spend_date as rate_date,
    count(*) as row_count
from {{ ref('int_spend__channels') }}
where spend_reporting_minor is null
group by currency, spend_date

union all

select
    'experiment' as kind,
    currency,
    rate_date,
    count(*) as row_count
from {{ ref('int_experiments__costs') }}
where cost_minor is null
group by currency, rate_date
