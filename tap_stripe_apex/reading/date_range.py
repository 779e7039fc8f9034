"""Half-open ranges of time, the `date_range` setting, and the arithmetic of what is covered.

A `Window` counts whole seconds since 1970 UTC, as Stripe's `created` does; people and state see
ISO 8601 times.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import pendulum
from pendulum.parsing.exceptions import ParserError

from tap_stripe_apex.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DEFAULT_DAYS = 30


class Window(NamedTuple):
    """The seconds from `start` up to, but not including, `end`."""

    start: int
    end: int

    @property
    def seconds(self) -> int:
        """Length; 0 for an empty window."""
        return max(0, self.end - self.start)

    def __contains__(self, second: object) -> bool:
        return isinstance(second, int) and self.start <= second < self.end


def union(windows: Iterable[Window]) -> list[Window]:
    """The same seconds in the fewest windows, oldest first."""
    merged: list[Window] = []
    for window in sorted(window for window in windows if window.seconds):
        if merged and window.start <= merged[-1].end:
            merged[-1] = Window(merged[-1].start, max(merged[-1].end, window.end))
        else:
            merged.append(window)
    return merged


def subtract(window: Window, covered: Iterable[Window]) -> list[Window]:
    """The parts of `window` that no window of `covered` holds, oldest first."""
    edges = [Window(window.start, window.start)]
    edges += [c for c in union(covered) if c.end > window.start and c.start < window.end]
    edges += [Window(window.end, window.end)]
    gaps = (Window(before.end, after.start) for before, after in pairwise(edges))
    return [gap for gap in gaps if gap.seconds]


@lru_cache
def to_iso(second: int) -> str:
    """2026-11-01T00:00:00Z; most records of a run say the same time of their version."""
    return datetime.fromtimestamp(second, UTC).isoformat()[:19] + "Z"


def from_iso(text: str) -> int:
    """Whole seconds since 1970 of an ISO 8601 time; UTC where it names no zone.

    Raises:
        ValueError: not an ISO 8601 time.
    """
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


@dataclass(frozen=True, slots=True)
class DateRange:
    """Which charges are wanted, by creation: a fixed start or a number of days back from now."""

    start: datetime | None = None
    end: datetime | None = None
    last: timedelta | None = None

    def resolve(self, now: int) -> Window:
        """The range as of the second `now`: Stripe's time, and the last second included."""
        if self.start is None:
            back = int((self.last or timedelta(days=DEFAULT_DAYS)).total_seconds())
            return Window(now - back, now + 1)
        start = int(self.start.timestamp())
        end = now + 1 if self.end is None else min(now + 1, int(self.end.timestamp()))
        return Window(min(start, end), end)

    def ended(self, now: int) -> bool:
        """Whether the range lies wholly in the past and so can be finished for good."""
        return self.end is not None and int(self.end.timestamp()) <= now


_FORMS = '{"start": "2026-01-01", "end": "2026-02-01"} or {"last_days": 30}'


def parse_date_range(setting: object) -> DateRange:
    """`date_range` as it stands in a configuration.

    Args:
        setting: an object with `start` and perhaps `end` (ISO 8601 dates or times, UTC if they
            name no zone, the end excluded), or with `last_days`; None for the default.

    Raises:
        ConfigurationError: any other form, or a range that holds no time at all.
    """
    if setting is None:
        return DateRange(last=timedelta(days=DEFAULT_DAYS))
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
