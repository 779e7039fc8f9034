"""The contents of the warehouse, whatever the scope is: marts, days, values for filters."""

from __future__ import annotations

from typing import Final

MARTS: Final = (
    "dim_customers",
    "fct_attribution",
    "fct_revenue",
    "mart_ad_spend",
    "mart_channels",
    "mart_cohort_ltv",
    "mart_experiments",
    "mart_inputs",
    "mart_revenue_total",
    "mart_unknown_names",
    "mart_unmatched",
)
"""The marts that the report reads."""

TABLES: Final = """
select table_schema || '.' || table_name as name
from information_schema.tables
where table_schema in ('marts', 'intermediate')
"""

WHOLE: Final = """
with days as (
    select revenue_date as day, revenue_date as revenue_day from marts.mart_revenue_total
    union all
    select activity_date as day, null as revenue_day from marts.mart_channels
    where spend_minor <> 0
)

select
    min(day) as first_day,
    max(day) as last_day,
    min(revenue_day) as first_revenue_day,
    max(revenue_day) as last_revenue_day
from days
"""

KNOWN_VALUES: Final = """
select 'attribution_model' as kind, attribution_model as value
from marts.mart_channels group by attribution_model
union all
select 'channel' as kind, channel as value from marts.mart_channels group by channel
union all
select 'currency' as kind, currency as value from marts.mart_revenue_total group by currency
union all
select 'reporting_currency' as kind, reporting_currency as value
from marts.fct_revenue group by reporting_currency
union all
select 'revenue_basis' as kind, revenue_basis as value
from marts.fct_revenue group by revenue_basis
order by kind, value
"""

COVERAGE: Final = """
select
    count(*) as charges,
    cast(min(created_at) at time zone 'UTC' as timestamp) as first_charge_at,
    cast(max(created_at) at time zone 'UTC' as timestamp) as last_charge_at,
    cast(max(updated_at) at time zone 'UTC' as timestamp) as updated_at,
    cast(sum(case when is_live then 1 else 0 end) as bigint) as live_charges,
    count(case when net_reporting_minor is null then 1 end) as charges_without_rate,
    coalesce(max(case when is_new is null then revenue_date end) + 1, min(revenue_date))
        as new_customers_known_from,
    (select min(spend_date) from marts.mart_ad_spend) as first_spend_date,
    (select max(spend_date) from marts.mart_ad_spend) as last_spend_date
from marts.fct_revenue
"""

ROW_COUNTS: Final = " union all ".join(
    f"select '{mart}' as mart, count(*) as row_count from marts.{mart}" for mart in MARTS
)

INPUTS: Final = "select input, row_count from marts.mart_inputs"

UNKNOWN_NAMES: Final = """
select kind, name, channel, currency, row_count, spend_minor, remedy
from marts.mart_unknown_names
order by kind, spend_reporting_minor desc nulls last, row_count desc, name, currency
"""
