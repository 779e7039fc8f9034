"""Which ad spend is matched by visits, as facts: by campaign, and added up by platform."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from stripe_apex.report import queries

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from stripe_apex.report.economics import Economics

    Rows = Callable[..., list[dict[str, Any]]]

NO_SPEND: Final = "visits_without_spend"
NO_VISITS: Final = "spend_without_visits"
NONE: Final = "(none)"
"""Stands for the platform or the campaign of spend that does not name it."""

WAYS: Final = ("name", "id", "map")


@dataclass(frozen=True, slots=True)
class AuditedCampaign:
    """A campaign in one currency, over all days.

    Attributes:
        campaign: the platform's name of it; for visits without spend, their `utm_campaign`.
        status: `matched`, `spend_without_visits` or `visits_without_spend`.
        matched_by: `name`, `id` or `map`; None if nothing matched.
        campaign_id: the platform's id of it, if the source of the spend tells it.
        first_date: the first day of spend; for visits without spend, the first day of visits.
        spend_minor: minor units of `currency`; the sum of `matched_minor` and `unmatched_minor`.
    """

    platform: str
    campaign: str
    currency: str
    status: str
    matched_by: str | None
    campaign_id: str | None
    utm_campaign: str | None
    visits: int
    first_date: date
    last_date: date
    spend_minor: int
    matched_minor: int
    unmatched_minor: int


@dataclass(frozen=True, slots=True)
class AuditedPlatform:
    """A platform's spend in one currency: the sums matched in each way, and the unmatched rest.

    Attributes:
        matched_minor: the matched spend by way: `name`, `id` and `map`.
        campaigns: campaigns with spend that no visit names, the most expensive first.
    """

    platform: str
    currency: str
    spend_minor: int
    matched_minor: dict[str, int]
    unmatched_minor: int
    campaigns: tuple[AuditedCampaign, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """Which ad spend is matched by visits.

    Attributes:
        campaigns: campaigns with spend, and campaigns that only visits name; the most unmatched
            spend first.
        is_missing: whether the warehouse lacks the mart, since an older version built it.
    """

    campaigns: tuple[AuditedCampaign, ...] = ()
    is_missing: bool = False

    @property
    def knows_names(self) -> bool:
        """Whether any name of a campaign is known from elsewhere, so that one can be missed."""
        return bool(self.visited) or any(line.matched_by for line in self.spent)

    @property
    def not_named(self) -> frozenset[tuple[str, str]]:
        """Platform and campaign, in lower case, of those with spend that no visit names."""
        if not self.knows_names:
            return frozenset()
        named = {_names(line) for line in self.spent if line.status != NO_VISITS}
        return frozenset(_names(line) for line in self.spent) - named

    @property
    def spent(self) -> tuple[AuditedCampaign, ...]:
        """Campaigns with spend."""
        return tuple(line for line in self.campaigns if line.status != NO_SPEND)

    @property
    def visited(self) -> tuple[AuditedCampaign, ...]:
        """Campaigns of paid visits without spend."""
        return tuple(line for line in self.campaigns if line.status == NO_SPEND)

    @property
    def lacking(self) -> tuple[AuditedPlatform, ...]:
        """The platforms of which some spend leads to no visit that names its campaign."""
        return tuple(one for one in self.platforms if one.unmatched_minor > 0)

    @property
    def platforms(self) -> tuple[AuditedPlatform, ...]:
        """Spend by platform and currency, the most unmatched spend first."""
        parts: dict[tuple[str, str], list[AuditedCampaign]] = {}
        for line in self.spent:
            parts.setdefault((line.platform, line.currency), []).append(line)
        found = [
            AuditedPlatform(
                platform,
                currency,
                sum(line.spend_minor for line in lines),
                {
                    way: sum(line.matched_minor for line in lines if line.matched_by == way)
                    for way in WAYS
                },
                sum(line.unmatched_minor for line in lines),
                tuple(line for line in lines if line.unmatched_minor),
            )
            for (platform, currency), lines in parts.items()
        ]
        return tuple(
            sorted(
                found,
                key=lambda one: (
                    -one.unmatched_minor, -one.spend_minor, one.platform, one.currency,
                ),
            )
        )  # fmt: skip


def _names(line: AuditedCampaign) -> tuple[str, str]:
    return line.platform, line.campaign.lower()


def mark(levels: Sequence[Sequence[Economics]], audit: Audit) -> list[tuple[Economics, ...]]:
    """Channels, platforms and campaigns, marked where no visit names what was spent on.

    A channel or a platform is marked where all of its campaigns with spend are. What brought
    something all the same, by click ids for instance, is known to have brought it.
    """
    channels, platforms, campaigns = levels
    not_named = audit.not_named
    marked = [
        _marked(line, is_named=(line.platform, (line.campaign or "").lower()) not in not_named)
        for line in campaigns
    ]
    spent = [line for line in marked if line.spend_minor > 0]
    wholes = [
        tuple(
            _marked(
                whole,
                is_named=any(
                    part.is_named
                    for part in spent
                    if part.channel == whole.channel and whole.platform in {None, part.platform}
                ),
            )
            for whole in level
        )
        for level in (channels, platforms)
    ]
    return [*wholes, tuple(marked)]


def _marked(line: Economics, *, is_named: bool) -> Economics:
    nothing = line.spend_minor > 0 and not line.payers and not line.basis_minor
    return replace(line, is_named=is_named or not nothing)


def read(rows: Rows, tables: set[str], currencies: Sequence[str] | None) -> Audit:
    """Query the mart.

    Args:
        rows: a function that runs a query with its parameters.
        tables: the warehouse's tables, with their schemas.
        currencies: the currencies to read; None reads all.
    """
    if f"marts.{queries.AUDIT_MART}" not in tables:
        return Audit(is_missing=True)
    return Audit(tuple(AuditedCampaign(**row) for row in rows(queries.AUDIT, currencies)))
