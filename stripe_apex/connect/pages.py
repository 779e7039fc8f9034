"""The HTML: the sources, the forms, and messages about errors."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from aiohttp import web
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from stripe_apex.connect import ranges, wording
from stripe_apex.connect.guard import CSRF_FIELD
from stripe_apex.sources import preview
from stripe_apex.warehouse import redacted
from tap_stripe_apex.auth.key import VARIABLE
from tap_stripe_apex.auth.places import project_root
from tap_stripe_apex.errors import KEYS_URL, printable

if TYPE_CHECKING:
    from datetime import date

    from stripe_apex.connect.card import Card
    from stripe_apex.connect.desk import Desk
    from stripe_apex.connect.guard import Guard
    from stripe_apex.connect.news import News
    from stripe_apex.connect.shelf import Shelf

NEW_KEY_URL: Final = "https://dashboard.stripe.com/apikeys/create?" + urlencode(
    [
        ("name", "tap-stripe-apex"),
        ("permissions[]", "rak_charge_read"),
        ("permissions[]", "rak_customer_read"),
        ("permissions[]", "rak_event_read"),
    ]
)
"""The Dashboard's form for a restricted key, filled in; it can also be filled in by hand."""


class Pages:
    """Renders HTML from templates, in which all values are escaped.

    Args:
        card: the state of the Stripe card.
        shelf: what the warehouse holds besides payments.
        desk: the files of the current upload.
        news: its version is in the pages.
        guard: gives the origin and the CSRF token of the pages.
    """

    def __init__(self, card: Card, shelf: Shelf, desk: Desk, news: News, guard: Guard) -> None:
        self._jinja = Environment(
            loader=PackageLoader("stripe_apex.connect"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.filters.update(
            when=when,
            day=day,
            linked=linked,
            place=place,
            printable=printable,
            said=said,
        )
        self._jinja.globals.update(
            card=card,
            shelf=shelf,
            desk=desk,
            news=news,
            wording=wording,
            preview=preview,
            redacted=redacted,
            csrf=guard.csrf,
            csrf_field=CSRF_FIELD,
            origin=guard.origin,
            new_key_url=NEW_KEY_URL,
            keys_url=KEYS_URL,
            range_in_words=ranges.in_words,
            overruled=VARIABLE if VARIABLE in os.environ else "",
        )

    def sources(self) -> str:
        """The page of all sources."""
        return self._render("sources.html")

    def files(self) -> str:
        """The files of the current upload."""
        return self._render("files.html")

    def form(self) -> str:
        """The form for a restricted key."""
        return self._render("form.html")

    def leaving(self, url: str) -> str:
        """The page on the way to Stripe."""
        return self._render("leaving.html", url=url)

    def message(self, title: str, advice: str) -> str:
        """A page with an error, and what to do."""
        return self._render("message.html", title=title, advice=advice)

    @staticmethod
    def answer(page: str, status: int = 200) -> web.Response:
        """The HTTP answer with a page."""
        return web.Response(text=page, status=status, content_type="text/html")

    def _render(self, name: str, **facts: str) -> str:
        return self._jinja.get_template(name).render(facts)


def linked(text: str) -> Markup:
    """The text, in which the Dashboard's address is a link; no other address is."""
    link = Markup('<a href="{0}" target="_blank" rel="noreferrer noopener">{0}</a>').format(
        KEYS_URL
    )
    return link.join(escape(part) for part in text.split(KEYS_URL))


def place(stored_in: str) -> str:
    """A path, shortened if it is in the project."""
    root = project_root(os.environ)
    if root is None or not Path(stored_in).is_relative_to(root):
        return stored_in
    return f"the file {Path(stored_in).relative_to(root)} of this project"


def when(time: datetime) -> str:
    """A time for people: `24 November 2026, 18:41 UTC`."""
    there = time.astimezone(UTC)
    return f"{there.day} {there:%B %Y, %H:%M} UTC"


def day(date_: date) -> str:
    """A day for people: `24 November 2026`."""
    return f"{date_.day} {date_:%B %Y}"


def said(text: str) -> Markup:
    """A message of an import in the words of the page, with quotations set apart."""
    parts = re.split("`([^`]*)`", printable(wording.on_the_page(text)))
    quoted = Markup("<code>{}</code>")
    return Markup().join(
        quoted.format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )
