"""Stripe's rate limits: requests per second, and requests at the same time."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import TypeAlias

from stripe_simulator.resources import resource_at

Clock: TypeAlias = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Limits:
    """Rate limits; None is no limit. Stripe's are 25 and 100 requests per second in live mode.

    Args:
        endpoint_rate: requests per second for each endpoint; list and retrieve are counted apart.
        global_rate: requests per second for the account.
        concurrency: the most requests in flight.
    """

    endpoint_rate: float | None = None
    global_rate: float | None = None
    concurrency: int | None = None


class Bucket:
    """A token bucket that holds the tokens of one second, by the real clock."""

    def __init__(self, rate: float, clock: Clock) -> None:
        self._rate = rate
        self._size = max(rate, 1.0)
        self._tokens = self._size
        self._clock = clock
        self._filled_at = clock()

    def take(self) -> bool:
        """Take a token if there is one; returns whether there was."""
        now = self._clock()
        self._tokens = min(self._size, self._tokens + (now - self._filled_at) * self._rate)
        self._filled_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Limiter:
    """Decides which requests are over a limit, with Stripe's names for the reasons."""

    def __init__(self, limits: Limits, clock: Clock = monotonic) -> None:
        self._limits = limits
        self._in_flight = 0
        self.most_in_flight = 0
        endpoint_rate, global_rate = limits.endpoint_rate, limits.global_rate
        self._global = None if global_rate is None else Bucket(global_rate, clock)
        self._endpoints: defaultdict[str, Bucket] | None = (
            None if endpoint_rate is None else defaultdict(lambda: Bucket(endpoint_rate, clock))
        )

    @contextmanager
    def request(self, method: str, path: str) -> Iterator[str | None]:
        """A context in which a request is in flight; yields which limit it exceeds, or None."""
        self._in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self._in_flight)
        try:
            yield self._reason(method, path)
        finally:
            self._in_flight -= 1

    def _reason(self, method: str, path: str) -> str | None:
        concurrency = self._limits.concurrency
        if concurrency is not None and self._in_flight > concurrency:
            return "global-concurrency"
        if self._endpoints is not None and not self._endpoints[endpoint(method, path)].take():
            return "endpoint-rate"
        if self._global is not None and not self._global.take():
            return "global-rate"
        return None


def endpoint(method: str, path: str) -> str:
    """The endpoint of a request: `GET /v1/charges` and `GET /v1/charges/:id` are two."""
    found = resource_at(path.removeprefix("/v1/"))
    if found is None:
        return f"{method} {path}"
    resource, identifier = found
    return f"{method} /v1/{resource.endpoint}{'' if identifier is None else '/:id'}"
