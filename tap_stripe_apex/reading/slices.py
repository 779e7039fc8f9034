"""Lists a long range by many concurrent requests, and yields it oldest first.

Stripe lists newest first and pages by cursor, so one listing is one request after another. A
range is therefore cut into slices of time. Each slice is listed on its own; it is sized by the
density seen so far, so that its last, half-empty page weighs little. The estimate may
be wrong by any factor: a slice that others wait for, or that would end last, hands the older half
of its rest to a new slice. A slice is yielded when all of its pages have arrived, and all older
slices were yielded. The oldest slices are read first, and how far newer ones may be read ahead is
limited. This limits the memory, and all requests work on a busy day if newer slices wait for it.

This module is pure: it decides which page to request next, and requests nothing. It does not lock;
its caller does.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, Protocol, TypeVar

from tap_stripe_apex.reading.windows import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PAGE_SIZE: Final = 100
"""The most that Stripe lists at once. https://docs.stripe.com/api/pagination"""

PAGES_PER_SLICE: Final = 25
MAX_BUFFERED: Final = 90_000
"""The most items that wait for older ones; the oldest slice is always read on."""

PORTION: Final = 5_000
"""The most items of a slice that are yielded at a time."""

_LAST_PAGES: Final = 4
"""The density of a slice's rest is taken from so many of its last pages."""
_BESIDE: Final = 3
"""The density of the next slice is taken from so many slices beside it."""
_MIN_PAGES_TO_SHARE: Final = 4
_MIN_PAGES_TO_HASTEN: Final = 16
"""The fewest pages left in a slice that is split; each slice costs half a page on average."""
_EMPTY_SLICE_GROWTH: Final = 8


class Listed(Protocol):
    """The fields that every listed object of Stripe has."""

    @property
    def id(self) -> str:
        """The object's id."""

    @property
    def created(self) -> int:
        """Seconds since 1970."""


T = TypeVar("T", bound=Listed)


@dataclass(slots=True, eq=False)
class _Rest:
    """A part of the range that was not requested yet; slices are cut off its older end.

    Attributes:
        per_second: expected objects per second; None while that is unknown.
        untold: slices that were cut off since the last answer gave a density.
    """

    window: Window
    per_second: float | None = None
    untold: int = 0


@dataclass(slots=True, eq=False)
class _Slice(Generic[T]):
    """A part of the range that is listed, page after page.

    Attributes:
        rest: the part that it was cut off from, which learns from its density.
        per_second: expected objects per second; None if that was unknown.
        pages: how many were answered.
        shared_at: its `pages` when it was last split.
    """

    window: Window
    rest: _Rest
    per_second: float | None
    in_flight: bool = False
    complete: bool = False
    items: list[T] = field(default_factory=list)
    pages: int = 0
    shared_at: int = 0

    @property
    def reached(self) -> int:
        """Everything in the window that was created after this second has arrived."""
        return self.items[-1].created if self.items else self.window.end

    @property
    def seconds_read(self) -> int:
        """Seconds of the window that have arrived."""
        return self.window.end - (self.window.start if self.complete else self.reached)

    @property
    def density(self) -> float:
        """Objects per second in what is left: as in its last pages, or as expected."""
        if not self.items:
            return self.per_second or 0.0
        last = self.items[-_LAST_PAGES * PAGE_SIZE :]
        return len(last) / (last[0].created - last[-1].created + 1)

    @property
    def pages_left(self) -> float:
        """About how many pages are left."""
        if self.complete:
            return 0.0
        return (self.reached - self.window.start) * self.density / PAGE_SIZE


class PageRequest(NamedTuple, Generic[T]):
    """A page to request: objects created in `window`, after the last of those in `read`."""

    slice: _Slice[T]
    window: Window
    read: Sequence[T]


