"""`stripe-apex connect` and `stripe-apex disconnect`."""

from __future__ import annotations

import os
import sys
from functools import partial
from getpass import getpass
from typing import TYPE_CHECKING

import click

from stripe_apex.commands.options import config_option
from stripe_apex.saying import say

if TYPE_CHECKING:
    from pathlib import Path

    from stripe_apex.connection import Connected, Connector


@click.command()
@click.option(
    "--api-key-stdin",
    is_flag=True,
    help="Read a restricted key from standard input, without a page.",
)
@click.option("--no-browser", is_flag=True, help="Show the link of the page instead of opening it.")
@click.option(
    "--redirect-uri",
    metavar="URI",
    help="Where Stripe sends the browser back to, as in the Stripe App's manifest; this page "
    "listens there. Default: http://127.0.0.1:8123/oauth/callback",
)
@config_option
def connect(
    config: Path | None, *, api_key_stdin: bool, no_browser: bool, redirect_uri: str | None
) -> None:
    """Connect Stripe in your browser: verify by fetching a single charge, keep key or tokens."""
    if api_key_stdin:
        _connect_with_key(config)
    else:
        _show_page(config, redirect_uri, browser=not no_browser)


@click.command()
@config_option
def disconnect(config: Path | None) -> None:
    """Delete the key or tokens that `connect` kept; uninstall the Stripe App."""
    from stripe_apex.connection import Connector
    from stripe_apex.settings import tap_config
    from tap_stripe_apex.auth.key import VARIABLE
    from tap_stripe_apex.auth.places import environment

    settings = tap_config(config)
    found = Connector(settings, environment()).disconnect()
    say("\n".join(f"Deleted from {place}." for place in found) or "Nothing was kept.")
    if VARIABLE in environment():
        say(f"{VARIABLE} is still set in the environment; unset it.", err=True)
    elif not found and settings.get("api_key"):
        say("But api_key is set in the configuration; remove it there.", err=True)


def _connect_with_key(config: Path | None) -> None:
    from tap_stripe_apex.auth.key import VARIABLE

    connector = _connector(config)
    key = (getpass("Restricted key: ") if sys.stdin.isatty() else sys.stdin.read()).strip()
    say(_described(connector.connect_with_key(key)))
    if os.environ.get(VARIABLE, key) != key:
        say(f"But {VARIABLE} is set to another key, which is used before this one.", err=True)


def _show_page(config: Path | None, redirect_uri: str | None, *, browser: bool) -> None:
    """Serve the page until nobody uses it any more, then print why it has ended.

    Raises:
        MissingPartError: the packages that serve it are not installed.
        OptionError: it cannot be served at `redirect_uri`.
    """
    try:
        from stripe_apex.connect.opening import show_link
        from stripe_apex.connect.server import page_port, serve
    except ModuleNotFoundError as error:
        from stripe_apex.errors import MissingPartError

        raise MissingPartError(
            f"The page needs {error.name}: install tap-stripe-apex[connect], or give a key by "
            "--api-key-stdin."
        ) from error
    from stripe_apex.account import own_address
    from tap_stripe_apex.auth.places import environment, project_root

    connector, root = _connector(config), project_root(os.environ)
    port = page_port(redirect_uri, oauth=connector.oauth)
    opened = partial(show_link, browser=browser)
    say(serve(connector, root, port, opened, warehouse=own_address(environment())))


def _connector(config: Path | None) -> Connector:
    from stripe_apex.connection import Connector
    from stripe_apex.settings import tap_config
    from tap_stripe_apex.auth.places import environment

    return Connector(tap_config(config), environment())


def _described(connected: Connected) -> str:
    """The description of a new connection for the user."""
    newest = connected.newest_charge
    facts = {
        "account": connected.account,
        "credential": connected.credential,
        "newest charge": f"{newest:%Y-%m-%dT%H:%M:%SZ}" if newest else "none yet",
        "kept in": connected.stored_in,
    }
    lines = [f"  {name:<14} {value}" for name, value in facts.items() if value]
    return "\n".join([f"Connected ({'live' if connected.livemode else 'test'} mode).", *lines])
