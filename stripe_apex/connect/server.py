"""The server of the page: on loopback, for one browser, while the page is used."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
from contextlib import closing, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from aiohttp import web

from stripe_apex.account import report_page
from stripe_apex.connect.card import Card
from stripe_apex.connect.desk import Desk
from stripe_apex.connect.guard import Guard
from stripe_apex.connect.handlers import CALLBACK, LARGEST_BODY, LAUNCH, Handlers
from stripe_apex.connect.news import News
from stripe_apex.connect.once import OneTimeTokens
from stripe_apex.connect.pages import Pages
from stripe_apex.connect.pipeline import find_pipeline
from stripe_apex.connect.presence import Patience, Presence
from stripe_apex.connect.refusals import Quiet, protect
from stripe_apex.connect.shelf import Shelf
from stripe_apex.connect.uploads import Limits
from stripe_apex.errors import OptionError
from stripe_apex.warehouse import ACCOUNT_ADDRESS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from stripe_apex.connection import Connector

HOST: Final = "127.0.0.1"
DEFAULT_REDIRECT_URI: Final = f"http://{HOST}:8123{CALLBACK}"
"""It must be in the Stripe App's manifest, so its port is fixed."""

_LAUNCH_LIFE: Final = timedelta(minutes=10)
_STATE_LIFE: Final = timedelta(minutes=5)
_LINGER: Final = 0.5
"""Seconds for open connections to end."""


def page_port(redirect_uri: str | None, *, oauth: bool) -> int:
    """The port of the page: that of the redirect URI for OAuth, else 0 for any free port.

    Args:
        redirect_uri: the page's own address for OAuth; None for the default.
        oauth: whether the connection is made by OAuth.

    Raises:
        OptionError: it is not the page's own address, or it is given for a key.
    """
    if redirect_uri and not oauth:
        raise OptionError(
            "--redirect-uri is for OAuth: set STRIPE_APP_CLIENT_ID and STRIPE_APP_SECRET_KEY too."
        )
    return _port_of(redirect_uri or DEFAULT_REDIRECT_URI) if oauth else 0


def _port_of(redirect_uri: str) -> int:
    try:
        port = urlsplit(redirect_uri).port
    except ValueError:
        port = None
    if port is None or redirect_uri != f"http://{HOST}:{port}{CALLBACK}":
        raise OptionError(
            f"--redirect-uri must be http://{HOST}:<port>{CALLBACK}, where this page listens. Put "
            "the same address into allowed_redirect_uris of the Stripe App's manifest."
        )
    return port


def bind(port: int) -> socket.socket:
    """A socket on loopback; port 0 takes a free one.

    Raises:
        OptionError: the port is taken.
    """
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        why = "in use" if error.errno == errno.EADDRINUSE else "not yours to use"
        raise OptionError(
            f"Port {port} is {why}. If another stripe-apex connect is running, go on in its page "
            "or stop it; else give --redirect-uri another port, and put that address into the "
            "Stripe App's manifest too."
        ) from error


class Server:
    """One run of the page.

    Args:
        connector: connects, verifies and disconnects.
        project: the Meltano project, if there is one.
        warehouse: the warehouse for imports.
        patience: how long the server waits for a user.
        limits: the limits of an upload.
    """

    def __init__(
        self,
        connector: Connector,
        project: Path | None,
        *,
        warehouse: str = ACCOUNT_ADDRESS,
        patience: Patience | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._connector = connector
        self._project = project
        self._warehouse = warehouse
        self._patience = patience or Patience()
        self._limits = limits or Limits()

    async def run(
        self, listening: socket.socket, opened: Callable[[str], Callable[[], object]]
    ) -> str:
        """Serve until nobody uses the page any more, or until a signal.

        Args:
            listening: see `bind`.
            opened: called with the launch link once it works; the function that it returns is
                called when the link was used, and at the end.

        Returns:
            Why the page has ended, in words.
        """
        origin = f"http://{HOST}:{listening.getsockname()[1]}"
        guard = Guard(origin)
        launches, states = OneTimeTokens(_LAUNCH_LIFE), OneTimeTokens(_STATE_LIFE)
        news = News()
        shelf = Shelf(self._warehouse, news, report_page(self._warehouse, self._project))
        card = Card(self._connector, find_pipeline(self._project), news, shelf.synced)
        desk = Desk(shelf, news, self._limits)
        presence = Presence(
            self._patience,
            lambda: (
                card.phase in {"busy", "syncing"}
                or desk.busy
                or shelf.undoing
                or states.outstanding
            ),
        )
        handlers = Handlers(
            card=card,
            shelf=shelf,
            desk=desk,
            news=news,
            pages=Pages(card, shelf, desk, news, guard),
            guard=guard,
            launches=launches,
            states=states,
            presence=presence,
            redirect_uri=origin + CALLBACK,
        )
        runner = web.AppRunner(
            handlers.application(),
            access_log=None,
            logger=Quiet(),
            handler_cancellation=True,
            shutdown_timeout=_LINGER,
        )
        await runner.setup()
        protect(runner, LARGEST_BODY, asyncio.get_running_loop())
        try:
            await web.SockSite(runner, listening).start()
            card.look()
            shelf.look()
            handlers.launched = opened(f"{origin}{LAUNCH}?token={launches.issue()}")
            return await _first(presence)
        finally:
            handlers.launched()
            await card.stop()
            await desk.stop()
            await shelf.stop()
            await runner.cleanup()
            await asyncio.sleep(0)  # connections that were closed last end with the next turn


async def _first(presence: Presence) -> str:
    """Wait until nobody uses the page, or for a signal."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Signals only arrive in the main thread.
        with suppress(RuntimeError, ValueError):
            loop.add_signal_handler(number, stop.set)
    over = asyncio.ensure_future(presence.over())
    stopped = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({over, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return over.result() if over.done() else "Stopped."
    finally:
        for task in (over, stopped):
            task.cancel()


def serve(
    connector: Connector,
    project: Path | None,
    port: int,
    opened: Callable[[str], Callable[[], object]],
    *,
    warehouse: str = ACCOUNT_ADDRESS,
    patience: Patience | None = None,
) -> str:
    """Bind, serve and end: see `Server.run`.

    Raises:
        OptionError: the port is taken.
    """
    with closing(bind(port)) as listening:
        server = Server(connector, project, warehouse=warehouse, patience=patience)
        return asyncio.run(server.run(listening, opened))
