"""Marts that add up credits, leads and spend."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from tests.transform.reference import channels
from tests.transform.reference.attribution import MILLION
from tests.transform.reference.money import half_up, local_date
from tests.transform.reference.settings import MODELS
from tests.transform.worlds import MINOR_UNITS

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from tests.transform.reference.attribution import Attribution, Credit, Payment

Key = tuple["Hashable", ...]
ROLLING = (7, 30, 90)


@dataclass
class Sums:
    """The sums: minor units and millionths of people."""

    revenue: int = 0
    revenue_reporting: int | None = 0
    kept: int = 0
    kept_reporting: int | None = 0
    basis: int | None = 0
    basis_reporting: int | None = 0
    lead_revenue: int = 0
    lead_revenue_reporting: int | None = 0
    conversions: int = 0
    customers: int = 0
    new_customers: int = 0
    maybe_new_customers: int = 0
    new_revenue: int | None = 0
    new_basis: int | None = 0
    returning_revenue: int | None = 0
    maybe_new_revenue: int | None = 0
    leads: int = 0
    spend: int = 0
    spend_reporting: int | None = 0

    def ratios(
        self, basis: int | None, spend: int | None, currency: str, months: Fraction | None = None
    ) -> tuple[Decimal | None, ...]:
        """CPL, CAC, LTV, ROAS and payback, to six decimals; a day has no payback."""
        unit = 10 ** MINOR_UNITS[currency]
        new = self.new_customers if not self.maybe_new_customers else None
        payback = None
        if months is not None:
            payback = quotient(times(spend, self.customers, months), times(new, basis))
        ratios = (
            quotient(spend, self.leads * unit),
            quotient(times(spend, MILLION), times(new, unit)),
            quotient(times(basis, MILLION), self.customers * unit),
            quotient(basis, spend),
            payback,
        )
        return tuple(None if value is None else six(value) for value in ratios)

    @property
    def new_roas(self) -> Decimal | None:
        """Revenue of first charges / spend; None if it is not known which charges are first."""
        roas = quotient(self.new_basis, self.spend_reporting)
        return None if roas is None or self.maybe_new_customers else six(roas)


def times(*factors: Fraction | int | None) -> Fraction | None:
    """A product; None if a factor is not known."""
    product = Fraction(1)
    for factor in factors:
        if factor is None:
            return None
        product *= factor
    return product


def plus(one: int | None, other: int | None) -> int | None:
    """A sum; None if a part is not known."""
    return None if one is None or other is None else one + other


def quotient(
    numerator: Fraction | int | None, denominator: Fraction | int | None
) -> Fraction | None:
    """A quotient; None if a side is not known or the denominator is 0."""
    if numerator is None or denominator is None or denominator <= 0:
        return None
    return Fraction(numerator) / denominator


def six(value: Fraction) -> Decimal:
    """A value to six decimals, rounded half up."""
    return Decimal(half_up(value * MILLION)).scaleb(-6)


def people(micros: int) -> Decimal:
    """Millionths as a number of people."""
    return Decimal(micros).scaleb(-6)


@dataclass
class Economics:
    """Sums of a world."""

    attribution: Attribution
    as_of: date = field(init=False)

    def __post_init__(self) -> None:
        days = [payment.day for payment in self.attribution.payments]
        self.as_of = self.attribution.settings.as_of_date or max(days, default=date(1970, 1, 1))

    def daily(self) -> dict[Key, Sums]:
        """The rows of `mart_channels` by day, channel, campaign, attribution model and currency."""
        sums: dict[Key, Sums] = defaultdict(Sums)
        for credit in self.attribution.credits_:
            payment = credit.payment
            row = sums[
                payment.day,
                credit.visit.channel,
                credit.visit.campaign or "(none)",
                credit.model,
                payment.charge.currency,
            ]
            add_credit(row, credit, payment.day)
        for key, leads, spend, reporting in self._leads_and_spend():
            for model in MODELS:
                day, channel, campaign, currency = key
                row = sums[day, channel, campaign, model, currency]
                row.leads += leads
                row.spend += spend
                row.spend_reporting = plus(row.spend_reporting, reporting)
        return sums

    def _leads_and_spend(self) -> list[tuple[tuple[date, str, str, str], int, int, int | None]]:
        settings = self.attribution.settings
        rows = []
        for lead in self.attribution.world.leads:
            visit = channels.of_lead(lead, self.attribution.world.channel_rules)
            day = local_date(lead.created_at, settings)
            key = (day, visit.channel, visit.campaign or "(none)", settings.reporting_currency)
            rows.append((key, 1, 0, 0))
        for spend in self.attribution.world.ad_spend:
            minor = self.attribution.rates.to_minor(spend.spend, spend.currency)
            reporting = self.attribution.rates.convert(minor, spend.currency, spend.spend_date)
            channel = channels.of_spend(spend.utm_source, spend.platform, self.attribution.world)
            key = (
                spend.spend_date,
                channel,
                channels.label(spend.campaign) or "(none)",
                spend.currency,
            )
            rows.append((key, 0, minor, reporting))
        return rows

    def periods(self) -> dict[Key, Sums]:
        """The rows of `mart_channel_periods`, by period, start, channel and attribution model."""
        sums: dict[Key, Sums] = defaultdict(Sums)
        for credit in self.attribution.credits_:
            for name, start in self._periods_of(credit.payment.day):
                row = sums[name, start, credit.visit.channel, credit.model]
                add_credit(row, credit, start)
        for key, leads, _, reporting in self._leads_and_spend():
            for name, start in self._periods_of(key[0]):
                for model in MODELS:
                    row = sums[name, start, key[1], model]
                    row.leads += leads
                    row.spend_reporting = plus(row.spend_reporting, reporting)
        return sums

    @property
    def new_customers_known_from(self) -> date | None:
        """The first day from which it is known of every customer whether they are new."""
        payments = self.attribution.payments
        unknown = [payment.day for payment in payments if payment.is_new is None]
        if unknown:
            return max(unknown) + timedelta(days=1)
        return min((payment.day for payment in payments), default=None)

    def _periods_of(self, day: date) -> list[tuple[str, date]]:
        found = [("month", day.replace(day=1))]
        for length in ROLLING:
            start = self.as_of - timedelta(days=length - 1)
            if start <= day <= self.as_of:
                found.append((f"last_{length}_days", start))
        return found

    def months_of(self, period: str, start: date) -> Fraction:
        """The length of a period in whole calendar months, or in days / 30.4375."""
        days = [payment.day for payment in self.attribution.payments]
        following = (start + timedelta(days=32)).replace(day=1)
        end = following if period == "month" else self.as_of + timedelta(days=1)
        first, after = max(start, min(days)), min(end, max(days) + timedelta(days=1))
        if first.day == after.day == 1:
            return Fraction(months(first, after))
        return Fraction((after - first).days * 10_000, 304_375)

    def customers(self) -> dict[int, tuple[bool | None, int, int | None, date | None]]:
        """For each person who paid: whether they are new, orders, LTV and the cohort's month."""
        of_person: dict[int, list[Payment]] = defaultdict(list)
        for payment in self.attribution.payments:
            if payment.is_conversion:
                of_person[payment.person].append(payment)
        rows = {}
        for person, payments in of_person.items():
            first = payments[0]
            ltv = total(payment.net_reporting for payment in payments)
            month = first.day.replace(day=1) if first.is_new else None
            rows[person] = (first.is_new, len(payments), ltv, month)
        return rows

    def cohorts(self) -> dict[tuple[date, int], tuple[int, int, int | None, int | None]]:
        """Customers, paying customers, revenue and cumulative revenue by cohort and age."""
        payments = [payment for payment in self.attribution.payments if payment.day <= self.as_of]
        first = {p.person: p.day.replace(day=1) for p in payments if p.is_new}
        sizes = Counter(first.values())
        revenue: dict[tuple[date, int], list[int | None]] = defaultdict(list)
        payers: dict[tuple[date, int], set[int]] = defaultdict(set)
        for payment in payments:
            if payment.person in first:
                cohort = first[payment.person]
                key = (cohort, max(0, months(cohort, payment.day)))
                revenue[key].append(payment.net_reporting)
                if payment.is_conversion:
                    payers[key].add(payment.person)
        rows = {}
        for cohort, size in sizes.items():
            so_far: int | None = 0
            for age in range(months(cohort, self.as_of) + 1):
                here = total(revenue[cohort, age])
                so_far = plus(so_far, here)
                rows[cohort, age] = (size, len(payers[cohort, age]), here, so_far)
        return rows


