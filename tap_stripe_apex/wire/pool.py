"""The one thread pool: as many requests in flight as the rate needs."""

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
    """Decides what is done next. It needs no lock: the pool holds one during each call."""

    @property
    def in_flight(self) -> int:
        """Jobs that were started and have not ended."""

    @property
    def finished(self) -> bool:
        """Whether every job has ended and every result was taken."""

    def ask(self) -> J_co | None:
        """The next job to start; None while there is none."""

    def take(self) -> R_co | None:
        """The next result; None while there is none."""


class Pool(Generic[J, R]):
    """Threads that do the jobs of `work`.

    Args:
        work: gives the jobs, and takes their results.
        do: does a job, and returns a function that hands its result to `work`.
        limiter: says how many jobs should run at a time.
    """

    def __init__(
        self, work: Work[J, R], do: Callable[[J], Callable[[], None]], limiter: Limiter
    ) -> None:
        self._work = work
        self._do = do
        self._limiter = limiter
        self._lock = threading.Lock()
        self._answered = threading.Condition(self._lock)
        """Notified when a result has arrived; the consumer waits for it."""
        self._useful = threading.Condition(self._lock)
        """Idle threads wait for this; a thread that finds a job notifies the next one."""
        self._error: BaseException | None = None
        self._stopped = False

    def results(self) -> Iterator[R]:
        """The results in order of arrival; the first error ends them."""
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
                thread.join(timeout=1)  # a daemon that hangs in a request ends with the process

    def _next(self) -> J | None:
        """The next job; waits until there is one and the limiter wants another request."""
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
    """The results of the jobs in order of arrival; few are buffered. The first error ends them."""
    if len(jobs) == 1:
        yield from jobs[0]()
    elif jobs:
        work = _Jobs(jobs, limiter.concurrency)
        yield from Pool(work, work.step, limiter).results()


class _Jobs(Generic[R]):
    """Jobs that start in their order; each yields its results one by one.

    Args:
        jobs: iterators of results.
        room: results that may be buffered; while there are so many, no job continues.
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
        """Continue a job until its next result."""
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
