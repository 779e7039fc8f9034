"""Whether anybody still looks at the page: when nobody does, the server has no reason to live."""

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
        gone: after the last tab has closed: it may be a reload.
        idle: after the last thing that anybody did.
    """

    gone: float = 4.0
    idle: float = 600.0


class Presence:
    """Who looks, and when somebody last did something.

    Every tab holds a stream open for as long as it shows the page. So a tab says goodbye by
    closing, crashing or losing its machine's mind: the stream ends in any case.

    Args:
        patience: how long to wait.
        busy: whether something is under way that must not be cut off.
    """

    def __init__(self, patience: Patience, busy: Callable[[], bool]) -> None:
        self._patience = patience
        self._busy = busy
        self._looking = 0
        self._greeted = False
        self._left = self._active = time.monotonic()

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Somebody looks, as long as this is entered."""
        self._greeted = True
        self._looking += 1
        try:
            yield
        finally:
            self._looking -= 1
            self._left = time.monotonic()

    def touch(self) -> None:
        """Somebody did something."""
        self._active = time.monotonic()

    async def over(self) -> str:
        """Wait until the server has no reason to live; say why, in words."""
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            now = time.monotonic()
            if self._busy():
                self._left = self._active = now
            elif self._greeted and not self._looking and now - self._left > self._patience.gone:
                return "The page was closed."
            elif now - self._active > self._patience.idle:
                return "Nobody used the page for ten minutes."
