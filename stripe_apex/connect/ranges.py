"""The date range in the words of the page, and from its forms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from stripe_apex.errors import OptionError
from tap_stripe_apex.errors import ConfigurationError
from tap_stripe_apex.reading.date_range import parse_date_range

if TYPE_CHECKING:
    from collections.abc import Mapping


def in_words(value: Mapping[str, Any]) -> str:
    """The payments that are read; for an invalid range, the tap's own message."""
    try:
        found = parse_date_range(value)
    except ConfigurationError as error:
        return str(error)
    if found.start is None:
        days = found.last.days
        return "The last day" if days == 1 else f"The last {days:,} days"
    if found.end is None:
        return f"Since {_moment(found.start)}"
    end = found.end if _has_time(found.end) else found.end - timedelta(days=1)
    return f"{_moment(found.start)} to {_moment(end)}"


def range_from(last_days: str | None, start: str | None) -> dict[str, Any]:
    """The setting of a form: a number of days, or everything since a day.

    Raises:
        OptionError: it is no range in the past; the message says what to enter.
    """
    if last_days is not None:
        whole = last_days.isascii() and last_days.isdecimal() and len(last_days) < 9
        value: dict[str, Any] = {"last_days": int(last_days) if whole else last_days}
        advice = "Enter a whole number of days, from 1 to 36,500."
    else:
        value = {"start": start}
        advice = "Enter a day before today, such as 2026-01-31."
    try:
        found = parse_date_range(value)
    except ConfigurationError as error:
        raise OptionError(f"This is no range that can be read. {advice}") from error
    if found.start is not None and found.start >= datetime.now(UTC):
        raise OptionError(f"No payment is of that day or later yet. {advice}")
    return value


def _has_time(moment: datetime) -> bool:
    return (moment.hour, moment.minute, moment.second) != (0, 0, 0)


def _moment(moment: datetime) -> str:
    time = f", {moment:%H:%M} UTC" if _has_time(moment) else ""
    return f"{moment.day} {moment:%B %Y}{time}"
