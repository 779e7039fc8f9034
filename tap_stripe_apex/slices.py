"""How a long range is listed by many requests at once, and comes out oldest first.

Stripe lists newest first and pages by cursor, so one listing is one request after another. A
range is therefore cut into slices of time. Each slice is listed on its own; it is sized by the
density seen so far, so that its last, half-empty page weighs little. A slice that turns out too
dense is cut where it stands, and its older rest is planned anew; when nothing is left to start,
the slice with most left gives its older half away. Slices come out in the order of time once all
of their pages are in. What comes out first is read first, and how far ahead of it others may be
read is bounded: that bounds the memory, and a busy day is read by all requests at once, whatever
newer slices are waiting for it.

This module is pure: it decides which page to ask for next, and never asks. It is not locked; its
caller is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, Protocol, TypeVar

from tap_stripe_apex.timerange import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PAGE_SIZE: Final = 100
"""The most that Stripe lists at once. https://docs.stripe.com/api/pagination"""

PAGES_PER_SLICE: Final = 25
MAX_BUFFERED: Final = 70_000
"""Items that wait for older ones, at most; the oldest slice is read on whatever waits."""

_EVIDENCE: Final = 4
"""Pages of a slice after which its density is believed to differ from what was planned."""
_SURPRISE: Final = 8
"""A slice that has more than so many slices' worth left is cut early."""
_MIN_PAGES_TO_SHARE: Final = 4
_EMPTY_SLICE_GROWTH: Final = 8


class Listed(Protocol):
    """What any listed object of Stripe has."""

    @property
    def id(self) -> str:
        """Stripe's id."""

    @property
    def created(self) -> int:
        """Seconds since 1970."""


T = TypeVar("T", bound=Listed)


@dataclass(slots=True, eq=False)
class _Rest(Generic[T]):
    """A part of the range of which nothing was asked yet; slices are cut off its older end.

    Attributes:
        per_second: objects a second that it is expected to have; None while nobody knows.
        trusted: whether that was seen in it; if not, one slice at a time is tried.
        tried: the slice that was cut off last.
        surprise: how many slices are as dense as one that has far more than was expected.
    """

    window: Window
    per_second: float | None = None
    trusted: bool = False
    tried: _Slice[T] | None = None
    surprise: int = _SURPRISE

    @property
    def is_being_tried(self) -> bool:
        """Whether the next answer will tell how large slices should be."""
        return not self.trusted and self.tried is not None and not self.tried.pages


@dataclass(slots=True, eq=False)
class _Slice(Generic[T]):
    """A part of the range that is listed, page after page.

    Attributes:
        rest: what it was cut off from, which learns from it.
        per_second: objects a second, as expected.
    """

    window: Window
    rest: _Rest[T]
    per_second: float | None
    in_flight: bool = False
    complete: bool = False
    items: list[T] = field(default_factory=list)
    pages: int = 0

    @property
    def reached(self) -> int:
        """Everything in the window created after this second is here."""
        return self.items[-1].created if self.items else self.window.end

    @property
    def expected(self) -> int:
        """How many items it will have, about."""
        return max(len(self.items), 0 if self.complete else PAGES_PER_SLICE * PAGE_SIZE)

    @property
    def pages_left(self) -> float:
        """Estimated by the density of its last page, or as expected."""
        per_second = self.per_second or 0.0
        if self.items:
            last = self.items[-PAGE_SIZE:]
            per_second = len(last) / (last[0].created - last[-1].created + 1)
        return (self.reached - self.window.start) * per_second / PAGE_SIZE

    @property
    def is_too_dense(self) -> bool:
        """Whether it has far more left than a slice should have."""
        if self.per_second is None:
            return True
        if self.pages >= PAGES_PER_SLICE:
            return self.pages_left > PAGES_PER_SLICE / 2
        # Not by the last page alone: most accounts are denser by day than by night.
        per_second = len(self.items) / max(1, self.window.end - self.reached)
        left = (self.reached - self.window.start) * per_second / PAGE_SIZE
        return self.pages >= _EVIDENCE and left > _SURPRISE * PAGES_PER_SLICE


class PageRequest(NamedTuple, Generic[T]):
    """One page to ask for: objects created in `window`, after the object `starting_after`."""

    slice: _Slice[T]
    window: Window
    starting_after: str | None


