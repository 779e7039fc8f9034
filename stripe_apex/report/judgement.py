"""What may be said of ad spend, and how sure one can be: pure rules over the facts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from stripe_apex.report.economics import ratio
from stripe_apex.report.facts import UNATTRIBUTED
from stripe_apex.report.period import day_after

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from stripe_apex.report.economics import Economics
    from stripe_apex.report.facts import Report

ENOUGH_PAYERS = 30
"""Below, a mean of payments is too far from normal for the interval to mean anything."""

MANY_PAYERS = 100
UNCOVERED_DAYS = 7
"""Spend that starts so much later than revenue, or ends so much earlier, flatters ROAS."""


class Verdict(StrEnum):
    """Does what was spent come back?"""

    PAYS = "pays"
    LOSES = "loses"
    UNCLEAR = "unclear"
    TOO_FEW = "too_few"
    NOTHING = "nothing"
    NO_SPEND = "no_spend"


class Confidence(StrEnum):
    """How sure one can be of the advice."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"


class Doubt(StrEnum):
    """What stands against an advice."""

    WORST_CASE = "worst_case"
    FEW_PAYERS = "few_payers"
    ONE_CAMPAIGN = "one_campaign"
    UNCOVERED = "uncovered"


def verdict(line: Economics) -> Verdict:
    """A return above or below 1 by its 95 % interval and under every attribution model, or open."""
    interval = line.roas_interval
    if interval is None:
        return Verdict.NO_SPEND
    if line.payers == 0:
        return Verdict.NOTHING
    if line.payers < ENOUGH_PAYERS:
        return Verdict.TOO_FEW
    low, high = interval
    models = line.roas_by_model.values()
    if low > 1 and min(models, default=low) > 1:
        return Verdict.PAYS
    if high < 1 and max(models, default=high) < 1:
        return Verdict.LOSES
    return Verdict.UNCLEAR


def worst_case(line: Economics) -> Decimal | None:
    """The lower end of the interval under the attribution model that credits it least."""
    if line.roas_interval is None or not line.roas:
        return None
    lowest = min(line.roas_by_model.values(), default=line.roas)
    return line.roas_interval[0] * lowest / line.roas


@dataclass(frozen=True, slots=True)
class Concentration:
    """A channel's return with and without its best campaign."""

    best: Economics
    rest: Decimal

    @property
    def carries(self) -> bool:
        """Without that campaign the rest returns a good deal less, or does not clearly pay."""
        return self.best.roas is not None and (
            self.rest < Decimal("1.1") or self.best.roas > 2 * self.rest
        )


def concentration(channel: Economics, campaigns: Sequence[Economics]) -> Concentration | None:
    """How much of a channel's return hangs on one campaign; None where it has fewer than two."""
    own = [line for line in campaigns if line.channel == channel.channel and line.spend_minor > 0]
    solid = [line for line in own if line.payers >= ENOUGH_PAYERS]
    if len(own) < 2 or not solid:
        return None
    best = max(solid, key=lambda line: line.roas or Decimal(0))
    others = [line for line in own if line is not best]
    rest = ratio(sum(line.basis_minor for line in others), sum(line.spend_minor for line in others))
    return None if rest is None else Concentration(best, rest)


@dataclass(frozen=True, slots=True)
class Advice:
    """Where to spend more.

    Attributes:
        paid: channels with spend, the most certain return first.
        winners: those that pay for themselves, of which the first is not clearly better than the
            others in `rivals`.
        losers: those that do not.
    """

    paid: tuple[Economics, ...]
    winners: tuple[Economics, ...]
    rivals: tuple[Economics, ...]
    losers: tuple[Economics, ...]
    confidence: Confidence
    doubts: tuple[Doubt, ...]
    concentration: Concentration | None
    uncovered: tuple[date, date] | None


def advise(report: Report) -> Advice:
    """The advice that the facts allow."""
    paid = sorted(
        (line for line in report.channels if line.spend_minor > 0 and line.channel != UNATTRIBUTED),
        key=lambda line: (-(line.roas_interval or (Decimal(0),))[0], line.channel),
    )
    winners = tuple(line for line in paid if verdict(line) is Verdict.PAYS)
    losers = tuple(
        line for line in reversed(paid) if verdict(line) in {Verdict.LOSES, Verdict.NOTHING}
    )
    hangs_on = concentration(winners[0], report.campaigns) if winners else None
    uncovered = _uncovered(report) if paid else None
    doubts = tuple(_doubts(winners[0], hangs_on, uncovered)) if winners else ()
    return Advice(
        paid=tuple(paid),
        winners=winners,
        rivals=tuple(line for line in winners[1:] if not _clearly_better(winners[0], line)),
        losers=losers,
        confidence=(
            Confidence.LOW if not winners else Confidence.MODERATE if doubts else Confidence.HIGH
        ),
        doubts=doubts,
        concentration=hangs_on,
        uncovered=uncovered,
    )


def _doubts(
    best: Economics, hangs_on: Concentration | None, uncovered: tuple[date, date] | None
) -> Iterator[Doubt]:
    if (worst_case(best) or Decimal(0)) <= 1:
        yield Doubt.WORST_CASE
    if best.payers < MANY_PAYERS:
        yield Doubt.FEW_PAYERS
    if hangs_on is not None and hangs_on.carries:
        yield Doubt.ONE_CAMPAIGN
    if uncovered is not None:
        yield Doubt.UNCOVERED


def _clearly_better(one: Economics, other: Economics) -> bool:
    """The difference of two returns is more than its standard error allows for."""
    if one.roas is None or other.roas is None or not one.roas_interval or not other.roas_interval:
        return True
    mine = one.roas - one.roas_interval[0]
    theirs = other.roas_interval[1] - other.roas
    return (one.roas - other.roas) ** 2 > mine**2 + theirs**2 and one.roas > other.roas


def _uncovered(report: Report) -> tuple[date, date] | None:
    """The days that spend is known of, where revenue goes well beyond them."""
    first, last = report.coverage.first_spend_date, report.coverage.last_spend_date
    if first is None or last is None or not report.coverage.first_charge_at:
        return None
    start = max(report.scope.start, report.coverage.first_charge_at.date())
    end = min(report.scope.end, day_after(report.scope.as_of))
    beyond = max((first - start).days, (end - last).days - 1)
    return (first, last) if beyond > UNCOVERED_DAYS else None
