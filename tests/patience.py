"""Timeouts and retries by a fake clock, so that waiting takes no time."""

from __future__ import annotations

import threading
from dataclasses import replace

from tap_stripe_apex.wire.patience import RUN, Patience


class Clock:
    """A thread-safe fake clock that only `sleep` advances."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._lock = threading.Lock()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds


def without_waiting(clock: Clock | None = None, **changes: float) -> Patience:
    """The `Patience` of a normal run by a fake clock, with `changes`."""
    clock = clock or Clock()
    hurried = replace(RUN, clock=clock, sleep=clock.sleep, unless_told=0.0)
    return replace(hurried, **changes)  # type: ignore[arg-type] - all of these are seconds
