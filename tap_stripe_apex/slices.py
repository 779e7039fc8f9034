"""How a long range is listed by many requests at once, and comes out oldest first.

Stripe lists newest first and pages by cursor, so one listing is one request after another. A
range is therefore cut into slices of time. Each slice is listed on its own; it is sized by the
density seen so far, so that its last, half-empty page weighs little. A slice that turns out too
dense is cut where it stands, and its older rest is planned anew; when nothing is left to start,
the slice with most left gives its older half away. Slices come out in the order of time once all
of their pages are in.

This module is pure: it decides which page to ask for next, and never asks. It is not locked; its
caller is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, Protocol, TypeVar

from tap_stripe_apex.timerange import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PAGE_SIZE: Final = 100
"""The most that Stripe lists at once. https://docs.stripe.com/api/pagination"""

PAGES_PER_SLICE: Final = 25
MAX_BUFFERED: Final = 60_000
"""Items that may wait for older ones; the oldest slice is read on whatever waits."""
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
class _Slice(Generic[T]):
    """A part of the range; unplanned until its first page is asked for."""

    window: Window
    planned: bool = False
    in_flight: bool = False
    complete: bool = False
    items: list[T] = field(default_factory=list)
    pages: int = 0

    @property
    def reached(self) -> int:
        """Everything in the window created after this second is here."""
        return self.items[-1].created if self.items else self.window.end


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
        self._slices: list[_Slice[T]] = [_Slice(w) for w in sorted(windows) if w.seconds]
        self._per_second = per_second

    @property
    def finished(self) -> bool:
        """Whether everything was read and taken out."""
        return not self._slices

    def ask(self) -> PageRequest[T] | None:
        """The most useful page to request now, or None while there is nothing to start."""
        room = self._has_room()
        for index, part in enumerate(self._slices):
            if part.in_flight or part.complete:
                continue
            if part.planned:
                return self._request(part)
            if room or not index:
                return self._request(self._plan(index))
        shared = self._share() if room else None
        return self._request(shared) if shared else None

    def answer(self, request: PageRequest[T], items: Sequence[T], *, has_more: bool) -> None:
        """Take in the page that `request` brought, newest first as Stripe has it."""
        part = request.slice
        part.in_flight = False
        part.pages += 1
        # A slice that gave its older half away meanwhile has asked for more than it now owns.
        own = [item for item in items if item.created >= part.window.start]
        part.items += own
        if not has_more or len(own) < len(items) or not items:
            part.complete = True
            self._learn(part.window, len(part.items))
        elif self._is_too_dense(part):
            self._cut(part)

    def take(self) -> Iterator[tuple[Window, list[T]]]:
        """The complete slices from the oldest on, each with its objects oldest first."""
        while self._slices and self._slices[0].complete:
            done = self._slices.pop(0)
            done.items.reverse()
            yield done.window, done.items

    def _has_room(self) -> bool:
        buffered = sum(len(part.items) for part in self._slices)
        opened = sum(part.planned and not part.complete for part in self._slices)
        return buffered + opened * PAGES_PER_SLICE * PAGE_SIZE <= MAX_BUFFERED

    @staticmethod
    def _request(part: _Slice[T]) -> PageRequest[T]:
        part.in_flight = True
        return PageRequest(part, part.window, part.items[-1].id if part.items else None)

    def _plan(self, index: int) -> _Slice[T]:
        """Cut a slice of the wanted size off the older end of an unplanned one."""
        part = self._slices[index]
        if self._per_second is not None:
            seconds = max(1, int(PAGES_PER_SLICE * PAGE_SIZE / self._per_second))
            if part.window.seconds > seconds * 1.5:
                start, end = part.window
                part.window = Window(start + seconds, end)
                part = _Slice(Window(start, start + seconds))
                self._slices.insert(index, part)
        part.planned = True
        return part

    def _learn(self, window: Window, count: int) -> None:
        if not window.seconds:
            return
        if count:
            self._per_second = count / window.seconds
        elif self._per_second is None:
            self._per_second = 1 / window.seconds
        else:
            self._per_second /= _EMPTY_SLICE_GROWTH

    def _pages_left(self, part: _Slice[T]) -> float:
        """Estimated by the slice's own density, or by that of its neighbours."""
        seconds = part.window.end - part.reached
        if part.items and seconds:
            per_second = len(part.items) / seconds
        else:
            per_second = self._per_second or 0.0
        return (part.reached - part.window.start) * per_second / PAGE_SIZE

    def _is_too_dense(self, part: _Slice[T]) -> bool:
        if self._per_second is None:
            return True
        return part.pages >= PAGES_PER_SLICE and self._pages_left(part) > PAGES_PER_SLICE / 2

    def _cut(self, part: _Slice[T]) -> None:
        """Complete what is here, and leave the older rest to be planned anew.

        The oldest second on the page may go on behind the cursor, so it belongs to the rest.
        Where everything read lies in that one second there is nothing to cut.
        """
        boundary = part.reached + 1
        kept = len(part.items)
        while kept and part.items[kept - 1].created < boundary:
            kept -= 1
        if not kept:
            return
        del part.items[kept:]
        start, end = part.window
        self._slices.insert(self._slices.index(part), _Slice(Window(start, boundary)))
        part.window = Window(boundary, end)
        part.complete = True
        self._learn(part.window, kept)

    def _share(self) -> _Slice[T] | None:
        """Let the slice with most left give its older half away."""
        busy = [part for part in self._slices if part.in_flight]
        if not busy:
            return None
        giver = max(busy, key=self._pages_left)
        start, end = giver.window
        middle = (start + giver.reached) // 2
        if self._pages_left(giver) < _MIN_PAGES_TO_SHARE or not start < middle < giver.reached:
            return None
        part: _Slice[T] = _Slice(Window(start, middle), planned=True)
        self._slices.insert(self._slices.index(giver), part)
        giver.window = Window(middle, end)
        return part
