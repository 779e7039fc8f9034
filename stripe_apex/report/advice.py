"""Advice on where to spend more or less, at the level of channel, platform or campaign.

"Paid social pays for itself" is wrong advice if one of its platforms loses money and another, with
an eighth of the spend, makes up for it. So a channel is judged as a whole only if none of its
larger parts contradicts the verdict; otherwise each of its platforms is judged, and a platform with
the same problem is judged by its campaigns. Brand campaigns, which buy the searches for a company's
own name, are set apart: more money would hardly find more of these people, and they would often
have come anyway.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import reduce
from typing import TYPE_CHECKING, Final

from stripe_apex.report.facts import UNATTRIBUTED
from stripe_apex.report.judgement import Verdict, verdict, worst_case
from stripe_apex.report.period import day_after

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from stripe_apex.report.economics import Economics
    from stripe_apex.report.facts import Report

MANY_PAYERS: Final = 100
UNCOVERED_DAYS: Final = 7
"""If spend starts more than this later than revenue, or ends as much earlier, ROAS is too high."""

_MATERIAL: Final = 10
"""A part with at least a tenth of the spend is large enough to contradict the whole's verdict."""

_BRAND: Final = re.compile(r"(?<!non)(?<!non[ _-])brand(?!\w*[ _-]*aware)", re.IGNORECASE)
_NO_CAMPAIGN: Final = "(none)"


class Confidence(StrEnum):
    """How sure one can be of the advice."""

    HIGH = "high"
    MODERATE = "moderate"
    LOW = "low"


class Doubt(StrEnum):
    """A reason to doubt the advice."""

    WORST_CASE = "worst_case"
    FEW_PAYERS = "few_payers"
    UNCOVERED = "uncovered"


@dataclass(frozen=True, slots=True)
class Advice:
    """Where to spend more or less.

    Attributes:
        paid: channels with spend, the most certain return first.
        winners: channels, platforms or campaigns that pay for themselves; the first has the most
            certain return.
        rivals: other winners that the first one is not clearly better than.
        losers: channels, platforms or campaigns that do not earn back what they cost, the most
            expensive first.
        brand: the sum of the brand campaigns; None if there are none.
        rest: the channel of the brand campaigns without these; None if nothing is left of it.
    """

    paid: tuple[Economics, ...]
    winners: tuple[Economics, ...]
    rivals: tuple[Economics, ...]
    losers: tuple[Economics, ...]
    brand: Economics | None
    rest: Economics | None
    confidence: Confidence
    doubts: tuple[Doubt, ...]
    uncovered: tuple[date, date] | None


def advise(report: Report) -> Advice:
    """The advice that follows from the facts."""
    paid = sorted(
        (line for line in report.channels if line.spend_minor > 0 and line.channel != UNATTRIBUTED),
        key=_surest,
    )
    judged = [
        found
        for line in paid
        for found in _Judge(report, line.channel).judged(without_brand(report, line))
    ]
    winners = sorted((line for line, said in judged if said is Verdict.PAYS), key=_surest)
    losers = sorted(
        (line for line, said in judged if said in {Verdict.LOSES, Verdict.NOTHING}),
        key=lambda line: (
            -line.spend_minor,
            line.channel,
            line.platform or "",
            line.campaign or "",
        ),
    )
    brands = [line for line in report.campaigns if is_brand(line) and line.spend_minor > 0]
    with_brand = [line for line in paid if any(brand.channel == line.channel for brand in brands)]
    rests = [rest for line in with_brand if (rest := without_brand(report, line)).spend_minor > 0]
    uncovered = _uncovered(report) if paid else None
    doubts = tuple(_doubts(winners[0], uncovered)) if winners else ()
    return Advice(
        paid=tuple(paid),
        winners=tuple(winners),
        rivals=tuple(line for line in winners[1:] if not _clearly_better(winners[0], line)),
        losers=tuple(losers),
        brand=reduce(_added, brands) if brands else None,
        rest=reduce(_added, rests) if rests else None,
        confidence=(
            Confidence.LOW if not winners else Confidence.MODERATE if doubts else Confidence.HIGH
        ),
        doubts=doubts,
        uncovered=uncovered,
    )


def is_brand(line: Economics) -> bool:
    """Whether a campaign buys the searches for the company's own name, judging by its name."""
    return line.channel == "paid_search" and bool(_BRAND.search(line.campaign or ""))


def without_brand(report: Report, channel: Economics) -> Economics:
    """A channel without its brand campaigns."""
    brands = (
        line for line in report.campaigns if line.channel == channel.channel and is_brand(line)
    )
    return reduce(_without, brands, channel)


