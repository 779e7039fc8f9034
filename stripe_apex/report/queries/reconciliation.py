"""Sums that must agree: credits with revenue, that with what was loaded, and spend with bills."""

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

SPEND_CHECK: Final = """
with billed as (
    select currency, cast(sum(coalesce(spend_minor, 0)) as bigint) as spend_minor
    from marts.mart_ad_spend
    group by currency
),

models as (
    select attribution_model from marts.mart_channels group by attribution_model
),

in_channels as (
    select
        currency,
        attribution_model,
        cast(sum(coalesce(spend_minor, 0)) as bigint) as spend_minor
    from marts.mart_channels
    group by currency, attribution_model
)

select
    billed.currency,
    models.attribution_model,
    billed.spend_minor as expected,
    coalesce(in_channels.spend_minor, 0) as found
from billed
cross join models
left join in_channels
    on billed.currency = in_channels.currency
    and models.attribution_model = in_channels.attribution_model
order by billed.currency, models.attribution_model
"""

SIMULATED: Final = """
select count(*) as charges from raw_stripe.charges
where statement_descriptor = 'SIMULATED STORE' and not livemode
"""
"""Charges of the simulated account, which is no business and says so on each bank statement."""

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
