"""Words from numbers: what the report says on top, computed from the facts and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from stripe_apex.report.judgement import Confidence, Doubt, Verdict, verdict
from stripe_apex.report.labels import label, listed, quoted, sentence
from stripe_apex.report.words import Words, ltv_curve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stripe_apex.report.facts import Economics, Variant

CLAIMED_TOO_MUCH = Decimal("1.5")
"""A platform that claims so many times the new customers that payments show is worth a word."""


class Tone(StrEnum):
    """Which way a finding points."""

    GOOD = "good"
    BAD = "bad"
    OPEN = "open"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence that stands out, and what it rests on."""

    tone: Tone
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Something that makes the headline more or less sure."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Headline:
    """The report in one sentence, how sure one can be, and why."""

    title: str
    lead: str
    confidence: Confidence | None = None
    verdict: str = ""
    reasons: tuple[Reason, ...] = ()


_SURE = {
    Confidence.HIGH: "It has paid for itself by any reckoning below.",
    Confidence.LOW: "Nothing below is sure enough to move a budget by.",
}

_DOUBTS = {
    Doubt.WORST_CASE: "under the least favourable attribution model, chance could explain it",
    Doubt.FEW_PAYERS: "few people paid",
    Doubt.ONE_CAMPAIGN: "one campaign carries it",
    Doubt.UNCOVERED: "ad spend is known for a part of the days only",
}


