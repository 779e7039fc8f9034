"""Formats numbers, money and dates for a locale."""

from __future__ import annotations

import copy
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_compact_currency, format_decimal

from stripe_apex.errors import OptionError
from tap_stripe_apex import money

if TYPE_CHECKING:
    from datetime import date, datetime

_CODE_NEXT_TO_DIGIT = re.compile(r"([A-Z]{3})(?=\d)")

MINUS = "−"
DASH = "–"


class Written(str):
    """A figure formatted for a locale, with its plain value.

    Attributes:
        plain: the value for other programs: a number with a point, or a day as ISO 8601.
        currency: the currency of an amount, in upper case; else empty.
    """

    __slots__ = ("currency", "plain")

    plain: str
    currency: str

    @classmethod
    def of(cls, text: str, plain: object, currency: str = "") -> Written:
        """The formatted text of a value, with the value."""
        written = cls(text)
        written.plain = format(plain, "f") if isinstance(plain, Decimal) else str(plain)
        written.currency = currency.upper()
        return written


class Formats:
    """Formats the report's values for one locale; the words stay English."""

    def __init__(self, locale: str = "en_US") -> None:
        """Use the formats of a locale, such as `en_US`, `de-DE` or `ja`.

        Raises:
            OptionError: the locale is not known.
        """
        try:
            self.locale = Locale.parse(locale.replace("-", "_"))
        except (UnknownLocaleError, ValueError, TypeError) as error:
            raise OptionError(
                f"{locale!r} is no known locale. Say en_US, de_DE, ja_JP or the like."
            ) from error

    def money(self, minor: int, currency: str) -> str:
        """An amount with the currency's decimals in Stripe's API: $1,234.50, ¥1,235, KWD 1.234."""
        return self.fine(money.to_major(minor, currency), currency, money.decimals(currency))

    @property
    def list_separator(self) -> str:
        """The separator between amounts: a comma, unless that is the locale's decimal mark."""
        return "; " if self.locale.number_symbols["latn"]["decimal"] == "," else ", "

    def major(self, major: Decimal | float | None, currency: str) -> str:
        """An amount in major units, without decimals from 100 up; a dash for None."""
        if major is None:
            return DASH
        amount = Decimal(str(major))
        return self.fine(amount, currency, 0 if abs(amount) >= 100 else money.decimals(currency))

    def fine(self, major: Decimal, currency: str, digits: int) -> str:
        """An amount in major units with `digits` decimals."""
        pattern = copy.copy(self.locale.currency_formats["standard"])
        pattern.frac_prec = (digits, digits)
        text = pattern.apply(major, self.locale, currency=currency.upper(), currency_digits=False)
        plain = round(major, max(digits, money.decimals(currency)))
        return Written.of(_tidy(text), plain, currency)

    def compact(self, minor: int | Decimal, currency: str) -> str:
        """A short amount for charts: $1.2M."""
        major = Decimal(minor).scaleb(-money.decimals(currency))
        digits = 0 if abs(major) < 1000 or (abs(major) >= 99_950 and abs(major) < 1_000_000) else 1
        text = format_compact_currency(
            _significant(major), currency.upper(), locale=self.locale, fraction_digits=digits
        )
        return _tidy(text)

    def percent(self, share: Decimal | float | None, digits: int = 0) -> str:
        """A share in percent: 0.123 is 12%, and 0.004 is 0.4%."""
        if share is None:
            return DASH
        number = Decimal(str(share))
        if 0 < abs(number) < Decimal("0.01") and digits == 0:
            digits = 1
        pattern = copy.copy(self.locale.percent_formats[None])
        pattern.frac_prec = (digits, digits)
        return Written.of(_tidy(pattern.apply(number, self.locale)), round(number, 6))

    def change(self, share: Decimal | float | None, digits: int = 0) -> str:
        """A percentage with its sign: +12%, −3%."""
        if share is None:
            return DASH
        text = self.percent(share, digits)
        signed = text if text.startswith(MINUS) or not share else f"+{text}"
        return Written.of(signed, round(Decimal(str(share)), 6))

    def plain(self, major: float, currency: str) -> str:
        """A round amount in major units: $200, or $0.50."""
        return self.fine(Decimal(str(major)), currency, 2 if major % 1 else 0)

    def times(self, number: Decimal | float | None, digits: int | None = None) -> str:
        """A multiple: 2.17x."""
        if number is None:
            return DASH
        if digits is None:
            digits = 2 if -10 < number < 10 else 1
        text = f"{self.number(number, digits)}×"
        return Written.of(text, round(Decimal(str(number)), 6))

    def number(self, number: Decimal | float | None, digits: int = 0) -> str:
        """A plain number."""
        if number is None:
            return DASH
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        value = Decimal(str(number))
        text = _tidy(format_decimal(value, format=pattern, locale=self.locale))
        return Written.of(text, round(value, max(digits, 6)) if value % 1 else int(value))

    def probability(self, p: float | None) -> str:
        """A p-value: 0.042; for less than a thousandth, only that it is less."""
        if p is None:
            return DASH
        text = f"< {self.number(0.001, 3)}" if p < 0.001 else self.number(p, 3)
        return Written.of(text, p)

    def day(self, day: date | None) -> str:
        """Oct 31, 2026."""
        if day is None:
            return DASH
        return Written.of(format_date(day, "medium", locale=self.locale), day.isoformat())

    def month(self, day: date) -> str:
        """Oct 2026."""
        return Written.of(format_date(day, "LLL y", locale=self.locale), f"{day:%Y-%m}")

    def month_alone(self, day: date) -> str:
        """A month without its year: Oct."""
        return format_date(day, "LLL", locale=self.locale)

    def moment(self, moment: datetime | None) -> str:
        """Oct 31, 2026, 23:39 UTC."""
        if moment is None:
            return DASH
        return f"{self.day(moment.date())}, {moment:%H:%M} UTC"


def _significant(number: Decimal) -> Decimal:
    """A number with three significant digits, so that 999,950 becomes 1M instead of 1,000K."""
    if not number:
        return number
    return number.quantize(Decimal(1).scaleb(number.adjusted() - 2))


def _tidy(text: str) -> str:
    """A text with a digit-wide minus sign, and a no-break space after a currency code."""
    return _CODE_NEXT_TO_DIGIT.sub("\\1\u00a0", text.replace("-", MINUS))
