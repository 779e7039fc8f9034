"""What findings and titles share: the report, its numbers as text, what customers are worth."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from stripe_apex.report.advice import advise
from stripe_apex.report.economics import ratio
from stripe_apex.report.facts import UNATTRIBUTED
from stripe_apex.report.labels import label, quoted
from tap_stripe_apex import money

if TYPE_CHECKING:
    from stripe_apex.report.economics import Economics
    from stripe_apex.report.facts import Report
    from stripe_apex.report.formats import Formats


class Words:
    """A report, and how its numbers are written."""

    def __init__(self, report: Report, formats: Formats) -> None:
        self.report = report
        self.formats = formats
        self.advice = advise(report)

    @property
    def one(self) -> str:
        """One major unit: $1."""
        return self.formats.fine(Decimal(1), self.report.scope.currency, 0)

    def returned(self, roas: Decimal | None) -> str:
        """What one major unit of spend brought back: $2.17."""
        return self.formats.fine(roas or Decimal(0), self.report.scope.currency, 2)

    def name_of(self, line: Economics) -> str:
        """A channel, a platform or a campaign inside a sentence."""
        if line.campaign is not None:
            return f"the campaign {quoted(line.campaign)} ({label(line.platform or '')})"
        return quoted(line.platform or line.channel)

    def share(self, minor: int) -> Decimal:
        """Of the net revenue."""
        return ratio(minor, self.report.net_minor) or Decimal(0)

    def left_out(self) -> str:
        """What the report leaves out for want of rates, and the remedy; else an empty text."""
        if not self.report.left_out:
            return ""
        parts = []
        for line in self.report.left_out:
            money_without = []
            if line.charges:
                charges = "charge" if line.charges == 1 else "charges"
                money_without.append(
                    f"{self.formats.number(line.charges)} {charges} of "
                    f"{self.formats.money(line.revenue_minor, line.currency)}"
                )
            if line.bills:
                money_without.append(
                    f"{self.formats.money(line.spend_minor, line.currency)} of ad spend"
                )
            parts.append(f"{line.currency.upper()} ({' and '.join(money_without)})")
        return (
            f"No exchange rate to {self.report.scope.reporting_currency.upper()} is known for some "
            f"money in {self.formats.list_separator.join(parts)}. These currencies are left out of "
            "all that is added up over currencies. "
        ) + self.rates_remedy

    @property
    def rates_remedy(self) -> str:
        """What brings exchange rates."""
        return (
            "Import a CSV of rates by `stripe-apex import`, or set expand_balance_transactions: "
            "Stripe's own rate is then used where it settles in "
            f"{self.report.scope.reporting_currency.upper()}."
        )

    def who_may_be_new(self) -> str:
        """Of how many customers it is not known whether they are new."""
        number = self.report.maybe_new_customers
        customers = "1 customer" if number == 1 else f"{self.formats.number(number)} customers"
        return f"Of {customers} in these days it is not known whether they are new"

    def how_to_know_who_is_new(self) -> str:
        """Why it is not known, what is left out for it, and what helps."""
        coverage = self.report.coverage
        first = coverage.first_charge_at
        begin = self.formats.day(first.date() if first else None)
        text = (
            f"They may have paid before the charges that are loaded, which begin on {begin}. CAC "
            "and payback are left out where they are among the customers. Widen date_range to the "
            "account's first charge; if that is loaded already, set the var history_complete to "
            "true."
        )
        known_from = coverage.new_customers_known_from
        if known_from is not None and known_from < self.report.scope.end:
            text += f" From {self.formats.day(known_from)} on it is known of everybody."
        return text

    def ranked(self) -> list[Economics]:
        """Channels with revenue, the largest first."""
        return [
            line
            for line in self.report.channels
            if line.channel != UNATTRIBUTED and line.revenue_minor > 0
        ]


def ltv_curve(report: Report) -> list[tuple[int, Decimal]]:
    """Net revenue per customer by age in months, in major units of the reporting currency.

    What a customer brings at an age is averaged over the cohorts that have reached the end of it,
    and these steps are added up, so that old cohorts alone do not set the far end.
    """
    unit = money.minor_per_major(report.scope.reporting_currency)
    cumulative = {(line.cohort_month, line.age_months): line for line in report.cohorts}
    curve: list[tuple[int, Decimal]] = []
    value = Decimal(0)
    for age in sorted({line.age_months for line in report.cohorts}):
        lines = [line for line in report.cohorts if line.age_months == age and line.is_complete]
        if not lines:
            break
        brought = 0
        for line in lines:
            before = cumulative.get((line.cohort_month, age - 1))
            brought += line.cumulative_minor or 0
            brought -= (before.cumulative_minor or 0) if before else 0
        value += ratio(brought, sum(line.customers for line in lines) * unit) or Decimal(0)
        curve.append((age, value))
    return curve
