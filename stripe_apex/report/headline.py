"""The report in one sentence, how sure it is, and why."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from stripe_apex.report.advice import Confidence, Doubt
from stripe_apex.report.economics import ratio
from stripe_apex.report.judgement import Verdict, verdict
from stripe_apex.report.labels import label, listed, quoted, sentence
from stripe_apex.report.missing import asked_for
from stripe_apex.report.payment_words import PaymentWords
from stripe_apex.report.words import WITHOUT_VISITS, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stripe_apex.report.economics import Economics
    from stripe_apex.report.facts import Report
    from stripe_apex.report.formats import Formats


@dataclass(frozen=True, slots=True)
class Reason:
    """Something that makes the headline more or less sure."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Headline:
    """The report in one sentence, how sure it is, and why."""

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


def headline(report: Report, formats: Formats) -> Headline:
    """What to do, and how sure that advice is."""
    return _Headlines(report, formats).headline()


_MUST_BE = {
    "attribution": "What all channels are credited with, and the rest, must be net revenue",
    "raw_charges": "Net revenue must be that of the charges as they were loaded",
    "spend": "The spend of all channels must be what the platforms billed",
}
"""The identity that each check tests, by the check's name."""


class _Headlines(Words):
    """The sentences on top of a report."""

    def headline(self) -> Headline:
        """What to do, and how sure that advice is."""
        report, advice = self.report, self.advice
        if self.failed:
            return self._not_to_be_used()
        if self.broken:
            return self._not_to_be_relied_on()
        if not report.totals:
            return Headline(
                "There is no revenue in these days yet.",
                "Widen date_range or the report's period, or check that charges exist in Stripe.",
            )
        if report.has_payments_alone:
            return Headline(*PaymentWords(report, self.formats).headline())
        if report.left_out:
            return self._without_rates()
        if not advice.paid or not advice.paid[0].is_credited:
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

    def _not_to_be_used(self) -> Headline:
        """The headline if a check failed: any other statement may be wrong."""
        first, number = self.failed[0], len(self.failed)
        currency = first.currency or self.report.scope.currency
        expected, found = (
            self.formats.money(amount, currency) for amount in (first.expected, first.found)
        )
        return Headline(
            f"Do not use these figures: {number} of {len(self.report.checks)} checks failed.",
            f"{_MUST_BE.get(first.name, label(first.name))}, in {currency.upper()}: that is "
            f"{expected}, but {found} was found. Nothing is advised before the cause is found: "
            "`stripe-apex status` lists what failed in the last build, and `dbt build` builds and "
            "tests everything again.",
        )

    def _not_to_be_relied_on(self) -> Headline:
        """The headline if a model or test failed: it is not known which figures that affects."""
        models = [failure for failure in self.broken if failure.kind != "test"]
        number = self.formats.number(len(self.broken))
        title = f"{number} {'test' if len(self.broken) == 1 else 'tests'} of the models failed"
        if models:
            title = f"{listed([failure.name for failure in models], ready=True)} could not be built"
        first, rest = str(self.broken[0]), ""
        if len(self.broken) > 1:
            first = f"The first of them: {first}"
            rest = " “Can these figures be trusted?” lists all of them."
        return Headline(
            f"Do not rely on these figures: {title}.",
            f"{first} Nothing is advised before the cause is found.{rest}",
        )

    def _without_rates(self) -> Headline:
        """The headline if rates are missing: the figures may lack spend or what it earned."""
        shown = self.report.alone
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
        known = [line for line in advice.paid if line.is_named]
        best = advice.rest or next((line for line in known if not self._is_all_brand(line)), None)
        if advice.brand is not None and verdict(advice.brand) is Verdict.PAYS:
            title = (
                "Only searches for your own name earn back what they cost: each "
                f"{self.one} brought back {self.returned(advice.brand.roas)}."
            )
            lead = "These people would often have come anyway, so nothing says: spend more."
            if advice.rest is not None:
                lead += (
                    f" The rest of {quoted(advice.rest.channel)} brought back "
                    f"{self.returned(advice.rest.roas)}{self._why_open(advice.rest)}."
                )
        elif not known:
            title = "What ad spend brought back cannot be said: no visit names its campaigns."
            lead = f"“{WITHOUT_VISITS}” says what to write into the addresses of the ads."
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

    def _why_open(self, line: Economics) -> str:
        """Why a return proves nothing, as the end of a sentence; empty if it is significant."""
        if verdict(line) is not Verdict.UNCLEAR or line.roas_interval is None:
            return ""
        low, high = line.roas_interval
        if low <= 1 <= high:
            return f", and chance could explain the difference from {self.one}"
        return (
            f", but {self._other_models(line, above=high < 1)} it "
            f"{'above' if high < 1 else 'below'} {self.one}"
        )

    @staticmethod
    def _other_models(line: Economics, *, above: bool) -> str:
        """How many attribution models see a return on the other side of 1 than its interval."""
        models = [roas for roas in line.roas_by_model.values() if (roas > 1) == above]
        if len(models) == 1:
            return "one attribution model puts"
        return "some attribution models put"

    def _sure(self) -> str:
        """How sure the advice is, in a sentence, with the doubts about it."""
        if self.advice.losers and not self.advice.winners:
            lost = listed([self.name_of(line) for line in self.advice.losers], ready=True)
            return f"That {lost} cost more than was earned is sure; where more money pays is not."
        if self.advice.confidence in _SURE:
            return _SURE[self.advice.confidence]
        doubts = [_DOUBTS[doubt] for doubt in self.advice.doubts]
        return f"It has paid for itself. But {'; and '.join(doubts)}."

    def _reasons(self, best: Economics) -> Iterator[Reason]:
        yield self._chance(best)
        if best.roas_by_model:
            yield self._models(best)
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
            "This is the average of what was spent; more money usually finds fewer customers."
            + (" Raise the budget in steps, and watch." if self.advice.winners else ""),
        )

    def _of(self, best: Economics) -> str:
        """Whose the reasons are, where the title does not name it alone; else an empty text."""
        if self.advice.winners and not self.advice.rivals:
            return ""
        if best is self.advice.rest:
            return f"The rest of {quoted(best.channel)}: "
        return f"{sentence(self.name_of(best))}: "

    def _chance(self, best: Economics) -> Reason:
        payers = self.formats.number(best.payers)
        if best.roas_interval is None or verdict(best) in {Verdict.TOO_FEW, Verdict.NOTHING}:
            return Reason("Chance", f"{self._of(best)}{payers} payers are too few to say.")
        low, high = (self.returned(max(end, Decimal(0))) for end in best.roas_interval)
        return Reason(
            "Chance",
            f"{self._of(best)}{low} to {high} for each {self.one}, the 95% interval, from {payers} "
            "payers.",
        )

    def _models(self, best: Economics) -> Reason:
        spread, of = best.roas_by_model, self._of(best)
        low, high = min(spread, key=spread.__getitem__), max(spread, key=spread.__getitem__)
        if self.stands_on_leads_alone:
            return Reason("Attribution", self.why_on_leads_alone)
        if spread[low] == spread[high]:
            return Reason(
                "Attribution",
                f"{of}{'all' if of else 'All'} {len(spread)} models credit it alike, since other "
                "models would move revenue of other channels only."
                if self.models_differ
                else "No payment here has touches of several channels, so the attribution models "
                "cannot differ.",
            )
        agree = spread[low] > 1 or spread[high] < 1
        return Reason(
            "Attribution",
            f"{of}{'from' if of else 'From'} {self.returned(spread[low])} ({label(low)}) to "
            f"{self.returned(spread[high])} ({label(high)}); the {len(spread)} models "
            f"{'agree that' if agree else 'disagree whether'} it is "
            f"{'more' if spread[high] > 1 else 'less'} than {self.one}.",
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
        """A remark on the channel if only a part of it has proven to pay; else empty."""
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
