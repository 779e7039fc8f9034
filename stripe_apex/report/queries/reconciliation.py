"""Sums that must agree: credits with revenue, and revenue with what the tap loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

ATTRIBUTION_CHECK: Final = """
with models as (
    select attribution_model from marts.fct_attribution group by attribution_model
),

credited as (
    select currency, attribution_model, cast(sum(credit_minor) as bigint) as credit_minor
    from marts.fct_attribution
    group by currency, attribution_model
),

totals as (
    select currency, cast(sum(net_minor) as bigint) as net_minor
    from marts.mart_revenue_total
    group by currency
)

select
    totals.currency,
    models.attribution_model,
    totals.net_minor as expected,
    coalesce(credited.credit_minor, 0) as found
from totals
cross join models
left join credited
    on totals.currency = credited.currency
    and models.attribution_model = credited.attribution_model
order by totals.currency, models.attribution_model
"""

RAW_COLUMNS: Final = """
select column_name from information_schema.columns
where table_schema = 'raw_stripe' and table_name = 'charges'
"""


def raw_check(columns: Collection[str]) -> str:
    """Net revenue by currency, as the tap loaded it and as the marts have it.

    Args:
        columns: of the raw table, which lacks some where an older version of the tap filled it.
    """
    kept = "and _sdc_deleted_at is null" if "_sdc_deleted_at" in columns else ""
    told = "refunded_amount" if "refunded_amount" in columns else "null"
    return f"""
with versions as (
    select *, row_number() over (partition by id order by updated_at desc) as version_rank
    from raw_stripe.charges
),

raw_totals as (
    select
        lower(currency) as currency,
        cast(
            sum(
                amount_captured
                - coalesce({told}, least(amount_captured, greatest(0, amount_refunded)))
            ) as bigint
        ) as net_minor
    from versions
    where version_rank = 1 {kept}
    group by lower(currency)
),

totals as (
    select currency, cast(sum(net_minor) as bigint) as net_minor
    from marts.mart_revenue_total
    group by currency
)

select
    coalesce(raw_totals.currency, totals.currency) as currency,
    coalesce(raw_totals.net_minor, 0) as expected,
    coalesce(totals.net_minor, 0) as found
from raw_totals
full outer join totals
    on raw_totals.currency = totals.currency
order by 1
"""
