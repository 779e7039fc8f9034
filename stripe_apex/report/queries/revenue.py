"""Revenue: in total, by month, by attribution model, and without a lead."""

from __future__ import annotations

from typing import Final

from stripe_apex.report.queries.filters import amount, in_scope

TOTALS: Final = f"""
select
    revenue.currency,
    count(*) as charges,
    cast(sum(gross_minor) as bigint) as gross_minor,
    cast(sum(refunded_minor) as bigint) as refunded_minor,
    cast(sum(net_minor) as bigint) as net_minor,
    case when count(*) = count(disputed_minor) then cast(sum(disputed_minor) as bigint) end
        as disputed_minor,
    cast(sum(coalesce(fee_minor, 0)) as bigint) as fee_minor,
    cast(sum(kept_minor) as bigint) as kept_minor,
    case
        when count(*) = count(net_reporting_minor)
            then cast(sum(net_reporting_minor) as bigint)
    end as net_reporting_minor,
    count(fee_minor) as charges_with_fee,
    count(case when gross_minor > 0 and fee_minor is null then 1 end) as charges_without_fee,
    count(case when disputed_minor is null then 1 end) as charges_with_unread_dispute,
    cast(sum(case when disputed_minor is null then net_minor else 0 end) as bigint)
        as unread_dispute_minor
from marts.fct_revenue as revenue
where {in_scope("revenue")}
group by revenue.currency
order by
    cast(sum(coalesce(net_reporting_minor, 0)) as bigint) desc, count(*) desc, revenue.currency
"""

BY_SETTLED_RATES: Final = f"""
select
    (
        select count(*) from marts.fct_revenue as revenue
        where revenue.reporting_method = 'settled_rate' and {in_scope("revenue")}
    ) as charges,
    (
        select count(*) from marts.mart_ad_spend as spend
        where spend.reporting_method = 'settled_rate' and {in_scope("spend", "spend_date")}
    ) as bills
"""
"""The number of charges and rows of spend that are converted at rates of settled charges."""

CURRENCIES: Final = f"""
with parts as (
    select
        revenue.currency,
        1 as charges,
        case when net_reporting_minor is null then 1 else 0 end as charges_without_rate,
        case when net_reporting_minor is null then net_minor else 0 end as revenue_minor,
        0 as bills_without_rate,
        0 as spend_minor
    from marts.fct_revenue as revenue
    where {in_scope("revenue")}

    union all

    select
        spend.currency,
        0 as charges,
        0 as charges_without_rate,
        0 as revenue_minor,
        case when spend_reporting_minor is null then 1 else 0 end as bills_without_rate,
        case when spend_reporting_minor is null then coalesce(spend_minor, 0) else 0 end
            as spend_minor
    from marts.mart_ad_spend as spend
    where {in_scope("spend", "spend_date")}
)

select
    currency,
    cast(sum(charges_without_rate) as bigint) as charges,
    cast(sum(revenue_minor) as bigint) as revenue_minor,
    cast(sum(bills_without_rate) as bigint) as bills,
    cast(sum(spend_minor) as bigint) as spend_minor
from parts
group by currency
order by sum(charges) desc, currency
"""
"""The currencies of charges and spend with what lacks a rate, the most charges first."""


def months(*, converted: bool) -> str:
    """Net revenue by month and channel; $4 is the attribution model."""
    return f"""
select
    cast(date_trunc('month', channels.activity_date) as date) as month,
    channels.channel,
    cast(sum(coalesce({amount("revenue", converted=converted)}, 0)) as bigint) as revenue_minor
from marts.mart_channels as channels
where attribution_model = $4 and {in_scope("channels", "activity_date")}
group by cast(date_trunc('month', channels.activity_date) as date), channels.channel
having sum(conversions) > 0
order by month, channel
"""


def credits_by_model(*, converted: bool) -> str:
    """Net revenue by channel and attribution model."""
    return f"""
select
    channels.channel,
    channels.attribution_model,
    cast(sum(coalesce({amount("revenue", converted=converted)}, 0)) as bigint) as revenue_minor
from marts.mart_channels as channels
where {in_scope("channels", "activity_date")}
group by channels.channel, channels.attribution_model
having sum(conversions) > 0
order by channels.channel, channels.attribution_model
"""


def by_reason(*, converted: bool) -> str:
    """Net revenue that was not credited to visits in the ordinary way; $4 is the model."""
    return f"""
select
    credits.reason,
    count(*) as charges,
    cast(sum(coalesce({amount("credit", converted=converted)}, 0)) as bigint) as revenue_minor
from marts.fct_attribution as credits
where
    credits.reason is not null
    and credits.attribution_model = $4
    and {in_scope("credits")}
group by credits.reason
order by revenue_minor desc, credits.reason
"""


def unmatched(*, converted: bool) -> str:
    """Charges without a lead, by reason."""
    return f"""
select
    unmatched.reason,
    case when min(unmatched.remedy) = max(unmatched.remedy) then max(unmatched.remedy) end
        as remedy,
    unmatched.is_attributed_by_touches,
    count(*) as charges,
    cast(sum(coalesce(revenue.{amount("net", converted=converted)}, 0)) as bigint) as revenue_minor
from marts.mart_unmatched as unmatched
inner join marts.fct_revenue as revenue
    on unmatched.charge_id = revenue.charge_id
where {in_scope("revenue")}
group by unmatched.reason, unmatched.is_attributed_by_touches
order by revenue_minor desc, unmatched.reason, unmatched.is_attributed_by_touches
"""
