"""The days that a report is about: half-open ranges, which users name in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from stripe_apex.errors import OptionError

ALL = "all"

_LAST = re.compile(r"last[-_]([1-9]\d{0,4})[-_]days")
_CALENDAR = re.compile(r"(this|last)[-_](month|quarter|year)")
_YEAR = re.compile(r"(\d{4})")
_QUARTER = re.compile(r"(\d{4})-[qQ]([1-4])")
_MONTH = re.compile(r"(\d{4})-(\d{2})")
_DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})(?:/|\.\.)(\d{4}-\d{2}-\d{2})")

_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` to the day before `end`."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"{self.start} is not before {self.end}.")

    @property
    def days(self) -> int:
        """The number of days."""
        return (self.end - self.start).days

    def before(self) -> Period:
        """The equally long period that ends where this one starts.

        Raises:
            OverflowError: it would start before the year 1.
        """
        return Period(self.start - timedelta(days=self.days), self.start)


def parse(text: str, whole: Period, as_of: date) -> Period:
    """The period that `text` names.

    Args:
        text: `all`, `last-90-days`, `this-month`, `last-quarter`, `2026`, `2026-Q3`, `2026-07`, or
            `2026-01-15/2026-02-01`, the last day excluded.
        whole: the days for which the warehouse has data.
        as_of: the last day with revenue. `last-90-days` and `this-month` end with this day, and
            `last-month` is the last month that is over by then.

    Raises:
        OptionError: the text names no period.
    """
    try:
        if found := _named(text.strip(), whole, as_of):
            return found
    except (ValueError, OverflowError) as error:
        raise OptionError(f"{text!r} is no period: {str(error).rstrip('.')}.") from error
    raise OptionError(
        f"{text!r} is no period. Say all, last-90-days (or any number), this-month, last-month, "
        "this-quarter, last-quarter, this-year, last-year, 2026, 2026-Q3, 2026-07, or "
        "2026-01-15/2026-02-01, of which the last day is excluded."
    )


def _named(text: str, whole: Period, as_of: date) -> Period | None:
    if text == ALL:
        return whole
    if match := _LAST.fullmatch(text):
        return Period(as_of - timedelta(days=int(match[1]) - 1), as_of + timedelta(days=1))
    if match := _CALENDAR.fullmatch(text):
        return _calendar(match[1], _MONTHS[match[2]], as_of)
    if match := _YEAR.fullmatch(text):
        return _months(int(match[1]), 1, 12)
    if match := _QUARTER.fullmatch(text):
        return _months(int(match[1]), 3 * int(match[2]) - 2, 3)
    if match := _MONTH.fullmatch(text):
        return _months(int(match[1]), int(match[2]), 1)
    if match := _DAYS.fullmatch(text):
        return Period(date.fromisoformat(match[1]), date.fromisoformat(match[2]))
    return None


def _calendar(which: str, months: int, as_of: date) -> Period:
    """This month, quarter or year up to `as_of`, or the last one that is over by `as_of`."""
    start = date(as_of.year, (as_of.month - 1) // months * months + 1, 1)
    if which == "this":
        return Period(start, day_after(as_of))
    end = month_after(start, months)
    if day_after(as_of) == end:
        return Period(start, end)
    return Period(month_after(start, -months), start)


def _months(year: int, month: int, number: int) -> Period:
    return Period(date(year, month, 1), month_after(date(year, month, 1), number))


def month_after(month: date, number: int = 1) -> date:
    """The first day of the month that comes `number` months later."""
    index = month.year * 12 + month.month - 1 + number
    return date(index // 12, index % 12 + 1, 1)


def months_of(start: date, end: date) -> Fraction:
    """The length of a range: calendar months if it has only whole ones, else days / 30.4375."""
    if start.day == end.day == 1:
        return Fraction(12 * (end.year - start.year) + end.month - start.month)
    return Fraction((end - start).days * 10_000, 304_375)


def day_after(day: date) -> date:
    """The next day."""
    return day + timedelta(days=1)


def day_before(day: date) -> date:
    """The day before."""
    return day - timedelta(days=1)


def months_until(first: date, last: date) -> list[date]:
    """The first days of the months from `first` to `last`."""
    found = [first]
    while found[-1] < last:
        found.append(month_after(found[-1]))
    return found
