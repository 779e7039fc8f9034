"""Reads changed objects again, following a plan; each is yielded once, as its page arrives."""

from __future__ import annotations

import threading
from functools import partial
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from tap_stripe_apex.reading.slices import Listed
from tap_stripe_apex.reading.windows import created_filter
from tap_stripe_apex.wire.pool import in_parallel

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from tap_stripe_apex.reading.events import Change
    from tap_stripe_apex.reading.listing import Endpoint
    from tap_stripe_apex.reading.plan import Plan

T = TypeVar("T", bound=Listed)

_FEW: Final = 3
"""Fewer objects of unknown creation time are read one by one: a page may hold none of them."""


class Part(NamedTuple, Generic[T]):
    """The result of one request: objects, and the ids that need no more reading."""

    items: list[T]
    done: Collection[str]


class Rereading(Generic[T]):
    """One execution of a plan.

    Args:
        endpoint: the list endpoint of the objects.
        plan: what to read, and how.
    """

    def __init__(self, endpoint: Endpoint[T], plan: Plan) -> None:
        self._endpoint = endpoint
        self._plan = plan
        self._missing = {change.id for change in (*plan.dated, *plan.undated)}
        self._lock = threading.Lock()

    def skip(self, id_: str) -> None:
        """Leave out an object that was read in the meantime."""
        with self._lock:
            self._missing.discard(id_)

    def parts(self) -> Iterator[Part[T]]:
        """Everything that is not skipped, roughly newest first."""
        jobs: list[tuple[int, Callable[[], Iterable[Part[T]]]]] = [
            *((run[0].created or 0, partial(self._run, run)) for run in self._plan.together),
            *((each.created or 0, partial(self._one, each.id)) for each in self._plan.singly),
        ]
        jobs.sort(key=lambda job: job[0], reverse=True)
        yield from self._in_parallel([job for _, job in jobs])
        undated = [change.id for change in self._plan.undated if change.id in self._missing]
        if len(undated) >= _FEW and self._plan.reach:
            yield from self._around(undated[0], self._plan.reach)
        yield from self._in_parallel([partial(self._one, id_) for id_ in undated])

    def _run(self, run: Sequence[Change]) -> Iterator[Part[T]]:
        """List from the newest missing object on; each page brings at least one of them."""
        oldest = run[-1].created or 0
        last: Sequence[T] = ()
        done = 0
        while True:
            while done < len(run) and run[done].id not in self._missing:
                done += 1
            if done == len(run):
                return
            newest = run[done].created or 0
            filters = created_filter(gte=oldest, lte=newest)
            page = self._endpoint.page(filters, after=last).content
            part = self._take(page.data)
            yield part
            # An object that is newer than the page's last should have been on it, unless one
            # second holds more than a page: then the next page is worth it while pages help.
            reached = page.data[-1].created if page.has_more else oldest
            rest = takewhile(lambda c: (c.created or 0) >= reached, islice(run, done, None))  # noqa: B023 - used up at once
            overdue = [change.id for change in rest if change.id in self._missing]
            last = ()
            if page.has_more and part.items and len(overdue) > 1:
                last = page.data
                continue
            for id_ in overdue:
                yield from self._one(id_)

    def _around(self, id_: str, reach: int) -> Iterator[Part[T]]:
        """Read one object of unknown age, and list around it for as long as that brings others."""
        part = self._single(id_)
        yield part
        filters = [
            bound for item in part.items for bound in created_filter(lte=item.created + reach // 2)
        ]
        for items in self._endpoint.pages(filters) if filters and self._missing else ():
            part = self._take(items)
            yield part
            if not (part.items and self._missing):
                return

    def _one(self, id_: str) -> Iterator[Part[T]]:
        if id_ in self._missing:
            yield self._single(id_)

    def _single(self, id_: str) -> Part[T]:
        item = self._endpoint.one(id_)
        if item is not None:
            return self._take([item])
        self.skip(id_)
        return Part([], (id_,))

    def _take(self, items: Iterable[T]) -> Part[T]:
        """Those of `items` that are still missing; others may have come with another page."""
        with self._lock:
            taken = [item for item in items if item.id in self._missing]
            done = [item.id for item in taken]
            self._missing.difference_update(done)
        return Part(taken, done)

    def _in_parallel(self, jobs: Sequence[Callable[[], Iterable[Part[T]]]]) -> Iterator[Part[T]]:
        return in_parallel(jobs, self._endpoint.session.limiter)
