"""The routes of the page."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aiohttp import web

from stripe_apex.connect.file_handlers import UPLOAD, FileHandlers
from stripe_apex.connect.guard import REPORT_POLICY, RefusedError, set_headers
from stripe_apex.connect.news import in_thread
from stripe_apex.connect.ranges import range_from
from stripe_apex.errors import OptionError
from tap_stripe_apex.errors import redact

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from stripe_apex.connect.card import Card
    from stripe_apex.connect.desk import Desk
    from stripe_apex.connect.guard import Guard
    from stripe_apex.connect.news import News
    from stripe_apex.connect.once import OneTimeTokens
    from stripe_apex.connect.pages import Pages
    from stripe_apex.connect.presence import Presence
    from stripe_apex.connect.shelf import Shelf

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LAUNCH: Final = "/launch"
CALLBACK: Final = "/oauth/callback"
REPORT: Final = "/report"
_STATIC: Final = Path(__file__).parent / "static"
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
LARGEST_BODY: Final = 16 * 1024
"""The greatest size of a form in bytes; uploads have limits of their own."""
_HEARTBEAT: Final = 2.0
"""Seconds between heartbeats, which show when a tab is gone."""
_FASTEST: Final = 0.2
"""The least seconds between two updates of a sync."""

_logger = logging.getLogger(__name__)


class Handlers:
    """The handlers of the page.

    Args:
        card: the state of the Stripe card.
        shelf: what the warehouse holds besides payments.
        desk: the files of the current upload.
        news: notifies of their changes.
        pages: renders the HTML.
        guard: checks requests.
        launches: the token of the launch link.
        states: the `state` values of authorisations in progress.
        presence: notes open tabs and activity.
        redirect_uri: the address that Stripe redirects to.
    """

    def __init__(
        self,
        *,
        card: Card,
        shelf: Shelf,
        desk: Desk,
        news: News,
        pages: Pages,
        guard: Guard,
        launches: OneTimeTokens,
        states: OneTimeTokens,
        presence: Presence,
        redirect_uri: str,
    ) -> None:
        self._card = card
        self._shelf = shelf
        self._desk = desk
        self._news = news
        self._files = FileHandlers(card, shelf, desk, pages, guard)
        self._pages = pages
        self._guard = guard
        self._launches = launches
        self._states = states
        self._presence = presence
        self._redirect_uri = redirect_uri
        # From memory: a file that is being sent would stay open for as long as a client takes.
        self._static = {path.name: path.read_bytes() for path in _STATIC.iterdir()}
        self.launched: Callable[[], object] = _nothing
        """Called when the launch link was used."""

    def application(self) -> web.Application:
        """The application: its routes, with the guard before and the headers after them."""

        @web.middleware
        async def judge(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._judge(request, handler)

        app = web.Application(middlewares=[judge], client_max_size=LARGEST_BODY)
        app.on_response_prepare.append(_set_headers)
        app.router.add_get(LAUNCH, self._launch)
        app.router.add_get("/", self._show)
        app.router.add_get("/events", self._follow)
        if self._card.connector.oauth:
            app.router.add_post("/authorize", self._authorize)
            app.router.add_get(CALLBACK, self._come_back)
        else:
            app.router.add_get("/key", self._form)
            app.router.add_post("/key", self._try_key)
        app.router.add_get(REPORT, self._report)
        app.router.add_post("/check", self._check)
        app.router.add_post("/range", self._change_range)
        app.router.add_post("/sync", self._sync)
        app.router.add_post("/disconnect", self._disconnect)
        app.router.add_get("/static/{name}", self._give)
        self._files.add_to(app.router)
        return app

    async def _judge(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Pass the page's own requests on; answer errors with a page."""
        try:
            self._guard.check_host(request)
            if request.path != LAUNCH and not request.path.startswith("/static/"):
                self._guard.check_session(request)
            # The first part of an upload is checked before its handler reads the others.
            if request.method != "GET" and request.path != UPLOAD:
                await self._guard.check_post(request)
            if request.path != "/events" and self._guard.knows(request):
                self._presence.touch()
            return await handler(request)
        except RefusedError as refused:
            return self._say(refused.status, refused.title, refused.advice)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            return self._say(error.status, error.reason, "Go back to the page and try again.")
        except (ConnectionError, asyncio.CancelledError):
            raise
        except Exception as error:  # noqa: BLE001 - no traceback for a user, no secret in a log
            _logger.error("%s", redact(f"{type(error).__name__}: {error}"))  # noqa: TRY400 - likewise
            return self._say(500, "Something went wrong", "Please report what the terminal says.")

    def _say(self, status: int, title: str, advice: str) -> web.Response:
        return self._pages.answer(self._pages.message(title, advice), status)

    async def _launch(self, request: web.Request) -> web.Response:
        if not self._launches.redeem(request.query.get("token", "")):
            if self._guard.knows(
                request
            ):  # after Back or a reload, the browser is admitted already
                raise web.HTTPSeeOther("/")
            raise RefusedError(
                403,
                "This link was used before",
                "It works once, in one browser. If you did not open it yourself, somebody else on "
                "this machine did. Press Ctrl-C in the terminal and run stripe-apex connect again "
                "for a new link.",
            )
        response = web.Response(status=303, headers={"Location": "/"})
        self._guard.admit(response)
        self._presence.touch()
        self.launched()
        return response

    async def _show(self, _: web.Request) -> web.Response:
        if self._card.phase != "syncing":
            self._shelf.look_if_changed()
        return self._pages.answer(self._pages.sources())

    async def _form(self, _: web.Request) -> web.Response:
        if self._card.phase == "busy":
            return self._pages.answer(self._pages.sources())
        if self._card.phase != "disconnected":
            raise web.HTTPSeeOther("/")
        return self._pages.answer(self._pages.form())

    async def _try_key(self, request: web.Request) -> web.Response:
        key = (await request.post()).get("key")
        self._card.connect_with_key(key.strip() if isinstance(key, str) else "")
        raise web.HTTPSeeOther("/key")

    async def _authorize(self, _: web.Request) -> web.Response:
        url = self._card.connector.authorize_url(self._redirect_uri, self._states.issue())
        # A page in between: browsers also apply form-action to the redirects after a form, and
        # Stripe's redirects, for example to its login, cannot be listed.
        return self._pages.answer(self._pages.leaving(url))

    async def _come_back(self, request: web.Request) -> web.Response:
        if not self._states.redeem(request.query.get("state", "")):
            raise RefusedError(
                400,
                "This answer belongs to no request",
                "It came twice, or after more than five minutes, or from elsewhere. Go back to "
                "the page and press Connect again.",
            )
        code = request.query.get("code", "")
        if code and "error" not in request.query:
            self._card.connect_with_code(code)
        else:
            self._card.fail(_refusal(request.query.get("error", "")))
        raise web.HTTPSeeOther("/")

    async def _check(self, _: web.Request) -> web.Response:
        self._card.look()
        raise web.HTTPSeeOther("/")

    async def _sync(self, _: web.Request) -> web.Response:
        self._card.start_sync()
        raise web.HTTPSeeOther("/")

    async def _change_range(self, request: web.Request) -> web.Response:
        form = await request.post()
        days, start = form.get("last_days"), form.get("start")
        try:
            value = range_from(
                days.strip() if isinstance(days, str) else None,
                start.strip() if isinstance(start, str) else None,
            )
        except OptionError as error:
            self._card.fail(str(error))
        else:
            self._card.change_range(value)
        raise web.HTTPSeeOther("/")

    async def _report(self, _: web.Request) -> web.Response:
        """The report of the warehouse; no part of its path comes from the request."""
        try:
            content = await in_thread(self._shelf.report_page.read_bytes)
        except OSError as error:
            raise RefusedError(
                404, "There is no report yet", "Go back to the page and press Sync now."
            ) from error
        return web.Response(
            body=content,
            content_type="text/html",
            charset="utf-8",
            headers={"Content-Security-Policy": REPORT_POLICY},
        )

    async def _disconnect(self, _: web.Request) -> web.Response:
        self._card.disconnect()
        raise web.HTTPSeeOther("/")

    async def _give(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in self._static:
            raise web.HTTPNotFound
        return web.Response(body=self._static[name], content_type=_TYPES[Path(name).suffix])

    async def _follow(self, request: web.Request) -> web.StreamResponse:
        """A stream that notifies a tab of changes, and ends when the tab is gone."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        with self._presence.looking():
            while True:
                changed = self._news.changed
                told = json.dumps(
                    {
                        "phase": self._card.phase,
                        "files": self._desk.phase,
                        "version": self._news.version,
                    }
                )
                await response.write(f"data: {told}\n\n".encode())
                if self._card.phase == "ended":
                    return response
                await asyncio.sleep(_FASTEST)
                while not changed.is_set():
                    try:
                        await asyncio.wait_for(changed.wait(), _HEARTBEAT)
                    except TimeoutError:
                        await response.write(b": here\n\n")


def _nothing() -> None:
    """Do nothing: nobody waits."""


async def _set_headers(_: web.Request, response: web.StreamResponse) -> None:
    set_headers(response)


def _refusal(error: str) -> str:
    """Why Stripe sent no code. Texts in the request are not shown, since anybody can write them."""
    if error == "access_denied":
        return "The account's owner declined. Nothing was connected; press Connect to try again."
    reason = f" ({error})" if re.fullmatch(r"[a-z_]{1,40}", error) else ""
    return f"Stripe did not authorise the app{reason}. Press Connect to try again."
