"""How payments were matched to people, what would match the rest, and promotion codes."""

from __future__ import annotations

from typing import Final

from stripe_apex.report.queries.filters import amount, in_currencies, in_scope

NEWER_MARTS: Final = ("mart_match_remedies", "mart_promotion_codes")
"""Marts that a warehouse of an older version lacks."""

SHARED_REFERENCES_TABLE: Final = "intermediate.int_references__shared"

SHARED_REFERENCES: Final = f"""
select reference_key, reference_value, people
from {SHARED_REFERENCES_TABLE}
order by people desc, reference_key, reference_value
"""


def ways(*, converted: bool) -> str:
    """Revenue by month and by the way in which payments were matched."""
    net = f"coalesce(revenue.{amount('net', converted=converted)}, 0)"
    return f"""
with payments as (
    select
        cast(date_trunc('month', revenue.revenue_date) as date) as month,
        case
            when revenue.match_status = 'by_touch' and revenue.matched_by = 'promotion_code'
                then 'by_code'
            else coalesce(revenue.match_status, 'none')
        end as way,
        {net} as net_minor,
        coalesce(revenue.match_conflict, false) as is_conflict
    from marts.fct_revenue as revenue
    where {in_scope("revenue")}
)

select
    month,
    way,
    count(*) as charges,
    cast(sum(net_minor) as bigint) as revenue_minor,
    count(case when is_conflict then 1 end) as conflicts,
    cast(sum(case when is_conflict then net_minor else 0 end) as bigint) as conflicts_minor
from payments
group by month, way
order by month, way
"""


def remedies(*, converted: bool) -> str:
    """The most unmatched revenue that each remedy could match."""
    return f"""
select
    unmatched.remedy_kind as remedy,
    count(*) as charges,
    cast(sum(coalesce(revenue.{amount("net", converted=converted)}, 0)) as bigint) as revenue_minor
from marts.mart_unmatched as unmatched
inner join marts.fct_revenue as revenue
    on unmatched.charge_id = revenue.charge_id
where {in_scope("revenue")}
group by unmatched.remedy_kind
order by revenue_minor desc, remedy
"""


def codes(*, converted: bool) -> str:
    """The revenue of each promotion code, null if a part has no rate; $1 is the currencies."""
    net = amount("net", converted=converted)
    return f"""
select
    codes.promotion_code,
    max(codes.channel) as channel,
    max(codes.campaign) as campaign,
    max(codes.partner) as partner,
    max(case when codes.has_channel then 1 else 0 end) = 1 as has_channel,
    cast(sum(codes.charges) as bigint) as charges,
    case when count(*) = count(codes.{net}) then cast(sum(codes.{net}) as bigint) end
        as revenue_minor
from marts.mart_promotion_codes as codes
where {in_currencies("codes").replace("$3", "$1")}
group by codes.promotion_code
order by revenue_minor desc nulls last, codes.promotion_code
"""
