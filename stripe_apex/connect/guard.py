"""Checks that requests come from this browser, from this page, and to this address.

Any site that the user has open can send requests to a port of this machine, and any domain name can
resolve to it. So every request is checked before a handler sees it.
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
    # Not no-referrer, with which browsers would send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""The headers of every answer."""

REPORT_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'none'; sandbox allow-downloads allow-popups"
)
"""The policy of the report: it has its own style and images, no script, and an opaque origin,
so that nothing in it can send requests as the page."""

CSRF_FIELD: Final = "csrf"
_LONGEST_TOKEN: Final = 1024


class RefusedError(Exception):
    """A request that does not come from the page.

    Args:
        status: the HTTP status.
        title: a heading for people.
        advice: what to do.
    """

    def __init__(self, status: int, title: str, advice: str) -> None:
        super().__init__(title)
        self.status: Final = status
        self.title: Final = title
        self.advice: Final = advice


def set_headers(response: web.StreamResponse) -> None:
    """Add the protecting headers that an answer does not set itself."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


class Guard:
    """Admits one browser, which opened the launch link.

    Args:
        origin: of the page, such as http://127.0.0.1:8123.
    """

    def __init__(self, origin: str) -> None:
        self.origin: Final = origin
        self.csrf: Final = secrets.token_urlsafe(32)
        self._host = origin.partition("://")[2]
        # Browsers share cookies between the ports of a host, so the name contains the port.
        self._cookie = f"stripe-apex-{self._host.rpartition(':')[2]}"
        self._session = secrets.token_urlsafe(32)

    def check_host(self, request: web.Request) -> None:
        """Refuse a request to another host name, which stops DNS rebinding.

        Raises:
            RefusedError: the host is another one.
        """
        if request.headers.getall("Host", []) != [self._host]:
            raise RefusedError(421, "Wrong address", f"The page is only at {self.origin}.")

    def knows(self, request: web.Request) -> bool:
        """Whether the request comes from the browser that opened the launch link."""
        return secrets_match(self._session, request.cookies.get(self._cookie, ""))

    def admit(self, response: web.Response) -> None:
        """Admit the browser that gets this answer, by a cookie."""
        response.set_cookie(self._cookie, self._session, httponly=True, samesite="Lax", path="/")

    def check_session(self, request: web.Request) -> None:
        """Refuse other browsers, and other users of this machine.

        Raises:
            RefusedError: the browser has not opened the launch link.
        """
        if not self.knows(request):
            raise RefusedError(
                403,
                "This browser is not known here",
                "Open the link that stripe-apex connect shows in your terminal. It works once; "
                "run stripe-apex connect again for a new one.",
            )

    async def check_post(self, request: web.Request) -> None:
        """Refuse the forms of other pages, which have another origin and do not know the token.

        Raises:
            RefusedError: origin or token are wrong.
        """
        sent_by_form = request.content_type == "application/x-www-form-urlencoded"
        ours = sent_by_form and self._is_ours(request)
        self._check_token((await request.post()).get(CSRF_FIELD) if ours else None)

    async def check_upload(self, request: web.Request) -> MultipartReader:
        """Refuse the uploads of other pages, before any file is read.

        Returns:
            The parts after the token, which must be the first one.

        Raises:
            RefusedError: origin or token are wrong.
        """
        given = None
        if request.content_type == "multipart/form-data" and self._is_ours(request):
            with suppress(ValueError):  # the body is no form
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