def total(parts: Iterable[int | None]) -> int | None:
    """The sum of the parts; None if one is not known."""
    found = list(parts)
    return None if None in found else sum(part for part in found if part is not None)


def months(start: date, end: date) -> int:
    """The number of calendar months between two days."""
    return 12 * (end.year - start.year) + end.month - start.month


def add_credit(row: Sums, credit: Credit, start: date) -> None:
    """Add a credit; its payer is a customer of the period if this is the first payment in it."""
    payment = credit.payment
    row.revenue += credit.minor
    row.revenue_reporting = plus(row.revenue_reporting, credit.reporting)
    if credit.reason == "lead_channel":
        row.lead_revenue += credit.minor
        row.lead_revenue_reporting = plus(row.lead_revenue_reporting, credit.reporting)
    row.kept += credit.kept
    row.kept_reporting = plus(row.kept_reporting, credit.kept_reporting)
    row.basis = plus(row.basis, credit.basis)
    row.basis_reporting = plus(row.basis_reporting, credit.basis_reporting)
    nothing = None if credit.reporting is None else 0
    new = maybe_new = returning = nothing
    if payment.is_new:
        row.new_customers += credit.micros
        new = credit.reporting
    elif payment.is_new is None:
        row.maybe_new_customers += credit.micros
        maybe_new = credit.reporting
    else:
        returning = credit.reporting
    row.new_revenue = plus(row.new_revenue, new)
    row.new_basis = plus(row.new_basis, credit.basis_reporting if payment.is_new else nothing)
    row.maybe_new_revenue = plus(row.maybe_new_revenue, maybe_new)
    row.returning_revenue = plus(row.returning_revenue, returning)
    if payment.is_conversion:
        row.conversions += credit.micros
        if payment.previous_day is None or payment.previous_day < start:
            row.customers += credit.micros
