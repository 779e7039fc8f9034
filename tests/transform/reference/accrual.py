"""Spend of a month compared with the revenue of the same month's touches."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.transform.reference import channels
from tests.transform.reference.economics import people, quotient, six, total
from tests.transform.reference.money import local_date
from tests.transform.reference.settings import MODELS

if TYPE_CHECKING:
    from decimal import Decimal

    from tests.transform.reference.attribution import Attribution, Credit
    from tests.transform.reference.settings import Settings

Key = tuple[date, str, str, str]


@dataclass
class Accrued:
    """The revenue of a month's touches, and the month's spend."""

    micros: int = 0
    credits_: list[Credit] = field(default_factory=list)
    bills: list[int | None] = field(default_factory=list)

    def figures(self) -> tuple[Decimal | int | None, ...]:
        """The columns conversions, revenue, kept revenue, spend and ROAS."""
        revenue = total(credit.reporting for credit in self.credits_)
        kept = total(credit.kept_reporting for credit in self.credits_)
        basis = total(credit.basis_reporting for credit in self.credits_)
        spend = total(self.bills)
        roas = quotient(basis, spend)
        return people(self.micros), revenue, kept, spend, None if roas is None else six(roas)


def accrual(attribution: Attribution) -> dict[Key, Accrued]:
    """The rows of `mart_channel_accrual` by month, channel, attribution model and `dated_by`."""
    settings = attribution.settings
    steps = (step for steps in attribution.steps.values() for step in steps)
    touched = {step.touch.touchpoint_id: step.touch for step in steps}
    found: dict[Key, Accrued] = defaultdict(Accrued)
    for credit in attribution.credits_:
        if credit.touchpoint_id is None:
            day, dated_by = credit.payment.day, "charge"
        else:
            day = local_date(touched[credit.touchpoint_id].occurred_at, settings)
            dated_by = "touch"
        line = found[day.replace(day=1), credit.visit.channel, credit.model, dated_by]
        line.micros += credit.micros if credit.payment.is_conversion else 0
        line.credits_.append(credit)
    for bill in attribution.world.ad_spend:
        channel = channels.of_spend(bill.utm_source, bill.platform, attribution.world)
        minor = attribution.rates.to_minor(bill.spend, bill.currency)
        reporting = attribution.rates.convert(minor, bill.currency, bill.spend_date)
        for model in MODELS:
            key = (bill.spend_date.replace(day=1), channel, model, "touch")
            found[key].bills.append(reporting)
    return found


def window_is_over(month: date, as_of: date, settings: Settings) -> bool:
    """Whether charges after `as_of` are too late to be credited to a touch of the month."""
    if settings.recurring_credit == "first_conversion":
        return False
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return last + timedelta(days=settings.attribution_window_days) <= as_of
