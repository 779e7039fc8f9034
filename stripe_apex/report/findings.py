"""Findings besides the headline: sentences that are computed from the facts alone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from stripe_apex.report.labels import label
from stripe_apex.report.missing import unknown_names
from stripe_apex.report.words import EXCLUDED, NO_VISIT, WITHOUT_CHANNEL, Words, worth

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stripe_apex.report.facts import Variant

_MATCHED_WITHOUT_CHANNEL: Final = {
    "lead_too_old": (
        "has no channel, since the payers' leads are too old",
        f"“{WITHOUT_CHANNEL}” says why, and what helps.",
    ),
    "no_visit": (
        NO_VISIT,
        (
            "These are the attribution_window_days before the payment, 90 unless you changed them. "
            "If people take longer to buy, raise the var attribution_window_days in "
            "transform/dbt_project.yml."
        ),
    ),
    "excluded_channel": (
        EXCLUDED,
        (
            "The var excluded_channels in transform/dbt_project.yml names them, so no channel is "
            "credited with this revenue."
        ),
    ),
}
"""Of payments that are matched, but that no channel is credited with: what is so, and why."""

CLAIMED_TOO_MUCH = Decimal("1.5")
"""If a platform claims this many times the people who paid, the report says so."""


class Tone(StrEnum):
    """Whether a finding is good, bad, open or only a note."""

    GOOD = "good"
    BAD = "bad"
    OPEN = "open"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """A title in one sentence, and the facts that it is based on."""

    tone: Tone
    title: str
    text: str


class Findings(Words):
    """The findings that the report shows besides its headline."""

    def others(self) -> tuple[Finding, ...]:
        """The findings, the most useful first; there are none if a check failed."""
        if self.failed:
            return ()
        found = [
            *self._unknown_customers(),
            *self._unknown(),
            *self._claims(),
            *self._tested(),
            *self._worth(),
            *self._unmatched(),
            *self._matched_without_channel(),
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
        if self.report.left_out:
            return
        claims = [
            line
            for line in self.report.platforms
            if line.platform_conversions
            and line.platform_conversions > CLAIMED_TOO_MUCH * line.payers
            and line.platform_conversions >= 30
        ]
        for line in sorted(claims, key=lambda line: -(line.platform_conversions or 0))[:1]:
            yield Finding(
                Tone.OPEN,
                f"{label(line.platform or '')} counts "
                f"{formats.number(line.platform_conversions)} conversions; "
                f"{formats.number(line.payers)} people who are matched to it paid.",
                "What a platform counts are actions after a click or a view of its ads, by rules "
                "that are set there: sign-ups, for instance, or purchases that another platform "
                "counts as well. Only if its conversions are purchases should the two numbers be "
                "alike.",
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
        """The lift in percent, or as an amount if control earned too little for a percentage."""
        if line.lift is None or line.lift_low is None:
            return self.formats.major(abs(line.difference or 0), line.currency)
        return self.formats.percent(abs(line.lift))

    def impact(self, line: Variant) -> str:
        """The impact of an experiment's variant with its interval and its cost."""
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
        found = worth(self.report)
        if found is None:
            return
        currency, age = self.report.scope.reporting_currency, found.age_months
        first, later = (self.formats.major(one, currency) for one in (found.first, found.later))
        whose = "of the one month" if found.months == 1 else f"of the {found.months} months"
        yield Finding(
            Tone.NOTE,
            f"A customer is worth {later} after {'1 month' if age == 1 else f'{age} months'}.",
            f"{first} of it comes in the month of the first payment. That is the average over the "
            f"customers {whose} that {'is' if found.months == 1 else 'are'} old enough.",
        )

    def _unmatched(self) -> Iterator[Finding]:
        lost = self.report.unmatched
        share = self.share(self.report.matched.unmatched_minor)
        if not lost or share <= 0 or self.report.has_payments_alone:
            return
        yield Finding(
            Tone.OPEN if share > Decimal("0.1") else Tone.NOTE,
            f"{self.formats.percent(share)} of net revenue cannot be matched.",
            lost[0].remedy or f"“{WITHOUT_CHANNEL}” says what would match how much.",
        )

    def _matched_without_channel(self) -> Iterator[Finding]:
        for line in self.without_channel_though_matched():
            share = self.share(line.revenue_minor)
            if share > 0:
                title, text = _MATCHED_WITHOUT_CHANNEL[line.reason]
                yield Finding(
                    Tone.NOTE, f"{self.formats.percent(share)} of net revenue {title}.", text
                )


def _when(line: Variant) -> str:
    """Which revenue counts for an experiment."""
    if line.conversion_window_days is not None:
        days = line.conversion_window_days
        return f"in the {'day' if days == 1 else f'{days} days'} after visitors saw it"
    return "since it began" if line.is_running else "while it ran"
