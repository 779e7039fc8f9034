"""Marts that add credits, leads and spend up."""

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
    from collections.abc import Hashable

    from tests.transform.reference.attribution import Attribution, Credit

Key = tuple["Hashable", ...]
ROLLING = (7, 30, 90)


@dataclass
class Sums:
    """What adds up: minor units and millionths of people."""

    revenue: int = 0
    revenue_reporting: int = 0
    conversions: int = 0
    customers: int = 0
    new_customers: int = 0
    leads: int = 0
    spend: int = 0
    spend_reporting: int = 0

    def ratios(self, revenue: int, spend: int, currency: str) -> tuple[Decimal | None, ...]:
        """CPL, CAC, LTV, ROAS and payback, to six decimals."""
        unit = 10 ** MINOR_UNITS[currency]
        cac = quotient(spend * MILLION, self.new_customers * unit)
        ltv = quotient(revenue * MILLION, self.customers * unit)
        payback = quotient(12 * spend * self.customers, self.new_customers * revenue)
        cpl, roas = quotient(spend, self.leads * unit), quotient(revenue, spend)
        return tuple(
            None if value is None else six(value) for value in (cpl, cac, ltv, roas, payback)
        )


def quotient(numerator: int, denominator: int) -> Fraction | None:
    """None where there is nothing to divide by."""
    return Fraction(numerator, denominator) if denominator > 0 else None


def six(value: Fraction) -> Decimal:
    """To six decimals, halves upwards."""
    return Decimal(half_up(value * MILLION)).scaleb(-6)


def people(micros: int) -> Decimal:
    """Millionths as people."""
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
        """By day, channel, campaign, attribution model and currency: `mart_channels`."""
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
                row.spend_reporting += reporting
        return sums

    def _leads_and_spend(self) -> list[tuple[tuple[date, str, str, str], int, int, int]]:
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
            rows.append((key, 0, minor, reporting or 0))
        return rows

    def periods(self) -> dict[Key, Sums]:
        """By period, its start, channel and attribution model: `mart_channel_periods`."""
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
                    row.spend_reporting += reporting
        return sums

    def _periods_of(self, day: date) -> list[tuple[str, date]]:
        found = [("month", day.replace(day=1))]
        for length in ROLLING:
            start = self.as_of - timedelta(days=length - 1)
            if start <= day <= self.as_of:
                found.append((f"last_{length}_days", start))
        return found

    def cohorts(self) -> dict[tuple[date, int], tuple[int, int, int, int]]:
        """Customers, paying customers, revenue and cumulative revenue by cohort and age."""
        first: dict[int, date] = {}
        known = [payment for payment in self.attribution.payments if payment.day <= self.as_of]
        for payment in known:
            month = payment.day.replace(day=1)
            first[payment.person] = min(first.get(payment.person, month), month)
        sizes = Counter(first.values())
        revenue: Counter[tuple[date, int]] = Counter()
        payers: dict[tuple[date, int], set[int]] = defaultdict(set)
        for payment in known:
            key = (first[payment.person], months(first[payment.person], payment.day))
            revenue[key] += payment.net_reporting or 0
            payers[key].add(payment.person)
        rows = {}
        for cohort, size in sizes.items():
            total = 0
            for age in range(months(cohort, self.as_of) + 1):
                total += revenue[cohort, age]
                rows[cohort, age] = (size, len(payers[cohort, age]), revenue[cohort, age], total)
        return rows


def months(start: date, end: date) -> int:
    """Calendar months between two days."""
    return 12 * (end.year - start.year) + end.month - start.month


def add_credit(row: Sums, credit: Credit, start: date) -> None:
    """Add a credit; its payer is a customer of the period if this is the first payment in it."""
    payment = credit.payment
    row.revenue += credit.minor
    row.revenue_reporting += credit.reporting or 0
    row.conversions += credit.micros
    row.new_customers += credit.micros if payment.number == 1 else 0
    if payment.previous_day is None or payment.previous_day < start:
        row.customers += credit.micros
