"""What tabs wait for, that something has changed; and work that goes on meanwhile."""

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
    """Whoever waits for `changed` learns of every change. Belongs to one event loop.

    Attributes:
        version: grows with every change.
        changed: is set at the next change.
    """

    def __init__(self) -> None:
        self.version = 0
        self.changed = asyncio.Event()

    def tell(self) -> None:
        """Something has changed."""
        self.version += 1
        self.changed.set()
        self.changed = asyncio.Event()


async def in_thread(question: Callable[[], T]) -> T:
    """The answer to a question that blocks; nobody waits for it when the loop ends."""
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
    """Work that goes on while requests are answered, and ends with the page."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[None, None, None]) -> None:
        """Do it meanwhile."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """End everything that is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def in_words(error: Exception) -> str:
    """What went wrong, for people; what nobody has foreseen is logged, without secrets."""
    if isinstance(error, AppError | TapError):
        return redact(str(error))
    _logger.error("%s", redact(f"{type(error).__name__}: {error}"))
    return "Something unexpected went wrong. Please report what the terminal says."
