"""Notices when nobody uses the page any more, so that the server can end."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LOOK_EVERY: Final = 0.25


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the server waits, in seconds.

    Attributes:
        gone: after the last tab has closed; it may be a reload.
        idle: after the last activity.
    """

    gone: float = 4.0
    idle: float = 600.0


class Presence:
    """Open tabs and the last activity.

    Every tab holds a stream open while it shows the page. When the tab closes or crashes, or the
    connection is lost, the stream ends.

    Args:
        patience: how long to wait.
        busy: whether an operation is in progress that must not be interrupted.
    """

    def __init__(self, patience: Patience, busy: Callable[[], bool]) -> None:
        self._patience = patience
        self._busy = busy
        self._looking = 0
        self._greeted = False
        self._left = self._active = time.monotonic()

    @contextmanager
    def looking(self) -> Iterator[None]:
        """A context manager: a tab is open inside it."""
        self._greeted = True
        self._looking += 1
        try:
            yield
        finally:
            self._looking -= 1
            self._left = time.monotonic()

    def touch(self) -> None:
        """Note an activity."""
        self._active = time.monotonic()

    async def over(self) -> str:
        """Wait until nobody uses the page; returns the reason in words."""
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            now = time.monotonic()
            if self._busy():
                self._left = self._active = now
            elif self._greeted and not self._looking and now - self._left > self._patience.gone:
                return "The page was closed."
            elif now - self._active > self._patience.idle:
                return "Nobody used the page for ten minutes."
