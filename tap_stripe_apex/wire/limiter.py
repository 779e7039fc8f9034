"""The rate limiter that all threads share: additive increase, multiplicative decrease.

Source of the limits: https://docs.stripe.com/rate-limits
"""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_CATCH_UP_SLOTS: Final = 3
"""So many slots may be made up for after a thread woke late; more would be a burst."""
_RECOVERY_SECONDS: Final = 20
_LATENCY_WEIGHT: Final = 0.2


class Limiter:
    """Spaces requests evenly, and says how many must be in flight to keep that rate.

    Args:
        per_second: the most requests started in a second.
        concurrency: the most requests in flight.
        clock: a monotonic clock, in seconds.
        sleep: waits for a number of seconds.
    """

    def __init__(
        self,
        per_second: float,
        concurrency: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.per_second: Final = per_second
        self.concurrency: Final = concurrency
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._rate = per_second
        self._allowed = float(concurrency)
        self._next_slot = self._resumes = clock()
        self._latency: float | None = None

    @property
    def in_flight(self) -> int:
        """Requests that should be in flight now: rate times latency, plus one."""
        with self._lock:
            if self._latency is None:
                return min(2, self.concurrency)
            needed = math.ceil(self._rate * self._latency * 1.25) + 1
            return max(1, min(needed, int(self._allowed)))

    def wait(self) -> None:
        """Return when the next request may start."""
        while True:
            slot = self._next()
            pause = slot - self._clock()
            if pause > 0:
                self._sleep(pause)
            with self._lock:
                if slot >= self._resumes:  # otherwise Stripe has answered 429 in the meantime
                    return

    def _next(self) -> float:
        """Take the next free slot: the time when a request may start."""
        with self._lock:
            interval = 1 / self._rate
            slot = max(self._next_slot, self._clock() - _CATCH_UP_SLOTS * interval, self._resumes)
            self._next_slot = slot + interval
            return slot

    def answered(self, seconds: float) -> None:
        """Note that a request was answered after `seconds`; the rate rises a little."""
        with self._lock:
            if self._latency is None:
                self._latency = seconds
            self._latency += _LATENCY_WEIGHT * (seconds - self._latency)
            share = 1 / (_RECOVERY_SECONDS * self.per_second)
            self._rate = min(self.per_second, self._rate + self.per_second * share)
            self._allowed = min(self.concurrency, self._allowed + self.concurrency * share)

    def limited(self, *, concurrency: bool, pause: float) -> None:
        """Note a 429: all threads wait `pause` seconds, then go on at half the rate.

        Args:
            concurrency: whether too many requests were in flight, rather than too many in a second.
            pause: seconds.
        """
        with self._lock:
            if concurrency:
                self._allowed = max(1.0, self._allowed / 2)
            else:
                self._rate = max(self.per_second / 32, self._rate / 2)
            self._resumes = max(self._resumes, self._clock() + pause)
