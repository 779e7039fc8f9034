"""Conversion of minor to major units by Stripe's own table of decimals.

Stripe's decimals are not those of ISO 4217 (UGX and ISK have two in the API, MGA has none), and
no library has them, so the table ships as data: `data/currencies.json`.

Source: https://docs.stripe.com/currencies#minor-units
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec

from tap_stripe_apex.errors import UnknownCurrencyError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_DECIMALS = 3
"""No currency at Stripe has more decimals than this."""


@cache
def currencies() -> Mapping[str, int]:
    """Number of decimals of each of Stripe's currencies, by lower-case code."""
    table = files("tap_stripe_apex").joinpath("data/currencies.json").read_bytes()
    return MappingProxyType(msgspec.json.decode(table, type=dict[str, int]))


def decimals(currency: str) -> int:
    """Decimals between major and minor units of `currency` (any case).

    Raises:
        UnknownCurrencyError: Stripe's table has no such currency; guessing would falsify revenue.
    """
    try:
        return currencies()[currency.lower()]
    except KeyError:
        raise UnknownCurrencyError(currency) from None


def minor_per_major(currency: str) -> int:
    """Minor units in one major unit: 100 for usd, 1 for jpy, 1000 for kwd."""
    return int(10 ** decimals(currency))


def to_major(minor: int, currency: str) -> Decimal:
    """`minor` units of `currency` as an exact decimal in major units: 1999 usd is 19.99."""
    return Decimal(minor).scaleb(-decimals(currency))
