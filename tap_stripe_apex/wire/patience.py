"""How long the tap waits for Stripe, and the one retry loop.

Nothing here knows HTTP. A request that fails in a way that may pass raises `PassingError`; the loop
decides whether to retry it.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeVar

from tap_stripe_apex.errors import StripeError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_NOTICE_EVERY: Final = 60.0
"""Seconds before the first message that the tap is waiting, and between two of them."""

_logger = logging.getLogger("tap-stripe-apex")


class Trouble(StrEnum):
    """The kinds of temporary failures. The value is the field of `Patience` with its time limit."""

    LIMITED = "limited"
    UNAVAILABLE = "unavailable"
    UNREADABLE = "unreadable"
    UNREACHED = "unreached"


@dataclass(frozen=True, slots=True)
class Patience:
    """For how many seconds each kind of failure is retried, and how long one request may take.

    Attributes:
        limited: 429s without a success of any thread in between.
        unavailable: 5xx and broken connections, for one request.
        unreadable: answers that cannot be decoded, for one request.
        unreached: no connection, while there never was one in this run: then a wrong address is
            more likely than a network that is down.
        first_pause: between the first failure and the next try; it doubles with each further one.
        longest_pause: between two tries.
        connecting: the timeout of a connection.
        silence: the timeout between two parts of an answer; a whole answer may take twice as long.
        unless_told: the pause of all threads after a 429 without Retry-After.
        clock: a monotonic clock, in seconds.
        sleep: waits for a number of seconds.
    """

    limited: float = 600.0
    unavailable: float = 300.0
    unreadable: float = 30.0
    unreached: float = 1.5
    first_pause: float = 0.5
    longest_pause: float = 20.0
    connecting: float = 10.0
    silence: float = 60.0
    unless_told: float = 1.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def lasts(self, trouble: Trouble) -> float:
        """Seconds for which this kind of failure is retried."""
        seconds: float = getattr(self, trouble)
        return seconds

    def pause(self, failures: int) -> float:
        """Seconds to wait after that many failures in a row: exponential, with jitter."""
        ceiling = min(self.longest_pause, self.first_pause * 2.0 ** min(failures - 1, 30))
        return ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret


RUN: Final = Patience()
"""The patience of a run: it should rather end late than fail."""

QUESTION: Final = Patience(limited=30.0, unavailable=30.0, unreadable=10.0)
"""The patience of a question whose answer a person waits for."""


class PassingError(Exception):
    """A failure that may pass.

    Args:
        error: raised if the failure does not pass.
        trouble: its kind.
        why: the failure, for the log: a sentence without a full stop.
    """

    def __init__(self, error: StripeError, trouble: Trouble, why: str) -> None:
        super().__init__(why)
        self.error = error
        self.trouble = trouble
        self.why = why


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait: no request has succeeded since `since`, by the clock of the patience."""

    why: str
    since: float


class Retrier:
    """Retries failures that may pass, for any number of threads.

    Attributes:
        waiting: the current wait; None while Stripe answers.
    """

    def __init__(self, patience: Patience) -> None:
        self.waiting: Wait | None = None
        self._patience: Final = patience
        self._lock: Final = threading.Lock()
        self._limited_since: float | None = None
        self._noticed = 0.0

    def call(self, ask: Callable[[], T]) -> T:
        """The result of `ask`, which is called again while it raises a `PassingError`.

        Raises:
            StripeError: `ask` raised it, or it failed with a `PassingError` for too long.
        """
        began: dict[Trouble, float] = {}
        failures = 0
        while True:
            try:
                answer = ask()
            except PassingError as exc:
                failures += 1
                self._wait_or_give_up(exc, began, failures)
            except StripeError:
                self._answered()
                raise
            else:
                self._answered()
                return answer

    def _answered(self) -> None:
        """Note that Stripe answers, even if it refused the request."""
        if self.waiting is not None:
            with self._lock:
                self.waiting = self._limited_since = None

    def _wait_or_give_up(
        self, exc: PassingError, began: dict[Trouble, float], failures: int
    ) -> None:
        patience, now = self._patience, self._patience.clock()
        with self._lock:
            since = began.setdefault(exc.trouble, now)
            if exc.trouble is Trouble.LIMITED:
                if self._limited_since is None:
                    self._limited_since = now
                since = self._limited_since
            self.waiting = Wait(exc.why, self.waiting.since if self.waiting else now)
            left = since + patience.lasts(exc.trouble) - now
            notice = left > 0 and now - max(since, self._noticed) >= _NOTICE_EVERY
            if notice:
                self._noticed = now
        if left <= 0:
            raise exc.error from exc.__cause__
        if notice:
            _logger.warning(
                "%s. This has lasted for %s; it is waited out for %s.",
                exc.why,
                _minutes(now - since),
                _minutes(patience.lasts(exc.trouble)),
            )
        patience.sleep(min(patience.pause(failures), left))


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
