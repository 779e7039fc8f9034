"""The one pool of threads: as many requests in flight as the pace needs, results as they come."""

from __future__ import annotations

import threading
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tap_stripe_apex.wire.limiter import Limiter

J = TypeVar("J")
R = TypeVar("R")
J_co = TypeVar("J_co", covariant=True)
R_co = TypeVar("R_co", covariant=True)


class Work(Protocol[J_co, R_co]):
    """Decides what is done next. It needs no lock: the pool calls it under its own."""

    @property
    def in_flight(self) -> int:
        """Jobs that were given out and not handed in."""

    @property
    def finished(self) -> bool:
        """Whether everything was done and taken out."""

    def ask(self) -> J_co | None:
        """The most useful job now; None while there is nothing to start."""

    def take(self) -> R_co | None:
        """The next result; None while there is none."""


class Pool(Generic[J, R]):
    """Threads that do what `work` asks for.

    Args:
        work: what is to be done, and what came of it.
        do: does a job, and returns how to hand it in to `work`.
        limiter: says how many jobs are useful at a time.
    """

    def __init__(
        self, work: Work[J, R], do: Callable[[J], Callable[[], None]], limiter: Limiter
    ) -> None:
        self._work = work
        self._do = do
        self._limiter = limiter
        self._lock = threading.Lock()
        self._answered = threading.Condition(self._lock)
        """The thread that reads waits for this."""
        self._useful = threading.Condition(self._lock)
        """A thread with nothing to do waits for this; who finds a job wakes the next."""
        self._error: BaseException | None = None
        self._stopped = False

    def results(self) -> Iterator[R]:
        """What comes of the work, as it comes; the first error ends it."""
        threads: list[threading.Thread] = []
        try:
            while True:
                with self._lock:
                    while (ready := self._work.take()) is None:
                        if self._error:
                            raise self._error
                        if self._work.finished:
                            return
                        while len(threads) < self._limiter.in_flight:
                            threads.append(threading.Thread(target=self._run, daemon=True))
                            threads[-1].start()
                        self._answered.wait()
                    self._useful.notify()
                yield ready
        finally:
            with self._lock:
                self._stopped = True
                self._useful.notify_all()
            for thread in threads:
                thread.join(timeout=1)  # one that hangs in a request ends with the process

    def _next(self) -> J | None:
        """A job, as soon as there is one and another request is useful."""
        with self._lock:
            while not (self._stopped or self._error or self._work.finished):
                if self._work.in_flight < self._limiter.in_flight:
                    job = self._work.ask()
                    if job is not None:
                        self._useful.notify()
                        return job
                self._useful.wait()
        return None

    def _run(self) -> None:
        while (job := self._next()) is not None:
            try:
                hand_in = self._do(job)
            except BaseException as exc:  # noqa: BLE001 - raised again by the thread that reads
                with self._lock:
                    self._error = exc
                    self._answered.notify()
                return
            with self._lock:
                hand_in()
                self._answered.notify()


def in_parallel(jobs: Sequence[Callable[[], Iterable[R]]], limiter: Limiter) -> Iterator[R]:
    """The results of the jobs, as they come; the first error ends it. Few wait to be taken."""
    if len(jobs) == 1:
        yield from jobs[0]()
    elif jobs:
        work = _Jobs(jobs, limiter.concurrency)
        yield from Pool(work, work.step, limiter).results()


class _Jobs(Generic[R]):
    """Jobs that are begun in their order; each brings its results one by one.

    Args:
        jobs: what is to be done.
        room: how many results may wait to be taken; while so many do, no job goes on.
    """

    def __init__(self, jobs: Sequence[Callable[[], Iterable[R]]], room: int) -> None:
        self._waiting: deque[Iterator[R]] = deque(map(_begun, jobs))
        self._ready: deque[R] = deque()
        self._room: Final = room
        self.in_flight = 0

    @property
    def finished(self) -> bool:
        return not (self._waiting or self._ready or self.in_flight)

    def ask(self) -> Iterator[R] | None:
        if not self._waiting or len(self._ready) >= self._room:
            return None
        self.in_flight += 1
        return self._waiting.popleft()

    def take(self) -> R | None:
        return self._ready.popleft() if self._ready else None

    def step(self, job: Iterator[R]) -> Callable[[], None]:
        """Go on with a job until its next result."""
        for result in job:
            return partial(self._hand_in, job, result)
        return self._end

    def _hand_in(self, job: Iterator[R], result: R) -> None:
        self.in_flight -= 1
        self._ready.append(result)
        self._waiting.appendleft(job)

    def _end(self) -> None:
        self.in_flight -= 1


def _begun(job: Callable[[], Iterable[R]]) -> Iterator[R]:
    yield from job()
