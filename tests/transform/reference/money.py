"""Charges in the reporting currency."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.transform.worlds import MINOR_UNITS

if TYPE_CHECKING:
    from decimal import Decimal

    from tests.transform.reference.settings import Settings
    from tests.transform.worlds import Charge, World


def half_up(value: Fraction) -> int:
    """The nearest whole number, halves upwards."""
    return math.floor(value + Fraction(1, 2))


def local_date(instant: datetime, settings: Settings) -> date:
    """The calendar day of an instant."""
    return instant.astimezone(ZoneInfo(settings.timezone)).date()


@dataclass(frozen=True)
class Rates:
    """The exchange rates of a world."""

    world: World
    settings: Settings

    def convert(self, minor: int, currency: str, day: date) -> int | None:
        """Minor units of `currency` in those of the reporting currency, by the rate of the day."""
        target = self.settings.reporting_currency
        if currency == target:
            return minor
        rate = next(
            (
                rate.rate
                for rate in self.world.fx_rates
                if (rate.rate_date, rate.from_currency, rate.to_currency) == (day, currency, target)
            ),
            None,
        )
        if rate is None:
            return None
        shift = Fraction(10) ** (MINOR_UNITS[target] - MINOR_UNITS[currency])
        return half_up(minor * Fraction(rate) * shift)

    def to_minor(self, amount: Decimal, currency: str) -> int:
        """Major units as whole minor units, halves away from zero."""
        value = Fraction(amount) * 10 ** MINOR_UNITS[currency]
        return half_up(value) if value >= 0 else -half_up(-value)

    def charge_part(self, minor: int, charge: Charge) -> int | None:
        """A part of a charge in the reporting currency, as Stripe settled it where it did."""
        target = self.settings.reporting_currency
        if charge.currency == target:
            return minor
        if charge.gross == 0:
            return 0
        if charge.settled_currency == target and charge.settled_amount is not None:
            return half_up(Fraction(minor * charge.settled_amount, charge.gross))
        return self.convert(minor, charge.currency, local_date(charge.created, self.settings))
