"""Sums that must agree: credits with revenue, revenue with loaded charges, spend with bills."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection


def _same_in_each_model(whole: str, amount: str, parts: str, part_amount: str) -> str:
    """A total by currency, and the sum of its parts under each attribution model.

    Args:
        whole: the mart of the total.
        amount: the column of `whole` that is added up.
        parts: the mart whose rows divide the total, once for each attribution model.
        part_amount: the column of `parts` that is added up.
    """
    return f"""
with totals as (
    select currency, cast(sum(coalesce({amount}, 0)) as bigint) as amount
    from {whole}
    group by currency
),

models as (
    select attribution_model from {parts} group by attribution_model
),

in_parts as (
    select
        currency,
        attribution_model,
        cast(sum(coalesce({part_amount}, 0)) as bigint) as amount
    from {parts}
    group by currency, attribution_model
)

select
    totals.currency,
    models.attribution_model,
    totals.amount as expected,
    coalesce(in_parts.amount, 0) as found
from totals
cross join models
left join in_parts
    on totals.currency = in_parts.currency
    and models.attribution_model = in_parts.attribution_model
order by totals.currency, models.attribution_model
"""


ATTRIBUTION_CHECK: Final = _same_in_each_model(
    "marts.mart_revenue_total", "net_minor", "marts.fct_attribution", "credit_minor"
)
SPEND_CHECK: Final = _same_in_each_model(
    "marts.mart_ad_spend", "spend_minor", "marts.mart_channels", "spend_minor"
)

SIMULATED: Final = """
select count(*) as charges from raw_stripe.charges
where statement_descriptor = 'SIMULATED STORE' and not livemode
"""
"""The charges of the simulated account, recognised by their statement descriptor."""

RAW_COLUMNS: Final = """
select column_name from information_schema.columns
where table_schema = 'raw_stripe' and table_name = 'charges'
"""


def raw_check(columns: Collection[str]) -> str:
    """Net revenue by currency, as the tap loaded it and as the marts have it.

    Args:
        columns: the columns of the raw table, which an older version of the tap may have filled
            with fewer of them.
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
