"""Money is exact, by Stripe's own table of decimals."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_stripe_apex import money
from tap_stripe_apex.errors import UnknownCurrencyError

ZERO_DECIMALS = [
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "JPY",
    "KMF",
    "KRW",
    "MGA",
    "PYG",
    "RWF",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
]
THREE_DECIMALS = ["BHD", "JOD", "KWD", "OMR", "TND"]
SPECIAL = {"UGX": 2, "ISK": 2, "HUF": 2, "TWD": 2}


@pytest.mark.parametrize("currency", ZERO_DECIMALS)
def test_a_zero_decimal_currency_has_no_minor_unit(currency):
    assert money.to_major(500, currency) == Decimal(500)


@pytest.mark.parametrize("currency", THREE_DECIMALS)
def test_a_three_decimal_currency_counts_thousandths(currency):
    assert money.to_major(12_340, currency) == Decimal("12.340")


@pytest.mark.parametrize(("currency", "decimals"), SPECIAL.items())
def test_a_special_currency_has_the_decimals_of_the_api(currency, decimals):
    assert money.decimals(currency) == decimals


def test_every_other_currency_has_two_decimals():
    named = {code.lower() for code in [*ZERO_DECIMALS, *THREE_DECIMALS]}
    others = set(money.currencies()) - named
    assert len(others) == 130
    assert {money.decimals(currency) for currency in others} == {2}
    assert named <= set(money.currencies())


def test_an_unknown_currency_is_an_error_that_names_it():
    with pytest.raises(UnknownCurrencyError, match="'xyz'"):
        money.to_major(1, "xyz")


@given(st.integers(-(10**15), 10**15), st.sampled_from(sorted(money.currencies())))
def test_major_units_are_the_minor_ones_with_the_point_moved(minor, currency):
    assert money.to_major(minor, currency) * 10 ** money.decimals(currency) == minor
