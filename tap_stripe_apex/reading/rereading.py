"""Objects that changed, read again by a plan: page by page as they come, each once."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice, takewhile
from queue import Empty, Queue
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from tap_stripe_apex.reading.slices import Listed
from tap_stripe_apex.reading.windows import created_filter

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from tap_stripe_apex.reading.events import Change
    from tap_stripe_apex.reading.listing import Endpoint
    from tap_stripe_apex.reading.plan import Plan

T = TypeVar("T", bound=Listed)
R = TypeVar("R")

_FEW: Final = 3
"""Fewer objects of unknown age are not worth a page that may hold none of them."""


class Part(NamedTuple, Generic[T]):
    """What one request brought: objects, and the ids with which nothing is left to do."""

    items: list[T]
    done: Collection[str]


class Rereading(Generic[T]):
    """One pass through a plan.

    Args:
        endpoint: where the objects are.
        plan: which, and how.
    """

    def __init__(self, endpoint: Endpoint[T], plan: Plan) -> None:
        self._endpoint = endpoint
        self._plan = plan
        self._missing = {change.id for change in (*plan.dated, *plan.undated)}
        self._lock = threading.Lock()

    def skip(self, id_: str) -> None:
        """This one was read meanwhile."""
        with self._lock:
            self._missing.discard(id_)

    def parts(self) -> Iterator[Part[T]]:
        """All that is not skipped, about from the newest on."""
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
        cursor: list[tuple[str, str | int]] = []
        done = 0
        while True:
            while done < len(run) and run[done].id not in self._missing:
                done += 1
            if done == len(run):
                return
            newest = run[done].created or 0
            filters = created_filter(gte=oldest, lte=newest)
            page = self._endpoint.page([*filters, *cursor]).content
            part = self._take(page.data)
            yield part
            # Who was created later than the page's last should have been on it, unless one
            # second holds more than a page: then the next page is worth it while pages help.
            reached = page.data[-1].created if page.has_more else oldest
            rest = takewhile(lambda c: (c.created or 0) >= reached, islice(run, done, None))  # noqa: B023 - used up at once
            overdue = [change.id for change in rest if change.id in self._missing]
            cursor = []
            if page.has_more and part.items and len(overdue) > 1:
                cursor = [("starting_after", page.data[-1].id)]
                continue
            for id_ in overdue:
                yield from self._one(id_)

    def _around(self, id_: str, reach: int) -> Iterator[Part[T]]:
        """Read one object of unknown age, and list around it for as long as that brings others."""
        part = self._single(id_)
        yield part
        cursor: Sequence[tuple[str, str | int]] = [
            bound for item in part.items for bound in created_filter(lte=item.created + reach // 2)
        ]
        while cursor and self._missing:
            page = self._endpoint.page(cursor).content
            part = self._take(page.data)
            yield part
            more = page.has_more and part.items
            cursor = [("starting_after", page.data[-1].id)] if more else []

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
        """Those of `items` that are missing; any page may hold what another was to bring."""
        with self._lock:
            taken = [item for item in items if item.id in self._missing]
            done = [item.id for item in taken]
            self._missing.difference_update(done)
        return Part(taken, done)

    def _in_parallel(self, jobs: Sequence[Callable[[], Iterable[Part[T]]]]) -> Iterator[Part[T]]:
        return in_parallel(jobs, self._endpoint.session.limiter.concurrency)


def in_parallel(jobs: Sequence[Callable[[], Iterable[R]]], threads: int) -> Iterator[R]:
    """What the jobs bring, as it comes; the first error ends it. Little waits to be taken."""
    if len(jobs) == 1:
        yield from jobs[0]()
    elif jobs:
        yield from _Threads(jobs, threads).results()


class _Threads(Generic[R]):
    """Threads that do jobs in their order, and hand over what each brings."""

    def __init__(self, jobs: Sequence[Callable[[], Iterable[R]]], threads: int) -> None:
        self._waiting = iter(jobs)
        self._working = min(threads, len(jobs))
        self._results: Queue[R | _Ended] = Queue(maxsize=threads)
        self._lock = threading.Lock()
        self._stopped = False

    def results(self) -> Iterator[R]:
        for _ in range(self._working):
            threading.Thread(target=self._work, daemon=True).start()
        try:
            while self._working:
                result = self._results.get()
                if not isinstance(result, _Ended):
                    yield result
                    continue
                self._working -= 1
                if result.error is not None:
                    raise result.error
        finally:
            self._stop()

    def _work(self) -> None:
        failure: BaseException | None = None
        try:
            while job := self._next():
                for result in job():
                    self._results.put(result)
                    if self._stopped:
                        break
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that reads
            failure = error
        self._results.put(_Ended(failure))

    def _next(self) -> Callable[[], Iterable[R]] | None:
        with self._lock:
            return None if self._stopped else next(self._waiting, None)

    def _stop(self) -> None:
        self._stopped = True
        with suppress(Empty):  # a thread that hangs in a request ends with the process
            while self._working:
                self._working -= isinstance(self._results.get(timeout=1), _Ended)


@dataclass(frozen=True, slots=True)
class _Ended:
    """A thread has nothing left to do, or failed."""

    error: BaseException | None
