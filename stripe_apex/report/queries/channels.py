"""Revenue and cost of channels, platforms and campaigns."""

from __future__ import annotations

from typing import Final

from stripe_apex.report.queries.filters import amount, in_scope

LEVELS: Final = (("channel",), ("channel", "platform"), ("channel", "platform", "campaign"))
"""The groupings; one query has several, since planning takes most of a query's time."""

Levels = tuple[tuple[str, ...], ...]

LEADS: Final = """
select 1 as dimensions, channel, cast(sum(leads) as bigint) as leads
from marts.mart_channels
where activity_date >= $1 and activity_date < $2 and attribution_model = $3
group by channel
"""


def _keys(levels: Levels) -> str:
    """The columns of the deepest level, preceded by how many of them a row is grouped by."""
    deepest = levels[-1]
    number = " - ".join((str(len(deepest)), *(f"grouping({name})" for name in deepest[1:])))
    return f"{number} as dimensions, {', '.join(deepest)}"


def _by(levels: Levels, *more: str) -> str:
    """The clause that groups by each of the levels, and by `more` within them."""
    sets = (f"({', '.join((*level, *more))})" for level in levels)
    return f"grouping sets ({', '.join(sets)})"


def brought(levels: Levels, *, converted: bool) -> str:
    """Revenue and people of each level; $4 is the model.

    A row has the number of dimensions that it is grouped by, since a platform may be null. Columns
    with `maybe_new` count payers who may have paid before the charges that are loaded. `squares` is
    the sum, over people, of the square of each person's part of `basis_minor`.
    """
    keys = ", ".join(("dimensions", *levels[-1]))
    return f"""
with {_credits(converted=converted)},

by_person as (
    select
        {_keys(levels)},
        person_id,
        sum(revenue_minor) as revenue_minor,
        sum(basis_minor) as basis_minor,
        sum(customer_micros) as customer_micros,
        sum(new_customer_micros) as new_customer_micros,
        sum(maybe_new_customer_micros) as maybe_new_customer_micros,
        sum(case when is_new then revenue_minor else 0 end) as new_revenue_minor,
        sum(case when is_new then basis_minor else 0 end) as new_basis_minor,
        sum(case when is_new is null then revenue_minor else 0 end)
            as maybe_new_revenue_minor
    from credits
    where attribution_model = $4
    group by {_by(levels, "person_id")}
)

select
    {keys},
    count(*) as payers,
    cast(sum(customer_micros) as bigint) as customer_micros,
    cast(sum(new_customer_micros) as bigint) as new_customer_micros,
    cast(sum(maybe_new_customer_micros) as bigint) as maybe_new_customer_micros,
    cast(sum(new_revenue_minor) as bigint) as new_revenue_minor,
    cast(sum(new_basis_minor) as bigint) as new_basis_minor,
    cast(sum(maybe_new_revenue_minor) as bigint) as maybe_new_revenue_minor,
    cast(sum(revenue_minor) as bigint) as revenue_minor,
    cast(sum(basis_minor) as bigint) as basis_minor,
    cast(sum(
        cast(basis_minor as decimal(19, 0)) * cast(basis_minor as decimal(19, 0))
    ) as decimal(38, 0)) as squares
from by_person
group by {keys}
"""


def brought_by_model(levels: Levels, *, converted: bool) -> str:
    """Revenue of each level under each attribution model."""
    return f"""
with {_credits(converted=converted)}

select
    {_keys(levels)},
    attribution_model,
    cast(sum(basis_minor) as bigint) as revenue_minor
from credits
group by {_by(levels, "attribution_model")}
order by attribution_model
"""


def spent(levels: Levels, *, converted: bool) -> str:
    """Ad spend of each level, and the conversions that platforms claim."""
    return f"""
select
    {_keys(levels)},
    cast(sum(coalesce({amount("spend", converted=converted)}, 0)) as bigint) as spend_minor,
    cast(sum(platform_conversions) as decimal(24, 6)) as platform_conversions
from marts.mart_ad_spend as spend
where {in_scope("spend", "spend_date")}
group by {_by(levels)}
"""


def _credits(*, converted: bool) -> str:
    """Credits with the platform that was paid for them.

    That is the platform whose spend has the credit's channel and campaign. If several have it, or
    none, it is the one whose spend has the credit's channel and UTM source, else none.
    """
    return f"""campaign_platforms as (
    select channel, campaign, min(platform) as platform
    from marts.mart_ad_spend
    where campaign <> '(none)' and platform <> '(none)'
    group by channel, campaign
    having count(distinct platform) = 1
),

source_platforms as (
    select channel, source, min(platform) as platform
    from marts.mart_ad_spend
    where source <> '(none)' and platform <> '(none)'
    group by channel, source
    having count(distinct platform) = 1
),

credits as (
    select
        attribution.attribution_model,
        attribution.channel,
        coalesce(campaign_platforms.platform, source_platforms.platform) as platform,
        coalesce(attribution.campaign, '(none)') as campaign,
        attribution.person_id,
        coalesce(attribution.{amount("credit", converted=converted)}, 0) as revenue_minor,
        coalesce(attribution.{amount("credit_basis", converted=converted)}, 0) as basis_minor,
        revenue.is_new,
        case when revenue.is_new then attribution.credit_micros else 0 end as new_customer_micros,
        case when revenue.is_new is null then attribution.credit_micros else 0 end
            as maybe_new_customer_micros,
        case
            when revenue.previous_revenue_date is null or revenue.previous_revenue_date < $1
                then attribution.credit_micros
            else 0
        end as customer_micros
    from marts.fct_attribution as attribution
    inner join marts.fct_revenue as revenue
        on attribution.charge_id = revenue.charge_id
    left join campaign_platforms
        on attribution.channel = campaign_platforms.channel
        and attribution.campaign = campaign_platforms.campaign
    left join source_platforms
        on attribution.channel = source_platforms.channel
        and attribution.source = source_platforms.source
    where revenue.is_conversion and {in_scope("revenue")}
)"""
