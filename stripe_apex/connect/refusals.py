"""Requests that the HTTP parser refuses before any handler: protects answers and shortens the log.

The parser's errors quote the request, which may hold cookies of other pages of this machine.
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
    """A request whose answer gets the protecting headers even if no route was looked up.

    aiohttp calls the application's hook for answers only after a route was looked up.
    """

    @override
    async def _prepare_hook(self, response: web.StreamResponse) -> None:
        set_headers(response)
        await super()._prepare_hook(response)


class Quiet(logging.LoggerAdapter[logging.Logger]):
    """A log for the server with the kinds of errors only, not their texts."""

    def __init__(self) -> None:
        super().__init__(_logger)

    @override
    def exception(self, msg: object, *args: object, exc_info: Any = None, **kwargs: Any) -> None:
        kind = type(exc_info).__name__ if isinstance(exc_info, BaseException) else "an error"
        if isinstance(exc_info, HttpProcessingError | web.RequestPayloadError):
            self.logger.debug("A request was refused: %s.", kind)
        else:
            self.logger.error("A request could not be answered: %s.", kind)

    @override
    def debug(self, msg: object, *args: object, **kwargs: Any) -> None:
        """Log nothing about clients that disconnect, or do not speak HTTP."""


def protect(runner: web.AppRunner, largest_body: int, loop: asyncio.AbstractEventLoop) -> None:
    """Let a server use `ProtectedRequest`.

    Args:
        runner: of the server, after its setup.
        largest_body: the greatest size of a form, in bytes.
        loop: the event loop of the server.
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

    # At level DEBUG it would log the names of cookies.
    logging.getLogger("aiohttp").setLevel(logging.WARNING)
    assert runner.server is not None  # noqa: S101 - it was set up
    runner.server.request_factory = make