class Slices(Generic[T]):
    """The state of one concurrent listing.

    Args:
        windows: what to list; the seconds of overlapping windows come out once per window.
        per_second: a first guess of the density, in objects a second; learnt if None.
    """

    def __init__(self, windows: Iterable[Window], per_second: float | None = None) -> None:
        self._parts: list[_Rest[T] | _Slice[T]] = [
            _Rest(window, per_second, trusted=per_second is not None)
            for window in sorted(windows)
            if window.seconds
        ]
        self._per_second = per_second
        self._waiting = 0

    @property
    def finished(self) -> bool:
        """Whether everything was read and taken out."""
        return not self._parts

    def ask(self) -> PageRequest[T] | None:
        """The most useful page to request now, or None while there is nothing to start.

        What comes out first is read first. A newer slice is read while what waits already, and
        what older slices have yet to bring, leave it room.
        """
        ahead, soon = self._waiting, False
        for index, part in enumerate(self._parts):
            room = not index or ahead <= MAX_BUFFERED
            if isinstance(part, _Rest):
                if part.is_being_tried:
                    soon = True
                elif room:
                    return self._request(self._plan(index, part))
            elif room and not (part.in_flight or part.complete):
                return self._request(part)
            else:
                ahead += part.expected - len(part.items)
        shared = None if soon else self._share()
        return self._request(shared) if shared else None

    def answer(self, request: PageRequest[T], items: Sequence[T], *, has_more: bool) -> None:
        """Take in the page that `request` brought, newest first as Stripe has it."""
        part = request.slice
        part.in_flight = False
        part.pages += 1
        # A slice that gave its older half away meanwhile has asked for more than it now owns.
        own = [item for item in items if item.created >= part.window.start]
        part.items += own
        self._waiting += len(own)
        if not has_more or len(own) < len(items) or not items:
            part.complete = True
            self._learn(part)
        elif part.is_too_dense:
            self._cut(part)
        else:
            part.rest.trusted = True

    def take(self) -> Iterator[tuple[Window, list[T]]]:
        """The complete slices from the oldest on, each with its objects oldest first."""
        while self._parts and isinstance(done := self._parts[0], _Slice) and done.complete:
            del self._parts[0]
            self._waiting -= len(done.items)
            done.items.reverse()
            yield done.window, done.items

    @staticmethod
    def _request(part: _Slice[T]) -> PageRequest[T]:
        part.in_flight = True
        return PageRequest(part, part.window, part.items[-1].id if part.items else None)

    def _plan(self, index: int, rest: _Rest[T]) -> _Slice[T]:
        """Cut a slice of the wanted size off the older end of a rest, or make it one whole."""
        per_second = rest.per_second = rest.per_second or self._per_second
        start, end = rest.window
        seconds = rest.window.seconds
        if per_second is not None:
            wanted = max(1, int(PAGES_PER_SLICE * PAGE_SIZE / per_second))
            seconds = wanted if seconds > wanted * 1.5 else seconds
        part = rest.tried = _Slice(Window(start, start + seconds), rest, per_second)
        rest.window = Window(start + seconds, end)
        self._parts[index : index + 1] = [part, rest] if rest.window.seconds else [part]
        return part

    def _learn(self, part: _Slice[T]) -> None:
        """Plan what is left, beside this slice and elsewhere, by its density."""
        seconds, expected = part.window.seconds, part.per_second
        if not seconds:
            return
        if part.items:
            per_second = len(part.items) / seconds
        else:
            per_second = (expected or _EMPTY_SLICE_GROWTH / seconds) / _EMPTY_SLICE_GROWTH
        self._per_second = part.rest.per_second = per_second
        part.rest.trusted = bool(part.items) and per_second * _SURPRISE >= (expected or 0)

    def _cut(self, part: _Slice[T]) -> None:
        """Complete what is here, and leave the older rest to be planned anew.

        The oldest second on the page may go on behind the cursor, so it belongs to the rest.
        Where everything read lies in that one second there is nothing to cut. How far back the
        density goes is not known: a few slices beside this one are planned by it, and twice as
        many at the next surprise; what is older is planned as before.
        """
        boundary = part.reached + 1
        kept = len(part.items)
        while kept and part.items[kept - 1].created < boundary:
            kept -= 1
        if not kept:
            return
        self._waiting -= len(part.items) - kept
        del part.items[kept:]
        start, end = part.window
        part.window = Window(boundary, end)
        part.complete = True
        per_second = kept / part.window.seconds
        self._per_second = self._per_second or per_second
        surprise = part.rest.surprise
        seconds = math.ceil(surprise * PAGES_PER_SLICE * PAGE_SIZE / per_second)
        middle = max(start, boundary - seconds)
        older: _Rest[T] = _Rest(Window(start, middle), part.per_second, surprise=2 * surprise)
        dense: _Rest[T] = _Rest(Window(middle, boundary), per_second, trusted=True)
        index = self._parts.index(part)
        self._parts[index:index] = [rest for rest in (older, dense) if rest.window.seconds]

    def _share(self) -> _Slice[T] | None:
        """Let the slice with most left give its older half away."""
        busy = [part for part in self._parts if isinstance(part, _Slice) and part.in_flight]
        if not busy:
            return None
        giver = max(busy, key=lambda part: part.pages_left)
        start, end = giver.window
        middle = (start + giver.reached) // 2
        if giver.pages_left < _MIN_PAGES_TO_SHARE or not start < middle < giver.reached:
            return None
        part = _Slice(Window(start, middle), giver.rest, giver.per_second)
        self._parts.insert(self._parts.index(giver), part)
        giver.window = Window(middle, end)
        return part
