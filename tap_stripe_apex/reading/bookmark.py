"""What a stream remembers between runs: its range, which part was read, and as of which time.

The invariant: every object created in `covered` was emitted as it was at `position` or later. So
a state is true at any moment, and what a run still has to do follows from it.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from tap_stripe_apex.errors import ConfigurationError
from tap_stripe_apex.reading.windows import Window, from_iso, subtract, to_iso, union

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_MAX_AWAITED: Final = 1000
"""The most objects in `awaited`, to bound the state; an account rarely has more than a few."""

MAX_WINDOWS: Final = 1000
"""The most windows in a state; an interrupted run leaves some tens. If there are more, the shortest
are listed again."""

MAX_SEEN: Final = 500
"""If there are more recent events than this, they are read again instead of remembered, and no run
is quiet."""


class Pending(NamedTuple):
    """Objects that will change at a known time, without an event.

    Attributes:
        created: when the oldest of them was created.
        available_on: when the first of them will change.
    """

    created: int
    available_on: int


class Ahead(NamedTuple):
    """The progress of an interrupted catch-up: windows that are true as of a later position."""

    position: int
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class Bookmark:
    """What a stream has read, by Stripe's clock.

    Attributes:
        range: all that was ever wanted; it only grows.
        covered: the windows of it that were read, oldest first.
        position: Stripe's time as of which the covered part is true.
        seen: ids of events just before `position` whose objects were read after the event.
        listed: how many objects the listing of the covered part found, for their density.
        awaited: objects that lack something which comes without an event: for each id, when the
            object was created and since when it is awaited.
        source: the mode (live or test) and the connected account of these objects.
        expand: the fields that were expanded in every object.
        left_out: columns that at least one emitted record lacks, since they were deselected.
        added: those columns that older versions lacked and that the records have.
        ahead: the part of `covered` that is true as of a later position, during a catch-up.
        pending: for balance transactions, those that will become available.
    """

    range: Window | None = None
    covered: tuple[Window, ...] = ()
    position: int | None = None
    seen: frozenset[str] = field(default_factory=frozenset)
    listed: int = 0
    awaited: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    source: str | None = None
    expand: frozenset[str] = field(default_factory=frozenset)
    left_out: frozenset[str] = field(default_factory=frozenset)
    added: frozenset[str] = field(default_factory=frozenset)
    ahead: Ahead | None = None
    pending: Pending | None = None

    KEYS: ClassVar = (
        "range",
        "covered",
        "position",
        "seen",
        "listed",
        "awaited",
        "source",
        "expand",
        "left_out",
        "added",
        "ahead",
        "pending",
    )
    """The keys of the state that belong to the bookmark; it leaves all others alone."""

    @property
    def gaps(self) -> list[Window]:
        """What is still to be listed, oldest first."""
        return subtract(self.range, self.covered) if self.range else []

    @property
    def percent(self) -> int:
        """How much of the range is covered; 100 only if nothing is left."""
        if self.range is None or not self.range.seconds:
            return 100
        left = sum(gap.seconds for gap in self.gaps)
        return 100 * (self.range.seconds - left) // self.range.seconds

    @property
    def seconds_per_object(self) -> float | None:
        """Mean time between listed objects; None until there are any."""
        seconds = sum(window.seconds for window in self.covered)
        return seconds / self.listed if self.listed and seconds else None

    @property
    def follows_position(self) -> bool:
        """Whether everything up to `position` is covered, so that events name all new objects."""
        return self.position is not None and any(
            window.end == self.position for window in self.covered
        )

    @property
    def is_interrupted(self) -> bool:
        """Whether a listing of what lies before the position was started and not finished."""
        return bool(self.covered) and any(gap.start < (self.position or 0) for gap in self.gaps)

    def covers(self, created: int) -> bool:
        """Whether objects created in that second were read."""
        after = bisect_right(self.covered, (created, math.inf))
        return after > 0 and created in self.covered[after - 1]

    def widened(self, wanted: Window) -> Bookmark:
        """A bookmark whose range also holds `wanted`, and everything in between."""
        if not wanted.seconds:
            return self
        if self.range is None:
            return replace(self, range=wanted)
        start, end = self.range
        return replace(self, range=Window(min(start, wanted.start), max(end, wanted.end)))

    def forgotten(self, position: int) -> Bookmark:
        """A bookmark with nothing covered: the whole range is listed again as of `position`."""
        range_ = self.range
        if range_:
            range_ = Window(min(range_.start, position), min(range_.end, position))
        return Bookmark(range=range_, position=position, source=self.source, added=self.added)

    def advanced(self, position: int, *, new: int | None) -> Bookmark:
        """The bookmark after all changes up to `position` were emitted.

        Args:
            position: where the next run goes on.
            new: how many of the changed objects were created since; None if new objects are yet
                to be listed.
        """
        if new is None or not self.follows_position or not self.range or self.position is None:
            return replace(self, position=position, ahead=None)
        tail = Window(self.position, min(position, self.range.end))
        return replace(self.with_covered(tail, new), position=position, ahead=None)

    def partly_advanced(self, position: int, windows: Iterable[Window]) -> Bookmark:
        """The bookmark after all changes up to `position` in `windows` were emitted."""
        if self.ahead:
            position, windows = self.ahead.position, (*self.ahead.windows, *windows)
        return replace(self, ahead=Ahead(position, tuple(union(windows))))

    def is_ahead_of(self, event: int, created: int | None) -> bool:
        """Whether an event was handled before the catch-up was interrupted.

        Args:
            event: the time at which the event was visible at the latest.
            created: when its object was created, if the event tells.
        """
        return (
            self.ahead is not None
            and event < self.ahead.position
            and any(created in window for window in self.ahead.windows)
        )

    def with_covered(self, window: Window, count: int) -> Bookmark:
        """The bookmark after all `count` objects created in `window` were emitted."""
        covered = tuple(union((*self.covered, window)))
        return replace(self, covered=covered, listed=self.listed + count)

    def without(self, windows: Iterable[Window]) -> Bookmark:
        """A bookmark with a gap at each of the windows, so that they are listed again."""
        windows = list(windows)
        covered = (part for each in self.covered for part in subtract(each, windows))
        return replace(self, covered=tuple(covered))

    def with_seen(self, events: Collection[str]) -> Bookmark:
        """A bookmark that remembers these recent events, unless there are too many."""
        return replace(self, seen=frozenset(events if len(events) <= MAX_SEEN else ()))

    def with_awaited(self, awaited: Mapping[str, tuple[int, int]]) -> Bookmark:
        """A bookmark that remembers these objects; only the latest if there are too many."""
        latest = sorted(awaited.items(), key=lambda pair: pair[1][1])[-_MAX_AWAITED:]
        return replace(self, awaited=dict(latest))

    def to_state(self) -> dict[str, Any]:
        """As JSON, readable by people."""
        state: dict[str, Any] = {
            "covered": [[to_iso(start), to_iso(end)] for start, end in self.covered],
            "listed": self.listed,
            "left_out": sorted(self.left_out),
        }
        if self.range:
            state["range"] = [to_iso(self.range.start), to_iso(self.range.end)]
        if self.position is not None:
            state["position"] = to_iso(self.position)
        if self.seen:
            state["seen"] = sorted(self.seen)
        if self.source:
            state["source"] = self.source
        if self.expand:
            state["expand"] = sorted(self.expand)
        if self.added:
            state["added"] = sorted(self.added)
        if self.awaited:
            state["awaited"] = {
                id_: [to_iso(created), to_iso(since)]
                for id_, (created, since) in self.awaited.items()
            }
        if self.ahead:
            state["ahead"] = {
                "position": to_iso(self.ahead.position),
                "covered": [[to_iso(start), to_iso(end)] for start, end in self.ahead.windows],
            }
        if self.pending:
            state["pending"] = {name: to_iso(at) for name, at in self.pending._asdict().items()}
        return state

    @classmethod
    def from_state(cls, state: Mapping[str, Any], stream: str) -> Bookmark:
        """What `to_state` wrote, perhaps with keys of others beside it.

        Raises:
            ConfigurationError: the keys are there, but do not hold what was written.
        """
        try:
            bounds = state.get("range")
            position = state.get("position")
            ahead = state.get("ahead")
            pending = state.get("pending")
            return cls(
                range=_window(bounds) if bounds else None,
                covered=_windows(state.get("covered", [])),
                position=from_iso(position) if position else None,
                seen=frozenset(map(str, state.get("seen", []))),
                listed=_count(state.get("listed", 0)),
                source=state.get("source"),
                expand=frozenset(map(str, state.get("expand", []))),
                left_out=frozenset(map(str, state.get("left_out", []))),
                added=frozenset(map(str, state.get("added", []))),
                awaited={
                    id_: (from_iso(created), from_iso(since))
                    for id_, (created, since) in state.get("awaited", {}).items()
                },
                ahead=_ahead(ahead) if ahead else None,
                pending=_pending(pending) if pending else None,
            )
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise ConfigurationError(
                f"The state of stream {stream!r} is damaged. Repair it, or remove it to read the "
                "whole date_range again; the target merges what it has already."
            ) from error


def _count(number: Any) -> int:
    if (count := int(number)) < 0:
        raise ValueError(number)
    return count


def _ahead(state: Any) -> Ahead:
    return Ahead(from_iso(state["position"]), _windows(state["covered"]))


def _pending(state: Any) -> Pending:
    return Pending(from_iso(state["created"]), from_iso(state["available_on"]))


def _windows(pairs: Iterable[Any]) -> tuple[Window, ...]:
    """The windows that they hold, oldest first; the longest only, if no run could leave so many."""
    windows = union(_window(pair) for pair in pairs)
    longest = sorted(windows, key=lambda window: window.seconds)[-MAX_WINDOWS:]
    return tuple(sorted(longest))


def _window(pair: Any) -> Window:
    start, end = pair
    window = Window(from_iso(start), from_iso(end))
    if window.start > window.end:
        raise ValueError(pair)
    return window
