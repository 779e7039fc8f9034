"""The setting `date_range`: the period of creation of the wanted objects. Pure."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pendulum
from pendulum.parsing.exceptions import ParserError

from tap_stripe_apex.errors import ConfigurationError
from tap_stripe_apex.reading.windows import Window

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class DateRange:
    """Objects are wanted that were created from `start` to `end`, or in the `last` days."""

    start: datetime | None = None
    end: datetime | None = None
    last: timedelta = timedelta()

    def resolve(self, now: int) -> Window:
        """The window of creation as of `now`, a second of Stripe's time, which is included."""
        if self.start is None:
            return Window(now - int(self.last.total_seconds()), now + 1)
        start = int(self.start.timestamp())
        end = now + 1 if self.end is None else min(now + 1, int(self.end.timestamp()))
        return Window(min(start, end), end)

    def ended(self, now: int) -> bool:
        """Whether the whole range lies in the past, so that it can be finished for good."""
        return self.end is not None and int(self.end.timestamp()) <= now


_FORMS = '{"start": "2026-01-01", "end": "2026-02-01"} or {"last_days": 30}'


def parse_date_range(setting: object) -> DateRange:
    """`date_range` as it stands in a configuration.

    Args:
        setting: an object with `start` and perhaps `end` (ISO 8601 dates or times, UTC if they
            name no zone, the end excluded), or with `last_days`.

    Raises:
        ConfigurationError: the setting has another form, or its range holds no time at all.
    """
    if not isinstance(setting, dict) or not set(setting) <= {"start", "end", "last_days"}:
        raise ConfigurationError(f"date_range has no known form. Write it as {_FORMS}.")
    if "last_days" in setting:
        return _last_days(setting)
    if setting.get("start") is None:
        raise ConfigurationError(f"date_range lacks its start. Write it as {_FORMS}.")
    start = _moment(setting, "start")
    end = _moment(setting, "end") if setting.get("end") is not None else None
    if end is not None and end <= start:
        raise ConfigurationError(
            f"date_range is upside down: its end ({setting['end']}) must be later than its start "
            f"({setting['start']}); the end itself is excluded."
        )
    return DateRange(start=start, end=end)


def _last_days(setting: Mapping[str, Any]) -> DateRange:
    days = setting["last_days"]
    if len(setting) > 1:
        raise ConfigurationError("date_range has either last_days or start and end, not both.")
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= 36_500:
        raise ConfigurationError(
            f"date_range.last_days must be a whole number of days, not {days!r}."
        )
    return DateRange(last=timedelta(days=days))


def _moment(setting: Mapping[str, Any], name: str) -> datetime:
    text = setting[name]
    parsed: object = None
    with suppress(ParserError, ValueError, OverflowError):
        parsed = pendulum.parse(text, exact=True) if isinstance(text, str) else None
    if isinstance(parsed, datetime):
        return parsed.astimezone(UTC)
    if isinstance(parsed, date):
        return datetime(parsed.year, parsed.month, parsed.day, tzinfo=UTC)
    raise ConfigurationError(
        f"date_range.{name} is {text!r}, which is no date or time. "
        "Write it like 2026-01-31 or 2026-01-31T18:00:00Z."
    )
