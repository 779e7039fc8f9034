"""Cost and revenue of a month's new customers, by fixed ages and month by month."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from tests.transform.reference import channels
from tests.transform.reference.economics import months, total

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from tests.transform.reference.attribution import Attribution, Payment

AGES = (30, 90, 180, 365)


def is_within_month(day: date) -> bool:
    """Whether a day is not the last one of its month."""
    return (day + timedelta(days=1)).month == day.month


@dataclass
class Cohort:
    """The payments of a month's new customers, by person, and the ad spend."""

    month: date
    as_of: date
    people: dict[int, list[Payment]] = field(default_factory=lambda: defaultdict(list))
    bills: list[int | None] = field(default_factory=list)
    maybe_new: set[int] = field(default_factory=set)

    @property
    def spend(self) -> int | None:
        return total(self.bills)

    @property
    def revenue(self) -> int | None:
        """The revenue from all of them so far."""
        return total(payment.net_reporting for own in self.people.values() for payment in own)

    @property
    def kept(self) -> int | None:
        """The revenue after disputes and fees."""
        return total(payment.kept_reporting for own in self.people.values() for payment in own)

    @property
    def basis(self) -> int | None:
        """The revenue that the ratios count."""
        return total(payment.basis_reporting for own in self.people.values() for payment in own)

    @property
    def is_partial(self) -> bool:
        return months(self.month, self.as_of) == 0 and is_within_month(self.as_of)

    def at_age(self, days: int) -> tuple[int, int | None]:
        """The number of customers who have reached that age, and their revenue up to it."""
        old = [
            [payment for payment in own if payment.day - own[0].day < timedelta(days=days)]
            for own in self.people.values()
            if own[0].day + timedelta(days=days - 1) <= self.as_of
        ]
        revenue = total(payment.basis_reporting for own in old for payment in own)
        return len(old), revenue if old else None

    def payback_age(self) -> int | None:
        """The age in months at which their revenue first reaches the spend."""
        spend = self.spend
        if spend is None or spend <= 0 or self.maybe_new:
            return None
        by_age: dict[int, list[int | None]] = defaultdict(list)
        for own in self.people.values():
            for payment in own:
                by_age[max(0, months(self.month, payment.day))].append(payment.basis_reporting)
        ages = sorted(by_age)
        sums = accumulate((total(by_age[age]) for age in ages), lambda one, two: total((one, two)))
        return next(
            (age for age, so_far in zip(ages, sums, strict=True) if (so_far or 0) >= spend), None
        )


def cohorts(
    attribution: Attribution, as_of: date, group: Callable[[Payment], Hashable] | None = None
) -> dict[tuple[Hashable, ...], Cohort]:
    """Cohorts by month of first charge and by `group`, whose result is also the spend's channel."""
    firsts = {p.person: p for p in attribution.payments if p.is_new and p.day <= as_of}
    found: dict[tuple[Hashable, ...], Cohort] = {}
    for payment in attribution.payments:
        if payment.person in firsts and payment.day <= as_of:
            first = firsts[payment.person]
            month = first.day.replace(day=1)
            key = (month,) if group is None else (month, group(first))
            cohort = found.setdefault(key, Cohort(month, as_of))
            cohort.people[payment.person].append(payment)
    for payment in attribution.payments:
        if payment.is_new is None and payment.day <= as_of:
            month = payment.day.replace(day=1)
            key = (month,) if group is None else (month, group(payment))
            if key in found:
                found[key].maybe_new.add(payment.person)
    for bill in attribution.world.ad_spend:
        if bill.spend_date <= as_of:
            month = bill.spend_date.replace(day=1)
            channel = channels.of_spend(bill.utm_source, bill.platform, attribution.world)
            key = (month,) if group is None else (month, channel)
            if key in found:
                minor = attribution.rates.to_minor(bill.spend, bill.currency)
                reporting = attribution.rates.convert(minor, bill.currency, bill.spend_date)
                found[key].bills.append(reporting)
    return found


def first_channel(attribution: Attribution) -> Callable[[Payment], str]:
    """A function that returns the first channel of a person, given their first charge."""
    by_charge = {
        credit.payment.charge.id: credit.visit.channel
        for credit in attribution.credits_
        if credit.model == "first_touch"
    }
    return lambda payment: by_charge[payment.charge.id]
