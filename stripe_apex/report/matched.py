"""How payments find their people, as facts: by which way, and what would match the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from stripe_apex.report import queries

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    Rows = Callable[..., list[dict[str, Any]]]

NOT_MATCHED = "none"
"""The way of a payment of which nobody is known."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Charges without a lead before them; the payer's touches credit some all the same.

    Attributes:
        remedy: the one that is true of all of them; None where they differ.
    """

    reason: str
    remedy: str | None
    is_attributed_by_touches: bool
    charges: int
    revenue_minor: int


@dataclass(frozen=True, slots=True)
class NoVisitCredited:
    """Payments that no visit is credited with, by reason.

    Attributes:
        reason: `lead_channel` where the lead's channel is credited instead; else no channel is.
    """

    reason: str
    charges: int
    revenue_minor: int


MATCHED_REASONS: Final = frozenset({"lead_too_old", "no_visit", "excluded_channel"})
"""Why a payment that is matched has no channel all the same."""


@dataclass(frozen=True, slots=True)
class Way:
    """The payments of a month that found their people in one way.

    Attributes:
        way: `direct`, `by_reference`, `via_customer`, `by_touch`, `by_code` or `none`.
        conflicts: those that name two people whom nothing else joins.
        conflicts_minor: what these brought.
    """

    month: date
    way: str
    charges: int
    revenue_minor: int
    conflicts: int
    conflicts_minor: int


@dataclass(frozen=True, slots=True)
class Remedy:
    """What would match some of the rest; each unmatched payment stands under one of them."""

    remedy: str
    charges: int
    revenue_minor: int


@dataclass(frozen=True, slots=True)
class SharedReference:
    """A value of metadata that so many people carry that it names nobody."""

    reference_key: str
    reference_value: str
    people: int


@dataclass(frozen=True, slots=True)
class PromotionCode:
    """What a promotion code brought, whenever it was used; without a channel if it has no row."""

    promotion_code: str
    channel: str | None
    campaign: str | None
    partner: str | None
    has_channel: bool
    charges: int
    revenue_minor: int | None


@dataclass(frozen=True, slots=True)
class Matched:
    """How payments find their people.

    Attributes:
        remedies: of these days; empty where everybody is known, or the mart is missing.
        codes: over all days, what brought most first.
        missing: marts of this that the warehouse does not have, since an older version built it.
    """

    ways: tuple[Way, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    shared: tuple[SharedReference, ...] = ()
    codes: tuple[PromotionCode, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def by_way(self) -> dict[str, int]:
        """Net revenue of each way, over all months."""
        found: dict[str, int] = {}
        for line in self.ways:
            found[line.way] = found.get(line.way, 0) + line.revenue_minor
        return found

    @property
    def unmatched_minor(self) -> int:
        """Net revenue of payments of which nobody is known; all other revenue is matched."""
        return self.by_way.get(NOT_MATCHED, 0)


def read(rows: Rows, tables: set[str], selected: Sequence[Any], *, converted: bool) -> Matched:
    """Ask the marts.

    Args:
        rows: runs a query with its parameters.
        tables: those that are there, with their schemas.
        selected: first day, the day after the last one, currencies or None.
        converted: amounts are of the reporting currency.
    """
    missing = tuple(mart for mart in queries.NEWER_MARTS if f"marts.{mart}" not in tables)
    return Matched(
        tuple(Way(**row) for row in rows(queries.ways(converted=converted), *selected)),
        tuple(Remedy(**row) for row in rows(queries.remedies(converted=converted), *selected))
        if "mart_match_remedies" not in missing
        else (),
        tuple(SharedReference(**row) for row in rows(queries.SHARED_REFERENCES))
        if queries.SHARED_REFERENCES_TABLE in tables
        else (),
        tuple(PromotionCode(**row) for row in rows(queries.codes(converted=converted), selected[2]))
        if "mart_promotion_codes" not in missing
        else (),
        missing,
    )
