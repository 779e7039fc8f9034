"""Words from numbers: what the report says on top, computed from the facts and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from stripe_apex.report.advice import Confidence, Doubt
from stripe_apex.report.economics import ratio
from stripe_apex.report.judgement import Verdict, verdict
from stripe_apex.report.labels import label, listed, quoted, sentence
from stripe_apex.report.missing import asked_for, unknown_names
from stripe_apex.report.payment_words import PaymentWords
from stripe_apex.report.words import Words, ltv_curve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stripe_apex.report.economics import Economics
    from stripe_apex.report.facts import Variant

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
        if report.has_payments_alone:
            return Headline(*PaymentWords(report, self.formats).headline())
        if report.left_out:
            return self._without_rates()
        if not advice.paid:
            return self._without_spend()
        if not advice.winners:
            return self._without_winner()
        best = advice.winners[0]
        if advice.rivals:
            names = listed([self.name_of(line) for line in (best, *advice.rivals)], ready=True)
            title = f"Spend more on {names.replace(' and ', ' or ')}: each pays for itself."
        else:
            title = (
                f"Spend more on {self.name_of(best)}: "
                f"each {self.one} brought back {self.returned(best.roas)}."
            )
        return Headline(
            title,
            " ".join(filter(None, (self._around(best), self._brand(), self._losing()))),
            advice.confidence,
            self._sure(),
            tuple(self._reasons(best)),
        )

    def _without_rates(self) -> Headline:
        """What is left out may have been earned by spend that is not, or the other way round."""
        shown = ", ".join(code.upper() for code in self.report.scope.currencies or ())
        return Headline(
            "Which channel deserves more money cannot be said: some money has no exchange rate.",
            f"The figures below are of {shown} alone. {self.left_out()}",
            Confidence.LOW,
            reasons=(self._unmatched_reason(),),
        )

    def _without_spend(self) -> Headline:
        report = self.report
        ranked = self.ranked()
        if not ranked:
            return Headline(
                "No revenue can be credited to a channel yet.",
                asked_for(report, "leads", "touchpoints")
                or "No payer has a lead or a visit before the payment; below stands why.",
                Confidence.LOW,
                reasons=(self._unmatched_reason(),),
            )
        best = ranked[0]
        share = self.formats.percent(self.share(best.revenue_minor))
        return Headline(
            f"{sentence(quoted(best.channel))} earns the most: {share} of net revenue.",
            "Which channel deserves more money cannot be said. "
            + (
                asked_for(report, "ad_spend")
                or "No ad spend is known for these days; see that the import covers them."
            ),
            Confidence.LOW,
            reasons=(self._unmatched_reason(),),
        )

    def _without_winner(self) -> Headline:
        advice = self.advice
        best = advice.rest or next(
            (line for line in advice.paid if not self._is_all_brand(line)), None
        )
        if advice.brand is not None and verdict(advice.brand) is Verdict.PAYS:
            title = (
                "Only searches for your own name earn back what they cost: each "
                f"{self.one} brought back {self.returned(advice.brand.roas)}."
            )
            lead = "These people would often have come anyway, so nothing says: spend more."
            if advice.rest is not None:
                lead += (
                    f" The rest of {quoted(advice.rest.channel)} brought back "
                    f"{self.returned(advice.rest.roas)}, and chance could explain the difference "
                    f"from {self.one}."
                    if verdict(advice.rest) is Verdict.UNCLEAR
                    else f" The rest of {quoted(advice.rest.channel)} brought back "
                    f"{self.returned(advice.rest.roas)}."
                )
        elif best is None or len(advice.losers) == len(advice.paid):
            title, lead = "No paid channel earns back what it costs.", ""
        else:
            title = "No paid channel has proven that it earns back what it costs."
            lead = (
                f"{sentence(quoted(best.channel))} comes nearest: each {self.one} brought back "
                f"{self.returned(best.roas)}."
            )
        return Headline(
            title,
            " ".join(filter(None, (lead, self._losing()))),
            Confidence.LOW,
            self._sure(),
            tuple(self._reasons(best or advice.paid[0])),
        )

    def _sure(self) -> str:
        """How sure, in a sentence, with what stands against it."""
        if self.advice.losers and not self.advice.winners:
            return "That this loses is sure; where more money would pay is not."
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
        if spread[low] == spread[high]:
            return Reason(
                "Attribution",
                "No payment here has touches of several channels, so the attribution models cannot "
                "differ.",
            )
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

    def _around(self, best: Economics) -> str:
        """What is to be said of a channel of which a part alone has proven to pay."""
        if best.platform is None:
            return ""
        (channel,) = (line for line in self.advice.paid if line.channel == best.channel)
        spend = ratio(best.spend_minor, channel.spend_minor)
        return (
            f"That is {self.formats.percent(spend)} of the spend on {quoted(best.channel)}, which "
            f"brought back {self.returned(channel.roas)} as a whole."
        )

    def _brand(self) -> str:
        brand = self.advice.brand
        if brand is None:
            return ""
        return (
            f"Searches for your own name are set apart: they brought back "
            f"{self.returned(brand.roas)}, but these people would often have come anyway."
        )

    def _is_all_brand(self, channel: Economics) -> bool:
        brand = self.advice.brand
        return (
            brand is not None
            and brand.channel == channel.channel
            and brand.spend_minor >= channel.spend_minor
        )

    def _losing(self) -> str:
        losers = self.advice.losers
        if not losers:
            return ""
        worst = losers[0]
        if len(losers) > 1:
            names = listed([self.name_of(line) for line in losers], ready=True)
            return f"{sentence(names)} cost more than they bring."
        return (
            f"{sentence(self.name_of(worst))} costs more than it brings: "
            f"{self.returned(worst.roas)} for each {self.one}."
        )

    def others(self) -> tuple[Finding, ...]:
        """What else stands out, the most useful first."""
        found = [
            *self._unknown_customers(),
            *self._unknown(),
            *self._claims(),
            *self._tested(),
            *self._worth(),
            *self._unmatched(),
            *self._too_old(),
            *self._proof(),
        ]
        return tuple(found)

    def _unknown_customers(self) -> Iterator[Finding]:
        if self.report.maybe_new_customers:
            yield Finding(Tone.OPEN, f"{self.who_may_be_new()}.", self.how_to_know_who_is_new())

    def _unknown(self) -> Iterator[Finding]:
        for title, text in unknown_names(self.report, self.formats):
            yield Finding(Tone.OPEN, title, text)

    def _claims(self) -> Iterator[Finding]:
        formats = self.formats
        claims = [
            line
            for line in self.report.platforms
            if line.platform_conversions
            and line.platform_conversions
            > CLAIMED_TOO_MUCH * (line.new_customers + line.maybe_new_customers)
            and line.platform_conversions >= 30
        ]
        for line in sorted(claims, key=lambda line: -(line.platform_conversions or 0))[:1]:
            yield Finding(
                Tone.OPEN,
                f"{label(line.platform or '')} claims "
                f"{formats.number(line.platform_conversions)} conversions.",
                f"Payments credit it with {'' if line.knows_who_is_new else 'at most '}"
                f"{formats.number(line.new_customers + line.maybe_new_customers)} new customers. "
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
        share = self.share(self.report.unattributed_minor - self.report.too_old_minor)
        if not lost or not share or self.report.has_payments_alone:
            return
        yield Finding(
            Tone.OPEN if share > Decimal("0.1") else Tone.NOTE,
            f"{self.formats.percent(share)} of net revenue cannot be matched.",
            lost[0].remedy,
        )

    def _too_old(self) -> Iterator[Finding]:
        share = self.share(self.report.too_old_minor)
        if share <= 0:
            return
        yield Finding(
            Tone.NOTE,
            f"{self.formats.percent(share)} of net revenue has only an old lead.",
            "No visit counts for it, and the lead is too old to count, so no channel "
            "takes it. If customers pay again and again, recurring_credit: first_conversion "
            "credits them to what brought their first payment.",
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
