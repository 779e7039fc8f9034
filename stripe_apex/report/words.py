"""What findings and titles share: the report, its numbers as text, and the LTV curve."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from stripe_apex.report.advice import advise
from stripe_apex.report.economics import ratio
from stripe_apex.report.facts import UNATTRIBUTED
from stripe_apex.report.labels import label, quoted
from stripe_apex.report.matched import MATCHED_REASONS
from tap_stripe_apex import money
from tap_stripe_apex.errors import KEYS_URL

if TYPE_CHECKING:
    from stripe_apex.build_failures import BuildFailure
    from stripe_apex.report.economics import Economics
    from stripe_apex.report.facts import Check, Report
    from stripe_apex.report.formats import Formats
    from stripe_apex.report.matched import NoVisitCredited


WITHOUT_CHANNEL: Final = "Revenue without a channel"
"""The section that says why, and what helps."""

NO_VISIT: Final = "names a visitor or a campaign, but no visit lies in the days that count"
EXCLUDED: Final = "came by channels that you exclude"
"""Why matched revenue has no channel, as the end of a sentence."""

WITHOUT_VISITS: Final = "Spend that leads to no visit"
"""The section that says what to write into the addresses of ads."""

_TOLD: Final = frozenset({"assert_no_rate_is_missing"})
"""Tests whose failure the report explains in its own words, next to the affected figures."""


class Words:
    """A report and the formats of its numbers, with the sentences that several parts share."""

    def __init__(self, report: Report, formats: Formats) -> None:
        self.report = report
        self.formats = formats
        self.advice = advise(report)

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that failed; the report gives no advice if there are any."""
        return tuple(check for check in self.report.checks if not check.passed)

    @property
    def broken(self) -> tuple[BuildFailure, ...]:
        """Failures of the last build that may affect any figure, without those told elsewhere."""
        return tuple(failure for failure in self.report.build_failures if failure.name not in _TOLD)

    @property
    def origin(self) -> str:
        """The origin of payments that are not real: simulated or test mode; empty for real ones."""
        coverage = self.report.coverage
        if coverage.is_simulated:
            return "Simulated account"
        return "Test mode" if coverage.is_test else ""

    @property
    def origin_explained(self) -> str:
        """The origin with its meaning."""
        if not self.origin:
            return ""
        if self.report.coverage.is_simulated:
            return f"{self.origin}: all of these payments are made up."
        return f"{self.origin}: these are Stripe's test payments, no real money."

    @property
    def stands_on_leads_alone(self) -> bool:
        """Whether all revenue with a channel is credited by leads alone, none of it by visits."""
        credited = self.report.net_minor - self.report.unattributed_minor
        return credited > 0 and self.report.on_leads_alone_minor == credited

    @property
    def why_on_leads_alone(self) -> str:
        """What it means for the attribution models that revenue is credited by leads alone."""
        return (
            "All revenue that has a channel stands on leads alone: no visit counts for these "
            "payments, so every model credits the channel that the lead came by, and the models "
            "cannot differ. Import visits to compare them."
        )

    @property
    def models_differ(self) -> bool:
        """Whether any channel's revenue depends on the attribution model."""
        by_channel: dict[str, set[int]] = {}
        for credit in self.report.credits:
            by_channel.setdefault(credit.channel, set()).add(credit.revenue_minor)
        return any(len(amounts) > 1 for amounts in by_channel.values())

    @property
    def one(self) -> str:
        """One major unit: $1."""
        return self.formats.fine(Decimal(1), self.report.scope.currency, 0)

    def returned(self, roas: Decimal | None) -> str:
        """What one major unit of spend brought back: $2.17."""
        return self.formats.fine(roas or Decimal(0), self.report.scope.currency, 2)

    def name_of(self, line: Economics) -> str:
        """The name of a channel, a platform or a campaign for use inside a sentence."""
        if line.campaign is not None:
            return f"the campaign {quoted(line.campaign)} ({label(line.platform or '')})"
        return quoted(line.platform or line.channel)

    def share(self, minor: int) -> Decimal:
        """An amount's share of net revenue."""
        return ratio(minor, self.report.net_minor) or Decimal(0)

    def left_out(self) -> str:
        """What the report leaves out since rates are missing, and the remedy; else empty."""
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
    def experiments_lack_rates(self) -> bool:
        """Whether there are experiments whose revenue lacks charges that have no rate."""
        coverage = self.report.coverage
        return bool(coverage.charges_without_rate and coverage.inputs.get("experiments"))

    @property
    def rates_help(self) -> str:
        """How to get exchange rates, or a reference to the top of the page, which says it."""
        return (
            "The top of this page says what helps." if self.report.left_out else self.rates_remedy
        )

    @property
    def rates_remedy(self) -> str:
        """How to get exchange rates."""
        return (
            "Import the rates as a CSV: `stripe-apex import --template fx_rates` prints its "
            "columns, `stripe-apex import rates.csv` loads it. Or let Stripe's own rates count "
            f"where it settles in {self.report.scope.reporting_currency.upper()}: grant the key "
            f"Balance transactions: Read in the Dashboard ({KEYS_URL}) and set "
            "expand_balance_transactions to true."
        )

    def by_settled_rates(self) -> str:
        """What is converted at the rates of other charges; empty if nothing is."""
        report = self.report
        parts = []
        if report.charges_by_settled_rates:
            number = report.charges_by_settled_rates
            parts.append(f"{self.formats.number(number)} {'charge' if number == 1 else 'charges'}")
        if report.bills_by_settled_rates:
            number = report.bills_by_settled_rates
            parts.append(
                f"{self.formats.number(number)} {'row' if number == 1 else 'rows'} of spend"
            )
        if not parts or not report.scope.converted:
            return ""
        verb = (
            "is" if report.charges_by_settled_rates + report.bills_by_settled_rates == 1 else "are"
        )
        return (
            f"{' and '.join(parts)} {verb} converted at the rate at which Stripe settled your "
            "other charges of the same currency and day, since no rate of their own is known."
        )

    def without_channel_though_matched(self) -> list[NoVisitCredited]:
        """Payments that are matched, but that no channel is credited with, by reason."""
        return [one for one in self.report.no_visit_credited if one.reason in MATCHED_REASONS]

    @property
    def too_old(self) -> str:
        """Why revenue of old leads has no channel, and the remedy."""
        return (
            "These people became leads so long before they paid that the lead no longer counts "
            "(lead_window_days, 90 unless you changed it), and no visit of theirs counts either. "
            "Renewals of subscriptions are paid long after the lead. If you live on "
            "subscriptions, set the var recurring_credit to first_conversion in "
            "transform/dbt_project.yml: each renewal is then credited to what brought the "
            "customer's first payment. If people just take long to buy, raise the var "
            "lead_window_days there."
        )

    def who_may_be_new(self) -> str:
        """How many customers may be new or not, as a clause."""
        number = self.report.maybe_new_customers
        customers = "1 customer" if number == 1 else f"{self.formats.number(number)} customers"
        return f"Of {customers} in these days it is not known whether they are new"

    def how_to_know_who_is_new(self) -> str:
        """Why it is not known who is new, what is left out for that reason, and the remedy."""
        coverage = self.report.coverage
        first = coverage.first_charge_at
        begin = self.formats.day(first.date() if first else None)
        text = (
            f"They may have paid before the charges that are loaded, which begin on {begin}. CAC "
            "and payback are left out where they are among the customers. Widen date_range to the "
            "account's first charge; if that is loaded already, set the var history_complete to "
            "true in transform/dbt_project.yml."
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


@dataclass(frozen=True, slots=True)
class Worth:
    """What the customers of the months that are old enough have brought, in major units each.

    Attributes:
        months: number of months of first payment.
        first: in the month of the first payment.
        later: up to the age.
    """

    age_months: int
    months: int
    first: Decimal
    later: Decimal


def worth(report: Report) -> Worth | None:
    """What a customer is worth at twelve months, or at the age that was reached; None: at none."""
    unit = money.minor_per_major(report.scope.reporting_currency)
    complete = [line for line in report.cohorts if line.is_complete and line.customers]
    ages = {line.age_months for line in complete}
    age = 12 if 12 in ages else max(ages, default=0)
    old = {line.cohort_month for line in complete if line.age_months == age}
    customers, first, later = 0, 0, 0
    for line in complete:
        if line.cohort_month in old and line.age_months == 0:
            customers += line.customers
            first += line.cumulative_minor or 0
        elif line.cohort_month in old and line.age_months == age:
            later += line.cumulative_minor or 0
    of_one = [ratio(minor, customers * unit) for minor in (first, later)]
    if not age or of_one[0] is None or of_one[1] is None:
        return None
    return Worth(age, len(old), of_one[0], of_one[1])


def ltv_curve(report: Report) -> list[tuple[int, Decimal]]:
    """Net revenue per customer by age in months, in major units of the reporting currency.

    The revenue at each age is averaged over the cohorts that have completed that age, and these
    averages are added up. So the end of the curve is not determined by the oldest cohorts alone.
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
