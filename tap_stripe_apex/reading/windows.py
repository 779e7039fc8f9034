"""Half-open windows of time, and the arithmetic of what they cover. Pure.

A `Window` counts whole seconds since 1970 UTC, as Stripe's `created` does; messages and the state
have ISO 8601 times.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


class Window(NamedTuple):
    """The seconds from `start` up to, but not including, `end`."""

    start: int
    end: int

    @property
    def seconds(self) -> int:
        """The length in seconds; 0 for an empty window."""
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
    """A time such as 2026-11-01T00:00:00Z; cached, since most records of a run share one."""
    return datetime.fromtimestamp(second, UTC).isoformat()[:19] + "Z"


def from_iso(text: str) -> int:
    """Whole seconds since 1970 of an ISO 8601 time; UTC where it names no zone.

    Raises:
        ValueError: the text is no ISO 8601 time.
    """
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def created_filter(
    *, gte: int | None = None, lt: int | None = None, lte: int | None = None
) -> list[tuple[str, str | int]]:
    """The parameters of a list endpoint that select by time of creation, in seconds."""
    bounds = {"gte": gte, "lt": lt, "lte": lte}
    return [(f"created[{name}]", bound) for name, bound in bounds.items() if bound is not None]
