"""The cheapest way to read changed objects again, and how far a plan got. Pure."""

from __future__ import annotations

import sys
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tap_stripe_apex.reading.slices import PAGE_SIZE
from tap_stripe_apex.reading.windows import Window, union

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from tap_stripe_apex.reading.events import Change


@dataclass(frozen=True, slots=True)
class Plan:
    """How to read changed objects again.

    Attributes:
        together: objects so close in time that one page is likely to hold several; newest first.
            They are listed from the newest missing one on, so that each page brings at least one.
        singly: one request each; newest first.
        undated: objects whose time of creation is unknown.
        reach: about how many seconds a page covers; None if that is unknown.
    """

    together: Sequence[Sequence[Change]] = ()
    singly: Sequence[Change] = ()
    undated: Sequence[Change] = ()
    reach: int | None = None

    @property
    def dated(self) -> Iterator[Change]:
        """All objects whose time of creation is known."""
        yield from self.singly
        for run in self.together:
            yield from run

    @property
    def requests(self) -> float:
        """About how many requests the plan takes at most."""
        together = sum(map(len, self.together)) / PAGE_SIZE
        return len(self.singly) + len(self.undated) + together


_NEAR: Final = 10
"""The greatest distance of neighbours in `together`, in pages. Listing a page costs one request,
as reading one object does, and where objects are sparser than on average it may hold several."""


def plan_reads(changes: Iterable[Change], seconds_per_object: float | None) -> Plan:
    """The plan that needs at most one request for each change, and mostly fewer.

    Args:
        changes: what to read, each object once.
        seconds_per_object: mean distance in time of neighbours in the list, if known.
    """
    undated: list[Change] = []
    dated: list[Change] = []
    for change in changes:
        (undated if change.created is None else dated).append(change)
    dated.sort(key=_created, reverse=True)
    reach = int(PAGE_SIZE * seconds_per_object) if seconds_per_object else None
    near = _NEAR * reach if reach else sys.maxsize
    together: list[list[Change]] = []
    for change in dated:
        if together and _apart(together[-1][-1], change) <= near:
            together[-1].append(change)
        else:
            together.append([change])
    return Plan(
        together=[part for run in together if len(run) > 1 for part in _parted(run)],
        singly=[run[0] for run in together if len(run) == 1],
        undated=undated,
        reach=reach,
    )


_MIN_PARTED: Final = 10 * PAGE_SIZE


def _parted(run: list[Change]) -> list[list[Change]]:
    """A long run in two parts, which are listed concurrently at the cost of one more page."""
    if len(run) < _MIN_PARTED:
        return [run]
    middle = len(run) // 2
    # Objects of one second stay together: a list cannot be entered in the middle of a second.
    while middle < len(run) and run[middle].created == run[middle - 1].created:
        middle += 1
    return [part for part in (run[:middle], run[middle:]) if part]


def finished_windows(
    covered: Iterable[Window], done: Iterable[int], pending: Collection[int]
) -> list[Window]:
    """The windows of `covered` in which all objects that changed were read again.

    Args:
        covered: windows of creation.
        done: creation times of the objects that were read again.
        pending: creation times of the objects that are yet to be read.
    """
    edges = sorted(set(pending))
    holding = {bisect_left(edges, second) for second in set(done).difference(edges)}
    open_ = [
        Window(edges[n - 1] + 1 if n else -sys.maxsize, edges[n] if n < len(edges) else sys.maxsize)
        for n in holding
    ]
    both = [
        Window(max(one.start, other.start), min(one.end, other.end))
        for one in covered
        for other in open_
    ]
    return union(both)


def _created(change: Change) -> int:
    return change.created or 0


def _apart(later: Change, earlier: Change) -> int:
    return _created(later) - _created(earlier)