class Slices(Generic[T]):
    """The state of one concurrent listing.

    Args:
        windows: of creation; objects in overlapping windows are yielded once for each of them.
        per_second: a first estimate of objects per second; None if there is none.
    """

    def __init__(self, windows: Iterable[Window], per_second: float | None = None) -> None:
        self._parts: list[_Rest | _Slice[T]] = [
            _Rest(window, per_second) for window in sorted(windows) if window.seconds
        ]
        self._ready: deque[tuple[Window, list[T]]] = deque()
        self._per_second = per_second
        self.in_flight = 0
        """Pages that were requested and not answered yet."""
        self._most_in_flight = 1
        self._waiting = 0

    @property
    def finished(self) -> bool:
        """Whether everything was read and taken."""
        return not self._parts and not self._ready

    def ask(self) -> PageRequest[T] | None:
        """The next page to request; None while there is none.

        The oldest slice comes first. A newer slice is read if the buffer has room for it beside the
        items that wait and those that older slices are expected to bring.
        """
        ahead, room = self._waiting, self._room
        for index, part in enumerate(self._parts):
            if index and ahead > room:
                return self._hasten()
            if isinstance(part, _Rest):
                if part.untold and not (part.per_second or self._per_second):
                    return None  # the first answer gives the density
                return self._request(self._plan(index, part))
            if not (part.in_flight or part.complete):
                return self._request(part)
            ahead += int(PAGE_SIZE * min(part.pages_left, 2 * PAGES_PER_SLICE))
        return self._hasten() or self._end()

    def answer(self, request: PageRequest[T], items: Sequence[T], *, has_more: bool) -> None:
        """Store the page for `request`, newest first as Stripe sends it."""
        part = request.slice
        part.in_flight = False
        part.pages += 1
        self.in_flight -= 1
        # A slice that was split since has requested more than it owns now.
        own = [item for item in items if item.created >= part.window.start]
        part.items += own
        self._waiting += len(own)
        part.complete = not has_more or len(own) < len(items)
        if part.complete or part.per_second is not None:
            self._learn(part)
        else:
            self._give_back(part)

    def take(self) -> tuple[Window, list[T]] | None:
        """The oldest complete part, oldest object first; None if there is none.

        Items count as waiting until they are taken.
        """
        if not self._ready and self._parts:
            done = self._parts[0]
            if isinstance(done, _Slice) and done.complete:
                del self._parts[0]
                done.items.reverse()
                self._ready.extend(_portions(done.window, done.items))
        if not self._ready:
            return None
        window, items = self._ready.popleft()
        self._waiting -= len(items)
        return window, items

    @property
    def _room(self) -> int:
        """Items that may wait: beside each slice in flight, two more."""
        return min(MAX_BUFFERED, 3 * PAGES_PER_SLICE * PAGE_SIZE * self._most_in_flight)

    def _request(self, part: _Slice[T]) -> PageRequest[T]:
        part.in_flight = True
        self.in_flight += 1
        self._most_in_flight = max(self._most_in_flight, self.in_flight)
        return PageRequest(part, part.window, part.items)

    def _plan(self, index: int, rest: _Rest) -> _Slice[T]:
        """Cut a slice of the wanted size off the older end of a rest, or take all of it.

        Until an answer gives the density, each slice is twice as long as the one before: a long
        time with few objects then costs few requests, and many of them are in flight at once.
        """
        per_second = rest.per_second or self._per_second
        start, end = rest.window
        seconds = rest.window.seconds
        if per_second is not None:
            wanted = int(PAGES_PER_SLICE * PAGE_SIZE / per_second * 2**rest.untold)
            seconds = max(1, wanted) if seconds > wanted * 1.5 else seconds
        rest.untold += 1
        part: _Slice[T] = _Slice(Window(start, start + seconds), rest, per_second)
        rest.window = Window(start + seconds, end)
        self._parts[index : index + 1] = [part, rest] if rest.window.seconds else [part]
        return part

    def _learn(self, part: _Slice[T]) -> None:
        """Estimate the density of a rest, and of those without one, from the slices beside it."""
        rest, beside = part.rest, [part]
        rest.untold = 0
        if rest in self._parts:
            older = reversed(self._parts[: self._parts.index(rest)])
            slices = takewhile(lambda each: isinstance(each, _Slice), older)
            answered = (each for each in slices if isinstance(each, _Slice) and each.pages)
            beside = list(islice(answered, _BESIDE))
        items = sum(len(each.items) for each in beside)
        seconds = sum(each.seconds_read for each in beside)
        if items and seconds:
            self._per_second = rest.per_second = items / seconds
        elif not items:
            expected = part.per_second or 1 / max(1, part.window.seconds)
            self._per_second = rest.per_second = expected / _EMPTY_SLICE_GROWTH

    def _give_back(self, part: _Slice[T]) -> None:
        """End a slice of unknown density after a page, and return its older part to the rest.

        The oldest second on the page may continue on the next page, so it belongs to the rest. If
        the whole page lies in one second, the density is still unknown.
        """
        boundary = part.reached + 1
        kept = bisect_right(part.items, -boundary, key=lambda item: -item.created)
        if not kept:
            return
        self._waiting -= len(part.items) - kept
        del part.items[kept:]
        start, end = part.window
        part.window = Window(boundary, end)
        part.complete = True
        per_second = self._per_second = self._per_second or kept / part.window.seconds
        self._parts.insert(self._parts.index(part), _Rest(Window(start, boundary), per_second))

    def _hasten(self) -> PageRequest[T] | None:
        """Split the oldest slice that has much left, since newer ones wait for it."""
        long = (part for part in self._givers() if part.pages_left >= _MIN_PAGES_TO_HASTEN)
        return self._share(next(long, None))

    def _end(self) -> PageRequest[T] | None:
        """Split the slice that has most left, since it would end last."""
        longest = max(self._givers(), key=lambda part: part.pages_left, default=None)
        return self._share(longest)

    def _givers(self) -> Iterator[_Slice[T]]:
        """Slices that can be split, oldest first.

        A slice that was split must first read another page, which shows how good the estimate was.
        """
        for part in self._parts:
            if (
                isinstance(part, _Slice)
                and part.in_flight
                and part.pages > part.shared_at
                and part.pages_left >= _MIN_PAGES_TO_SHARE
                and part.reached - part.window.start > 1
            ):
                yield part

    def _share(self, giver: _Slice[T] | None) -> PageRequest[T] | None:
        """Request the older half of what a slice has left, which becomes a slice of its own."""
        if giver is None:
            return None
        start, end = giver.window
        middle = (start + giver.reached) // 2
        part: _Slice[T] = _Slice(Window(start, middle), giver.rest, giver.density)
        self._parts.insert(self._parts.index(giver), part)
        giver.window = Window(middle, end)
        giver.shared_at = giver.pages
        return self._request(part)


def _portions(window: Window, items: list[T]) -> Iterator[tuple[Window, list[T]]]:
    """A long slice in parts of whole seconds, so that the state can be written after each."""
    start, first = window.start, 0
    while first + PORTION < len(items):
        end = items[first + PORTION].created + 1
        behind = bisect_left(items, end, key=lambda item: item.created)
        yield Window(start, end), items[first:behind]
        start, first = end, behind
    if start < window.end:
        yield Window(start, window.end), items[first:]
