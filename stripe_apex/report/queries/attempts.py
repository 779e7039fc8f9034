"""The countries of payments, and failed attempts."""

from __future__ import annotations

from typing import Final

from stripe_apex.report.queries.filters import amount, in_scope

COUNTRIES_MART: Final = "mart_payment_countries"
FAILED_MART: Final = "mart_failed_payments"
"""Marts that a warehouse of an older version lacks."""

TABLES_OF_ATTEMPTS: Final = f"""
select table_schema || '.' || table_name as name
from information_schema.tables
where
    (table_schema = 'marts' and table_name in ('{COUNTRIES_MART}', '{FAILED_MART}'))
    or (table_schema = 'raw_stripe' and table_name = 'failed_charges')
"""

FAILED: Final = f"""
select
    currency,
    reason,
    cast(sum(attempts) as bigint) as attempts,
    cast(sum(asked_minor) as bigint) as asked_minor,
    cast(sum(payments) as bigint) as payments,
    cast(sum(payment_minor) as bigint) as payment_minor,
    cast(sum(recovered_payments) as bigint) as recovered_payments,
    cast(sum(recovered_minor) as bigint) as recovered_minor
from marts.{FAILED_MART} as failed
where {in_scope("failed", "failed_date")}
group by currency, reason
order by attempts desc, reason, currency
"""

SUCCEEDED: Final = f"""
with failures as (
    select min(failed_date) as since from marts.{FAILED_MART}
)

select
    failures.since,
    count(revenue.charge_id) as charges
from failures
left join marts.fct_revenue as revenue
    on revenue.revenue_date >= failures.since and {in_scope("revenue")}
group by failures.since
"""
"""Attempts that did not fail, from the day of the first known failure on."""


def countries(*, converted: bool) -> str:
    """Revenue by country, the most first."""
    gross, net = (amount(kind, converted=converted) for kind in ("gross", "net"))
    return f"""
select
    country,
    cast(sum(charges) as bigint) as charges,
    cast(sum(disputed_charges) as bigint) as disputed_charges,
    cast(coalesce(sum({gross}), 0) as bigint) as gross_minor,
    cast(coalesce(sum({net}), 0) as bigint) as net_minor
from marts.{COUNTRIES_MART} as countries
where {in_scope("countries")}
group by country
order by net_minor desc, country
"""
