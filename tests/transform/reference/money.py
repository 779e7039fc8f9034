"""Converts charges into the reporting currency."""

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
    """The nearest whole number, rounded half up."""
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
        """Minor units of `currency` in the reporting currency's, at the rate of the day."""
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
            rate = self.settled_rate(currency, day)
        if rate is None:
            return None
        shift = Fraction(10) ** (MINOR_UNITS[target] - MINOR_UNITS[currency])
        return half_up(minor * Fraction(rate) * shift)

    def settled_rate(self, currency: str, day: date) -> Fraction | None:
        """The rate at which Stripe settled the charges of that currency and day, to 12 places."""
        target = self.settings.reporting_currency
        settled = [
            charge
            for charge in self.world.charges
            if (charge.currency, charge.settled_currency) == (currency, target)
            and charge.deleted_at is None
            and charge.gross > 0
            and (charge.settled_amount or 0) > 0
            and local_date(charge.created, self.settings) == day
        ]
        if not settled or currency not in MINOR_UNITS:
            return None
        shift = Fraction(10) ** (MINOR_UNITS[currency] - MINOR_UNITS[target])
        amounts = Fraction(
            sum(charge.settled_amount or 0 for charge in settled),
            sum(charge.gross for charge in settled),
        )
        return Fraction(half_up(amounts * shift * 10**12), 10**12) or None

    def to_minor(self, amount: Decimal, currency: str) -> int:
        """Major units in whole minor units, with halves rounded away from zero."""
        value = Fraction(amount) * 10 ** MINOR_UNITS[currency]
        return half_up(value) if value >= 0 else -half_up(-value)

    def charge_part(self, minor: int, charge: Charge) -> int | None:
        """A part of a charge in the reporting currency, at Stripe's rate if it settled in that."""
        target = self.settings.reporting_currency
        if charge.currency == target:
            return minor
        if charge.gross == 0:
            return 0
        if charge.settled_currency == target and charge.settled_amount is not None:
            return half_up(Fraction(minor * charge.settled_amount, charge.gross))
        return self.convert(minor, charge.currency, local_date(charge.created, self.settings))

    def disputed(self, charge: Charge) -> int | None:
        """The money that open and lost disputes took; None if the dispute is not loaded."""
        own = [
            dispute
            for dispute in self.world.disputes
            if (dispute.charge_id, dispute.currency) == (charge.id, charge.currency)
            and dispute.deleted_at is None
        ]
        if not own and charge.disputed:
            return None
        took = ("needs_response", "under_review", "lost")
        return sum(dispute.amount for dispute in own if dispute.status in took)

    def fee(self, charge: Charge) -> int | None:
        """Stripe's fee in the currency of the charge."""
        if charge.fee is None or charge.settled_amount is None:
            return None
        if charge.settled_currency == charge.currency:
            return charge.fee
        if charge.settled_amount <= 0:
            return None
        return half_up(Fraction(charge.fee * charge.gross, charge.settled_amount))

    def kept(self, charge: Charge) -> int:
        """Net revenue less disputes and fees, as far as these are known."""
        return charge.net_of_refunds - (self.disputed(charge) or 0) - (self.fee(charge) or 0)

    def basis(self, net: int | None, kept: int | None, currency: str) -> int | None:
        """The part of an amount that the ratios count."""
        amount = kept if self.settings.revenue_basis == "kept" else net
        if self.settings.margin_percent is None or amount is None:
            return amount
        return half_up(amount * Fraction(str(dict(self.settings.margin_percent)[currency])) / 100)