class Findings(Words):
    """Everything that the report says in words."""

    def headline(self) -> Headline:
        """What to do, and how sure one can be."""
        report, advice = self.report, self.advice
        if not report.totals:
            return Headline(
                "There is no revenue in these days yet.",
                "Widen date_range or the report's period, or check that charges exist in Stripe.",
            )
        if not advice.paid:
            return self._without_spend()
        if not advice.winners:
            return self._without_winner()
        best = advice.winners[0]
        names = [line.channel for line in (best, *advice.rivals)]
        if advice.rivals:
            title = f"Spend more on {listed(names).replace(' and ', ' or ')}: each pays for itself."
        else:
            title = (
                f"Spend more on {quoted(best.channel)}: "
                f"each {self.one} brought back {self.returned(best.roas)}."
            )
        return Headline(
            title,
            " ".join(filter(None, (self._carried_by(), self._losing()))),
            advice.confidence,
            self._sure(),
            tuple(self._reasons(best)),
        )

    def _without_spend(self) -> Headline:
        ranked = self.ranked()
        if not ranked:
            return Headline(
                "No revenue can be credited to a channel yet.",
                "Connect leads or touchpoints: with them, each payment finds the channel it came "
                "from.",
                Confidence.LOW,
                reasons=(self._unmatched_reason(),),
            )
        best = ranked[0]
        share = self.formats.percent(self.share(best.revenue_minor))
        return Headline(
            f"{sentence(quoted(best.channel))} earns the most: {share} of net revenue.",
            "Which channel deserves more money cannot be said: no ad spend is connected. Fill the "
            "table ad_spend, and this page compares what each channel costs with what it brings.",
            Confidence.LOW,
            reasons=(self._unmatched_reason(),),
        )

    def _without_winner(self) -> Headline:
        advice = self.advice
        if len(advice.losers) == len(advice.paid):
            title = "No paid channel earns back what it costs."
        else:
            title = "No paid channel has proven that it earns back what it costs."
        best = advice.paid[0]
        return Headline(
            title,
            f"{sentence(quoted(best.channel))} comes nearest: each {self.one} brought back "
            f"{self.returned(best.roas)}.",
            Confidence.LOW,
            self._sure(),
            tuple(self._reasons(best)),
        )

    def _sure(self) -> str:
        """How sure, in a sentence, with what stands against it."""
        if self.advice.confidence in _SURE:
            return _SURE[self.advice.confidence]
        doubts = [_DOUBTS[doubt] for doubt in self.advice.doubts]
        return f"It has paid for itself. But {'; and '.join(doubts)}."

    def _reasons(self, best: Economics) -> Iterator[Reason]:
        yield self._chance(best)
        if best.roas_by_model:
            yield self._models(best.roas_by_model)
        yield self._unmatched_reason()
        if self.advice.uncovered:
            first, last = (self.formats.day(day) for day in self.advice.uncovered)
            yield Reason(
                "Coverage",
                f"Ad spend is known from {first} to {last} only, so these returns are too high. "
                "Look at those days alone with --period.",
            )
        yield Reason(
            f"The next {self.one}",
            "This is the average of what was spent; more money usually finds fewer customers. "
            "Raise the budget in steps, and watch.",
        )

    def _chance(self, best: Economics) -> Reason:
        payers = self.formats.number(best.payers)
        if best.roas_interval is None or verdict(best) in {Verdict.TOO_FEW, Verdict.NOTHING}:
            return Reason("Chance", f"{payers} payers are too few to say.")
        low, high = (self.returned(max(end, Decimal(0))) for end in best.roas_interval)
        return Reason(
            "Chance",
            f"{low} to {high} for each {self.one}: the 95% interval, from {payers} payers.",
        )

    def _models(self, spread: Mapping[str, Decimal]) -> Reason:
        low, high = min(spread, key=spread.__getitem__), max(spread, key=spread.__getitem__)
        agree = spread[low] > 1 or spread[high] < 1
        return Reason(
            "Attribution",
            f"From {self.returned(spread[low])} ({label(low)}) to {self.returned(spread[high])} "
            f"({label(high)}): the {len(spread)} models {'agree' if agree else 'disagree'} that it "
            f"is {'more' if spread[high] > 1 else 'less'} than {self.one}.",
        )

    def _unmatched_reason(self) -> Reason:
        share = self.share(self.report.unattributed_minor)
        if not share:
            return Reason("Matching", "All revenue is credited to a channel.")
        return Reason(
            "Matching",
            f"{self.formats.percent(share)} of net revenue has no channel. What of it is matched "
            "later can raise returns, hardly lower them.",
        )

    def _carried_by(self) -> str:
        hangs_on = self.advice.concentration
        if hangs_on is None or not hangs_on.carries:
            return ""
        text = (
            f"One campaign carries it: {quoted(hangs_on.best.campaign or '')} brought back "
            f"{self.returned(hangs_on.best.roas)}, the rest {self.returned(hangs_on.rest)}."
        )
        if "brand" in (hangs_on.best.campaign or ""):
            text += " Who searches for your name would often have come anyway."
        return text

    def _losing(self) -> str:
        losers = self.advice.losers
        if not losers:
            return ""
        worst = losers[0]
        if len(losers) > 1:
            return (
                f"{sentence(listed([line.channel for line in losers]))} cost more than they bring."
            )
        return (
            f"{sentence(quoted(worst.channel))} costs more than it brings: "
            f"{self.returned(worst.roas)} for each {self.one}."
        )

    def others(self) -> tuple[Finding, ...]:
        """What else stands out, the most useful first."""
        found = [
            *self._claims(),
            *self._tested(),
            *self._worth(),
            *self._unmatched(),
            *self._proof(),
        ]
        return tuple(found)

    def _claims(self) -> Iterator[Finding]:
        formats = self.formats
        claims = [
            line
            for line in self.report.platforms
            if line.platform_conversions
            and line.platform_conversions > CLAIMED_TOO_MUCH * line.new_customers
            and line.platform_conversions >= 30
        ]
        for line in sorted(claims, key=lambda line: -(line.platform_conversions or 0))[:1]:
            yield Finding(
                Tone.OPEN,
                f"{label(line.platform or '')} claims "
                f"{formats.number(line.platform_conversions)} conversions.",
                f"Payments credit it with {formats.number(line.new_customers)} new customers. "
                "Steer by money received, not by what a platform says of itself.",
            )

    def _tested(self) -> Iterator[Finding]:
        for line in self.report.experiments:
            if line.verdict in {"better", "worse"}:
                better = line.verdict == "better"
                verb = "raised" if better else "lowered"
                yield Finding(
                    Tone.GOOD if better else Tone.BAD,
                    f"“{label(line.name)}” {verb} revenue per visitor by {self._effect(line)}"
                    f"{' so far' if line.is_running else ''}.",
                    self.impact(line),
                )

    def _effect(self, line: Variant) -> str:
        """The lift; the amount where control earned too little to say how many percent it is."""
        if line.lift is None or line.lift_low is None:
            return self.formats.major(abs(line.difference or 0), line.currency)
        return self.formats.percent(abs(line.lift))

    def impact(self, line: Variant) -> str:
        """What an experiment's variant brought, from where to where, at which cost."""
        if line.impact is None or line.impact_low is None or line.impact_high is None:
            return "Its impact cannot be said."
        formats, currency = self.formats, line.currency
        amount = formats.major(abs(line.impact), currency)
        text = f"{amount} {'more' if line.impact >= 0 else 'less'} {_when(line)}"
        variants = sum(line.experiment_id == one.experiment_id for one in self.report.experiments)
        corrected = f", corrected for {variants} variants," if variants > 1 else ""
        text += (
            f" (95% interval{corrected} {formats.major(line.impact_low, currency)} to "
            f"{formats.major(line.impact_high, currency)})"
        )
        if line.cost:
            text += f", at a cost of {formats.major(line.cost, currency)}"
        if line.is_running:
            text += ". It still runs; the interval holds however often you look"
        return f"{text}."

    def _worth(self) -> Iterator[Finding]:
        curve = dict(ltv_curve(self.report))
        if not curve:
            return
        age = 12 if 12 in curve else max(curve)
        if age == 0:
            return
        currency = self.report.scope.reporting_currency
        first, later = (self.formats.major(curve[at], currency) for at in (0, age))
        yield Finding(
            Tone.NOTE,
            f"A customer is worth {later} after {age} months.",
            f"{first} of it comes in the month of the first payment.",
        )

    def _unmatched(self) -> Iterator[Finding]:
        lost = [line for line in self.report.unmatched if not line.is_attributed_by_touches]
        share = self.share(self.report.unattributed_minor)
        if not lost or not share:
            return
        yield Finding(
            Tone.OPEN if share > Decimal("0.1") else Tone.NOTE,
            f"{self.formats.percent(share)} of net revenue cannot be matched.",
            lost[0].remedy,
        )

    def _proof(self) -> Iterator[Finding]:
        failed = [check for check in self.report.checks if not check.passed]
        if failed:
            yield Finding(
                Tone.BAD,
                f"{len(failed)} of {len(self.report.checks)} reconciliation checks failed.",
                "Do not use these figures before the cause is found: run `dbt build`.",
            )


def _when(line: Variant) -> str:
    """Which revenue counts for an experiment."""
    if line.conversion_window_days is not None:
        days = line.conversion_window_days
        return f"in the {'day' if days == 1 else f'{days} days'} after visitors saw it"
    return "since it began" if line.is_running else "while it ran"
