"""Numbers are read as their locale writes them, or not at all."""

from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from stripe_apex.sources.numbers import readings, style_of
from stripe_apex.sources.questions import UnclearError

STYLES = {"en_US": "point", "en_IN": "point", "de_CH": "point", "de_DE": "comma", "fr_FR": "comma"}
AMOUNTS = st.integers(-(10**11), 10**11).map(lambda cents: Decimal(cents) / 100)


@given(AMOUNTS, st.sampled_from(sorted(STYLES)), st.booleans())
def test_what_a_locale_writes_is_among_its_readings(amount, locale, grouped):
    text = format_decimal(amount, "#,##0.00" if grouped else "0.00", locale=locale)
    assert readings(text)[STYLES[locale]] == amount


@given(st.lists(AMOUNTS, min_size=1, max_size=6), st.sampled_from(sorted(STYLES)))
def test_a_column_is_read_right_or_not_at_all(amounts, locale):
    texts = [format_decimal(amount, locale=locale) for amount in amounts]
    try:
        style = style_of({"spend": {text: text for text in texts}}, set(), None)
    except UnclearError:
        return
    assert [readings(text)[style] for text in texts] == amounts


@pytest.mark.parametrize("text", ["1,10,0", "1.2.3", "12 %", "1e5", "abc", "=1", "5.", "١٢", ""])
def test_what_is_no_number_has_no_reading(text):
    assert readings(text) == {}


def test_a_column_of_integers_decides_what_a_comma_is():
    columns = {"spend": {"1,100": "1,100"}, "clicks": {"3,614": "3,614"}}
    assert style_of(columns, {"clicks"}, None) == "point"
