"""Patience that costs no time: its clock runs as fast as somebody waits by it."""

from __future__ import annotations

import threading
from dataclasses import replace

from tap_stripe_apex.wire.patience import RUN, Patience


class Clock:
    """Time that passes only by waiting, for any number of threads."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._lock = threading.Lock()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds


def without_waiting(clock: Clock | None = None, **changes: float) -> Patience:
    """The patience of a run, by a clock of its own."""
    clock = clock or Clock()
    hurried = replace(RUN, clock=clock, sleep=clock.sleep, unless_told=0.0)
    return replace(hurried, **changes)  # type: ignore[arg-type] - all of these are seconds
