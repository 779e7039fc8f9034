"""Balance transactions: conversion, fees and the day on which the money is available."""

from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from stripe_simulator.records import BalanceTransactionRecord, ChargeRecord

MILLION = 1_000_000
DAY = 86_400

# Currencies of the simulated account whose decimals in Stripe's API are not two.
_UNITS = {"jpy": 1, "krw": 1, "clp": 1, "vnd": 1, "bhd": 1000, "jod": 1000, "kwd": 1000}

Rates: TypeAlias = Callable[[str, int], int | Decimal | None]
"""Millionths of a settlement unit per unit of a currency at an epoch second; None if unknown."""

_STANDING = {
    "eur": 1_080_000,
    "gbp": 1_270_000,
    "jpy": 6_700,
    "kwd": 3_250_000,
}


def standing_rates(currency: str, at: int) -> int | None:  # noqa: ARG001 - a rate that never moves
    """Constant rates to dollars; None for currencies that settle without conversion."""
    return _STANDING.get(currency)


def unit(currency: str) -> int:
    """The number of minor units in one major unit of a currency."""
    return _UNITS.get(currency, 100)


def convert(amount: int, rate: int | Decimal, source: str, target: str) -> int:
    """Converts minor units of `source` into `target` at `rate` millionths, rounded half up."""
    numerator = abs(amount) * rate * unit(target)
    denominator = MILLION * unit(source)
    converted = int((2 * numerator + denominator) // (2 * denominator))
    return converted if amount >= 0 else -converted


class _Tariff(NamedTuple):
    """A fee in hundredths of a percent and minor units, and the days until money is available."""

    basis_points: int
    fixed: int
    days: int


_CARD = _Tariff(290, 30, 2)
_TARIFFS = {
    "sepa_debit": _Tariff(80, 30, 6),
    "us_bank_account": _Tariff(80, 0, 4),
}
_CONVERSION_POINTS = 100
DISPUTE_FEE = 1500  # in minor units of the settlement currency


class Funds:
    """Makes the balance transactions, in one currency as far as rates are known."""

    def __init__(self, currency: str, rates: Rates) -> None:
        self._currency = currency
        self._rates = rates

    def charged(
        self, identifier: str, charge: ChargeRecord, amount: int, at: int
    ) -> BalanceTransactionRecord:
        """The balance transaction of an amount of a charge, with its fee."""
        card = charge.method.type == "card"
        tariff = _TARIFFS.get(charge.method.type, _CARD)
        settled, currency, rate = self._settled(amount, charge.currency, at)
        points = tariff.basis_points + (0 if rate is None else _CONVERSION_POINTS)
        return BalanceTransactionRecord(
            id=identifier,
            created=at,
            type="charge" if card else "payment",
            reporting_category="charge",
            amount=settled,
            currency=currency,
            fee=min(settled, (settled * points + 5_000) // 10_000 + tariff.fixed),
            source=charge.id,
            available_on=_midnight(at + tariff.days * DAY),
            rate=rate,
            description=charge.description,
        )

    def moved(
        self,
        identifier: str,
        kind: str,
        *,
        source: str,
        amount: int,
        currency: str,
        at: int,
        fee: int = 0,
    ) -> BalanceTransactionRecord:
        """The transaction of a refund, failure or dispute; `kind` is `type/reporting category`."""
        type_, category = kind.split("/")
        settled, settled_currency, rate = self._settled(amount, currency, at)
        return BalanceTransactionRecord(
            id=identifier,
            created=at,
            type=type_,
            reporting_category=category,
            amount=settled,
            currency=settled_currency,
            fee=fee,
            source=source,
            available_on=at,
            rate=rate,
        )

    def _settled(
        self, amount: int, currency: str, at: int
    ) -> tuple[int, str, int | Decimal | None]:
        rate = None if currency == self._currency else self._rates(currency, at)
        if rate is None:
            return amount, currency, None
        return convert(amount, rate, currency, self._currency), self._currency, rate


def _midnight(at: int) -> int:
    return at - at % DAY
