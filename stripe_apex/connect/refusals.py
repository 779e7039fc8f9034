"""What HTTP's own parser refuses, before any handler: answered as all is, and not told at length.

Its errors quote what was sent, such as cookies that a browser has for other pages of this machine.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from typing_extensions import override

from stripe_apex.connect.guard import set_headers

if TYPE_CHECKING:
    import asyncio

    from aiohttp import StreamReader
    from aiohttp.abc import AbstractStreamWriter
    from aiohttp.http import RawRequestMessage

_logger = logging.getLogger(__name__)


class ProtectedRequest(web.Request):
    """A request whose answer carries the headers of every answer, even if no route was looked up.

    aiohttp tells an application of its answers only once a route was.
    """

    @override
    async def _prepare_hook(self, response: web.StreamResponse) -> None:
        set_headers(response)
        await super()._prepare_hook(response)


class Quiet(logging.LoggerAdapter[logging.Logger]):
    """The server's log: which kind of error it was, without what that quotes."""

    def __init__(self) -> None:
        super().__init__(_logger)

    @override
    def exception(self, msg: object, *args: object, exc_info: Any = None, **kwargs: Any) -> None:
        kind = type(exc_info).__name__ if isinstance(exc_info, BaseException) else "an error"
        if isinstance(exc_info, HttpProcessingError):
            self.logger.debug("A request was refused: %s.", kind)
        else:
            self.logger.error("A request could not be answered: %s.", kind)

    @override
    def debug(self, msg: object, *args: object, **kwargs: Any) -> None:
        """What the server says of clients that go away, or do not speak HTTP: nothing."""


def protect(runner: web.AppRunner, largest_body: int, loop: asyncio.AbstractEventLoop) -> None:
    """Let a server, which was set up, make requests of our kind.

    Args:
        runner: of the server.
        largest_body: bytes that a form may have.
        loop: that it runs in.
    """

    def make(
        message: RawRequestMessage,
        payload: StreamReader,
        protocol: web.RequestHandler,
        writer: AbstractStreamWriter,
        task: asyncio.Task[None],
    ) -> web.Request:
        return ProtectedRequest(
            message, payload, protocol, writer, task, loop, client_max_size=largest_body
        )

    assert runner.server is not None  # noqa: S101 - it was set up
    runner.server.request_factory = make
