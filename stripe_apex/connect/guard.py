"""Who may speak to the page: this browser, from this page, to this address, and nobody else.

Any site that the user has open can send requests to a port of this machine, and any name can be
made to resolve to it; so every request is judged before a handler sees it.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from stripe_apex.connect.forms import name_of, next_part
from stripe_apex.connect.once import secrets_match

if TYPE_CHECKING:
    from aiohttp import MultipartReader, web

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Not no-referrer: browsers would then send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Of every answer."""

REPORT_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; sandbox allow-downloads allow-popups"
)
"""Of the report: it brings its own style and pictures, runs nothing, and is of no origin, so that
nothing in it could ever speak to the page."""

CSRF_FIELD: Final = "csrf"
_LONGEST_TOKEN: Final = 1024


class RefusedError(Exception):
    """A request that is not the page's own.

    Args:
        status: the HTTP status.
        title: a heading for people.
        advice: what a person who sees it should do.
    """

    def __init__(self, status: int, title: str, advice: str) -> None:
        super().__init__(title)
        self.status: Final = status
        self.title: Final = title
        self.advice: Final = advice


def set_headers(response: web.StreamResponse) -> None:
    """Protect an answer by all headers that it does not set itself."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


class Guard:
    """One browser session, begun by the launch link.

    Args:
        origin: of the page, such as http://127.0.0.1:8123.
    """

    def __init__(self, origin: str) -> None:
        self.origin: Final = origin
        self.csrf: Final = secrets.token_urlsafe(32)
        self._host = origin.partition("://")[2]
        # Browsers share cookies between the ports of a host: the port makes the name ours.
        self._cookie = f"stripe-apex-{self._host.rpartition(':')[2]}"
        self._session = secrets.token_urlsafe(32)

    def check_host(self, request: web.Request) -> None:
        """Refuse what was meant for another name: so a rebound DNS name gets nothing.

        Raises:
            RefusedError: it was.
        """
        if request.headers.getall("Host", []) != [self._host]:
            raise RefusedError(421, "Wrong address", f"This page is at {self.origin} alone.")

    def knows(self, request: web.Request) -> bool:
        """Whether the request comes from the browser that opened the launch link."""
        return secrets_match(self._session, request.cookies.get(self._cookie, ""))

    def admit(self, response: web.Response) -> None:
        """Make the browser that gets this answer the one that is known."""
        response.set_cookie(self._cookie, self._session, httponly=True, samesite="Lax", path="/")

    def check_session(self, request: web.Request) -> None:
        """Refuse other browsers, and other users of this machine.

        Raises:
            RefusedError: it is none that opened the launch link.
        """
        if not self.knows(request):
            raise RefusedError(
                403,
                "This browser is not known here",
                "Open the link that stripe-apex connect shows in your terminal. It works once; "
                "run stripe-apex connect again for a new one.",
            )

    async def check_post(self, request: web.Request) -> None:
        """Refuse what another page sends: it has another origin and cannot know the token.

        Raises:
            RefusedError: it was.
        """
        sent_by_form = request.content_type == "application/x-www-form-urlencoded"
        ours = sent_by_form and self._is_ours(request)
        self._check_token((await request.post()).get(CSRF_FIELD) if ours else None)

    async def check_upload(self, request: web.Request) -> MultipartReader:
        """Refuse what another page sends, before any file of it is read.

        Returns:
            The parts behind the token, which must be the first one.

        Raises:
            RefusedError: another page has sent it.
        """
        given = None
        if request.content_type == "multipart/form-data" and self._is_ours(request):
            with suppress(ValueError):  # no form
                parts = await request.multipart()
                first = await next_part(parts)
                if first is not None and name_of(first) == CSRF_FIELD:
                    given = (await first.read_chunk(_LONGEST_TOKEN)).decode(errors="replace")
        self._check_token(given)
        return parts

    def _is_ours(self, request: web.Request) -> bool:
        return request.headers.getall("Origin", []) == [self.origin]

    def _check_token(self, given: object) -> None:
        if not isinstance(given, str) or not secrets_match(self.csrf, given):
            raise RefusedError(
                403, "This did not come from the page", "Go back to the page and try again."
            )
