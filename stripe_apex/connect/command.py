"""What `stripe-apex connect` does once it is to show its page."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack, suppress
from functools import partial
from typing import TYPE_CHECKING

import click

from stripe_apex.connect.opening import doormat, open_in_browser
from stripe_apex.connect.server import DEFAULT_REDIRECT_URI, port_of, serve
from tap_stripe_apex.auth.places import project_root
from tap_stripe_apex.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from stripe_apex.connection import Connector


def serve_page(connector: Connector, redirect_uri: str | None, *, browser: bool) -> None:
    """Serve the page until nobody looks at it any more.

    Args:
        connector: connects, verifies, forgets.
        redirect_uri: where Stripe sends the browser back to; None: the default.
        browser: whether to open the page, or only show its link.

    Raises:
        ConfigurationError: it cannot be served there.
    """
    if redirect_uri and not connector.oauth:
        raise ConfigurationError(
            "--redirect-uri is for OAuth: set STRIPE_APP_CLIENT_ID and STRIPE_APP_SECRET_KEY too."
        )
    port = port_of(redirect_uri or DEFAULT_REDIRECT_URI) if connector.oauth else 0
    click.echo(serve(connector, project_root(os.environ), port, partial(_open, browser=browser)))


def _open(link: str, *, browser: bool) -> Callable[[], object]:
    """Show the link, and open it if that is possible; returns what tidies up afterwards."""
    stack = ExitStack()
    opened = False
    if browser and _has_screen():
        with suppress(OSError):  # a home folder that cannot be written: the link does as well
            opened = open_in_browser(stack.enter_context(doormat(link)))
    click.echo(
        "Stripe is connected in your browser. If no page has opened, open this link; it works once:"
        if opened
        else "Open this link in a browser on this machine; it works once:"
    )
    click.echo(f"\n  {link}\n\nCtrl-C ends the page; it ends by itself when you close it.")
    return stack.close


def _has_screen() -> bool:
    """Whether a browser would have a window: without one, it would take over the terminal."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in screens)
