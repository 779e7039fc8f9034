"""How payments are matched to people, as facts: in which way, and what would match the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from stripe_apex.report import queries

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    Rows = Callable[..., list[dict[str, Any]]]

NOT_MATCHED = "none"
"""The way of a payment that is matched to nobody."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Charges without an earlier lead; some of them are still credited by the payer's touchpoints.

    Attributes:
        remedy: the remedy of all these charges; None if they have different ones.
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
    """The payments of a month that were matched in one way.

    Attributes:
        way: `direct`, `by_reference`, `via_customer`, `by_touch`, `by_code` or `none`.
        conflicts: number of payments that name two people whom nothing else links.
        conflicts_minor: the revenue of these payments.
    """

    month: date
    way: str
    charges: int
    revenue_minor: int
    conflicts: int
    conflicts_minor: int


@dataclass(frozen=True, slots=True)
class Remedy:
    """A way to match more payments; each unmatched payment is counted under one remedy."""

    remedy: str
    charges: int
    revenue_minor: int


@dataclass(frozen=True, slots=True)
class SharedReference:
    """A metadata value that too many people share for it to identify anybody."""

    reference_key: str
    reference_value: str
    people: int


@dataclass(frozen=True, slots=True)
class PromotionCode:
    """Revenue of a promotion code over all days; it has no channel if nobody assigned it one."""

    promotion_code: str
    channel: str | None
    campaign: str | None
    partner: str | None
    has_channel: bool
    charges: int
    revenue_minor: int | None


@dataclass(frozen=True, slots=True)
class Matched:
    """How payments are matched to people.

    Attributes:
        remedies: the remedies for these days; empty if all is matched, or the mart is missing.
        codes: the promotion codes over all days, those with the most revenue first.
        missing: the marts that the warehouse lacks, since an older version built it.
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
    """Query the marts.

    Args:
        rows: a function that runs a query with its parameters.
        tables: the warehouse's tables, with their schemas.
        selected: the first day, the day after the last one, and the currencies or None.
        converted: whether amounts are in the reporting currency.
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
