"""Notifications of changes for open tabs, and background work."""

from __future__ import annotations

import asyncio
import logging
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from stripe_apex.errors import AppError
from tap_stripe_apex.errors import TapError, redact

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

_logger = logging.getLogger(__name__)
T = TypeVar("T")


class News:
    """Notifies everybody who awaits `changed` of each change. Belongs to one event loop.

    Attributes:
        version: grows with every change.
        changed: set at the next change.
    """

    def __init__(self) -> None:
        self.version = 0
        self.changed = asyncio.Event()

    def tell(self) -> None:
        """Notify of a change."""
        self.version += 1
        self.changed.set()
        self.changed = asyncio.Event()


async def in_thread(question: Callable[[], T]) -> T:
    """The result of a blocking call; the end of the loop does not wait for it."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def settle(found: Callable[[], None]) -> None:
        if not answer.done():
            found()

    def work() -> None:
        try:
            result = question()
        except Exception as error:  # noqa: BLE001 - it belongs to whoever waits
            outcome = partial(answer.set_exception, error)
        else:
            outcome = partial(answer.set_result, result)
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, outcome)

    threading.Thread(target=work, name="page", daemon=True).start()
    return await answer


class Background:
    """Background tasks, which end with the page."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[None, None, None]) -> None:
        """Start a task in the background."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """End all tasks."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def in_words(error: Exception) -> str:
    """The message of an error; an unexpected one is also logged, without secrets."""
    if isinstance(error, AppError | TapError):
        return redact(str(error))
    _logger.error("%s", redact(f"{type(error).__name__}: {error}"))
    return "Something unexpected went wrong. Please report what the terminal says."
