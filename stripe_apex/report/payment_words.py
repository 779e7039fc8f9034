"""Payments in words: the headline without leads and spend, the titles, and the next step."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from stripe_apex.report.economics import ratio
from stripe_apex.report.labels import label, sentence
from stripe_apex.report.words import Words
from tap_stripe_apex import money

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stripe_apex.report.payments import Age

ENOUGH_CUSTOMERS = 20
"""The fewest customers for which a rate is worth a sentence."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one thing to do next, the command that begins it, and what it will answer."""

    title: str
    text: str
    command: str


class PaymentWords(Words):
    """Sentences that need payments and nothing else."""

    def headline(self) -> tuple[str, str]:
        """The revenue and who brought it, and then its trend."""
        amount = self._amount(self.report.net_minor)
        title = f"Customers brought {amount} net in these days"
        if self.report.left_out:
            shown = self.report.alone
            title += f" in {shown} alone"
        share = self._returning()
        if share is not None:
            title += f", {share} of it from people who had paid before"
        parts = [*self._trend(), *self._repeat(), self.left_out()]
        return f"{title}.", " ".join(filter(None, parts))

    def next_step(self) -> NextStep | None:
        """The most useful next step: importing leads and spend if there are only payments."""
        if not self.report.has_payments_alone:
            return None
        return NextStep(
            "Next: which channel brings this money?",
            "Payments do not say how people found you. Drop an export of your leads and one of "
            "your ad spend on the page that this command opens. This report then says which "
            "channel each payment came by, what a new customer costs there, and what each "
            f"{self.one} of spend brings back. `stripe-apex import` does the same without a "
            "browser.",
            "stripe-apex connect",
        )

    def weeks(self) -> str:
        """The title of the section on revenue by week."""
        return next(
            self._trend(),
            f"{self.formats.compact(self.report.net_minor, self.report.scope.currency)} net in "
            "these days",
        ).rstrip(".")

    def ages(self) -> str:
        """The title of the section on what customers do after their first payment."""
        first, *later = self.report.payments.ages
        told = next((line for line in reversed(later) if self._is_enough(line)), None)
        if told is None:
            return f"A new customer brings {self.worth(first)} on the first day"
        return (
            f"A customer brings {self.worth(first)} on the first day and has brought "
            f"{self.worth(told)} after {told.age_days} days"
        )

    def methods(self) -> str:
        """The title of the section on payment methods."""
        best = self.report.payments.methods[0]
        share = self.formats.percent(self.share(best.net_minor))
        return f"{sentence(label(best.method))} brings {share} of net revenue"

    def largest(self) -> str:
        """The title of the section on the largest customers."""
        payers = self.report.payments.payers
        if payers.customers <= ENOUGH_CUSTOMERS:
            largest = self.formats.percent(ratio(payers.largest_minor, payers.net_minor))
            return f"The largest customer brings {largest} of net revenue"
        share = self.formats.percent(ratio(payers.top_tenth_minor, payers.net_minor))
        return f"A tenth of all customers brings {share} of net revenue"

    def worth(self, line: Age) -> str:
        """What one customer had brought at an age."""
        currency = self.report.scope.currency
        unit = money.minor_per_major(currency)
        return self.formats.major(ratio(line.net_minor, line.customers * unit), currency)

    def _amount(self, minor: int) -> str:
        """An amount without cents, which a headline does not need."""
        currency = self.report.scope.currency
        return self.formats.major(money.to_major(minor, currency), currency)

    def _returning(self) -> str | None:
        """The share of revenue from returning customers; a lower bound if some may be returning."""
        weeks = self.report.payments.weeks
        share = ratio(sum(line.returning_revenue_minor for line in weeks), self.report.net_minor)
        if share is None or self.report.net_minor < 0:
            return None
        unknown = any(line.maybe_new_revenue_minor for line in weeks)
        return f"{'at least ' if unknown else ''}{self.formats.percent(share)}"

    def _trend(self) -> Iterator[str]:
        """The last four complete weeks compared with the four before."""
        weeks = self.report.payments.whole_weeks(*self.report.scope.known_days)[-8:]
        if len(weeks) < 8 or (weeks[-1].week - weeks[0].week).days != 49:
            return
        before, last = (sum(line.net_minor for line in part) for part in (weeks[:4], weeks[4:]))
        change = ratio(last - before, before)
        if change is None:
            return
        share = self.formats.percent(abs(change))
        way = "more" if change >= 0 else "less"
        how = f"{share} {way} than" if change else "as much as"
        yield f"The last four whole weeks brought {how} the four before."

    def _repeat(self) -> Iterator[str]:
        """The share of customers who paid again, at the oldest age that enough have reached."""
        told = [line for line in self.report.payments.ages if line.age_days <= 90]
        line = next((line for line in reversed(told[1:]) if self._is_enough(line)), None)
        if line is not None:
            share = self.formats.percent(Decimal(line.paid_again) / line.customers)
            yield f"{share} of new customers paid again within {line.age_days} days."

    def _is_enough(self, line: Age) -> bool:
        return line.customers >= ENOUGH_CUSTOMERS