class _Judge:
    """Judges the parts of a channel, each at the level at which a verdict holds."""

    def __init__(self, report: Report, channel: str) -> None:
        self._platforms = [
            line for line in report.platforms if line.channel == channel and line.spend_minor > 0
        ]
        self._campaigns = [
            line
            for line in report.campaigns
            if line.channel == channel and line.spend_minor > 0 and not is_brand(line)
        ]
        self._brands = [
            line for line in report.campaigns if line.channel == channel and is_brand(line)
        ]

    def judged(self, line: Economics, among: int = 1) -> list[tuple[Economics, Verdict]]:
        """A line with its verdict, or its parts with their own verdicts if these contradict it."""
        if line.spend_minor <= 0:
            return []
        said = verdict(line, among)
        if said is not Verdict.UNCLEAR and not self._contradicts(line, said):
            return [(line, said)]
        parts = self._parts(line)
        unmatched = _what_is_left(line, parts)
        own = [
            (part, _softened(part, said, unmatched))
            for whole in parts
            for part, said in self.judged(whole, len(self._campaigns))
        ]
        if any(verdict_ not in {Verdict.UNCLEAR, Verdict.NOT_NAMED} for _, verdict_ in own):
            return own
        return [(line, Verdict.UNCLEAR)]

    def _parts(self, line: Economics) -> list[Economics]:
        if line.platform is None and len(self._platforms) > 1:
            return [self._platform_without_brand(part) for part in self._platforms]
        return [part for part in self._leaves(line) if part.campaign != _NO_CAMPAIGN]

    def _leaves(self, line: Economics) -> list[Economics]:
        if line.campaign is not None:
            return []
        return [part for part in self._campaigns if line.platform in {None, part.platform}]

    def _platform_without_brand(self, line: Economics) -> Economics:
        return reduce(
            _without, (brand for brand in self._brands if brand.platform == line.platform), line
        )

    def _contradicts(self, line: Economics, said: Verdict) -> bool:
        """Whether a larger part contradicts the verdict, or the whole pays only due to one part."""
        leaves = self._leaves(line)
        large = [part for part in leaves if part.spend_minor * _MATERIAL >= line.spend_minor]
        if said in {Verdict.LOSES, Verdict.NOTHING}:
            return any((part.roas or 0) > 1 for part in large)
        if said is not Verdict.PAYS or len(leaves) < 2:
            return False
        best = max(leaves, key=lambda part: part.basis_minor - part.spend_minor)
        rest = _without(line, best)
        return any((part.roas or 0) < 1 for part in large) or verdict(rest) is not Verdict.PAYS


def _what_is_left(whole: Economics, parts: Sequence[Economics]) -> int:
    """The whole's revenue that is credited to none of its parts; the most under any model."""
    left = [
        revenue - sum(part.revenue_by_model.get(model, 0) for part in parts)
        for model, revenue in whole.revenue_by_model.items()
    ]
    return max([0, whole.basis_minor - sum(part.basis_minor for part in parts), *left])


def _softened(part: Economics, said: Verdict, unmatched_minor: int) -> Verdict:
    """The verdict, or UNCLEAR for a loser that could pay if it got the unmatched revenue."""
    if said not in {Verdict.LOSES, Verdict.NOTHING}:
        return said
    highest = max([*(part.roas_interval or (Decimal(0),)), *part.roas_by_model.values()])
    could_be = highest * part.spend_minor + unmatched_minor
    return said if could_be < part.spend_minor else Verdict.UNCLEAR


def _without(whole: Economics, part: Economics) -> Economics:
    """The whole less a part, with a certainty that is not overstated.

    People who paid through both are not counted, and the standard error stays that of the whole.
    """
    return replace(
        whole,
        payers=max(0, whole.payers - part.payers),
        customers=whole.customers - part.customers,
        new_customers=whole.new_customers - part.new_customers,
        basis_minor=whole.basis_minor - part.basis_minor,
        spend_minor=whole.spend_minor - part.spend_minor,
        revenue_by_model={
            model: revenue - part.revenue_by_model.get(model, 0)
            for model, revenue in whole.revenue_by_model.items()
        },
    )


def _added(one: Economics, other: Economics) -> Economics:
    """The sum of two lines; their payers may be the same people, so no certainty is added."""
    models = one.revenue_by_model.keys() & other.revenue_by_model.keys()
    return replace(
        one,
        platform=one.platform if one.platform == other.platform else None,
        campaign=None,
        payers=max(one.payers, other.payers),
        basis_minor=one.basis_minor + other.basis_minor,
        error_minor=one.error_minor + other.error_minor,
        spend_minor=one.spend_minor + other.spend_minor,
        is_named=one.is_named or other.is_named,
        revenue_by_model={
            model: one.revenue_by_model[model] + other.revenue_by_model[model] for model in models
        },
    )


def _surest(line: Economics) -> tuple[Decimal, str, str, str]:
    low = (line.roas_interval or (Decimal(0),))[0]
    return (-low, line.channel, line.platform or "", line.campaign or "")


def _doubts(best: Economics, uncovered: tuple[date, date] | None) -> Iterator[Doubt]:
    if (worst_case(best) or Decimal(0)) <= 1:
        yield Doubt.WORST_CASE
    if best.payers < MANY_PAYERS:
        yield Doubt.FEW_PAYERS
    if uncovered is not None:
        yield Doubt.UNCOVERED


def _clearly_better(one: Economics, other: Economics) -> bool:
    """Whether the difference of two returns is larger than its 95 % margin of error."""
    if one.roas is None or other.roas is None or not one.roas_interval or not other.roas_interval:
        return True
    mine = one.roas - one.roas_interval[0]
    theirs = other.roas_interval[1] - other.roas
    return (one.roas - other.roas) ** 2 > mine**2 + theirs**2 and one.roas > other.roas


def _uncovered(report: Report) -> tuple[date, date] | None:
    """The first and last day of known spend if revenue goes well beyond them, else None."""
    first, last = report.coverage.first_spend_date, report.coverage.last_spend_date
    if first is None or last is None or not report.coverage.first_charge_at:
        return None
    start = max(report.scope.start, report.coverage.first_charge_at.date())
    end = min(report.scope.end, day_after(report.scope.as_of))
    beyond = max((first - start).days, (end - last).days - 1)
    return (first, last) if beyond > UNCOVERED_DAYS else None
