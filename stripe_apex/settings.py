"""`stripe-apex connect`, `disconnect` and `check`."""

from __future__ import annotations

import json
import os
import sys
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from stripe_apex import meltano
from stripe_apex.check import grants, reads, verify
from stripe_apex.connection import Connector
from tap_stripe_apex.auth.key import VARIABLE
from tap_stripe_apex.auth.places import environment, project_root
from tap_stripe_apex.errors import ConfigurationError
from tap_stripe_apex.tap import TapStripeApex

if TYPE_CHECKING:
    from collections.abc import Mapping

    from stripe_apex.connection import Connected

_JSON_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)

_CONFIG_HELP: Final = (
    "The tap's configuration, as JSON; without it, that of the Meltano project, or "
    "TAP_STRIPE_APEX_* in the environment."
)


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
@click.option("--config", type=_JSON_FILE, help=_CONFIG_HELP)
def connect(
    config: Path | None, *, api_key_stdin: bool, no_browser: bool, redirect_uri: str | None
) -> None:
    """Connect Stripe in your browser: verify by fetching a single charge, keep key or tokens."""
    if not api_key_stdin:
        show_page(config, redirect_uri, browser=not no_browser)
        return
    connector = Connector(tap_config(config), environment())
    key = (getpass("Restricted key: ") if sys.stdin.isatty() else sys.stdin.read()).strip()
    click.echo(describe(connector.connect_with_key(key)))
    if os.environ.get(VARIABLE, key) != key:
        click.echo(
            f"But {VARIABLE} is set to another key, which is used before this one.", err=True
        )


def show_page(config: Path | None, redirect_uri: str | None, *, browser: bool) -> None:
    """Serve the page until nobody looks at it any more.

    Raises:
        ClickException: what serves it is not installed.
    """
    try:
        from stripe_apex.connect.command import serve_page  # noqa: PLC0415 - it is an extra
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f"The page needs {error.name}: install tap-stripe-apex[connect], or give a key by "
            "--api-key-stdin."
        ) from error
    serve_page(Connector(tap_config(config), environment()), redirect_uri, browser=browser)


@click.command()
@click.option("--config", type=_JSON_FILE, help=_CONFIG_HELP)
def disconnect(config: Path | None) -> None:
    """Delete the key or tokens that `connect` kept; uninstall the Stripe App."""
    settings = tap_config(config)
    found = Connector(settings, environment()).disconnect()
    click.echo("\n".join(f"Deleted from {place}." for place in found) or "Nothing was kept.")
    if VARIABLE in environment():
        click.echo(f"{VARIABLE} is still set in the environment; unset it.", err=True)
    elif not found and settings.get("api_key"):
        click.echo("But api_key is set in the configuration; remove it there.", err=True)


@click.command()
@click.option("--config", type=_JSON_FILE, help=_CONFIG_HELP)
@click.option(
    "--catalog",
    type=_JSON_FILE,
    help="Which streams should be readable; without it, those that the Meltano project selects, "
    "or the default ones.",
)
def check(config: Path | None, catalog: Path | None) -> None:
    """Verify the connection by fetching a single charge, then show what it may read.

    Exit code 0 only if all selected streams can be read.
    """
    tap = TapStripeApex(config=tap_config(config), catalog=_catalog(config, catalog))
    verified = verify(tap.sync.session)
    newest = (
        f"{verified.newest_charge:%Y-%m-%dT%H:%M:%SZ}" if verified.newest_charge else "none yet"
    )
    whose = f"{verified.mode} mode{f', {verified.account_id}' if verified.account_id else ''}"
    click.echo(f"Connected ({whose}). Newest charge: {newest}.\n\nPermissions")
    for grant in grants(tap.sync.session):
        _row(grant.permission.name, grant.permission.purpose, yes=grant.granted)
    click.echo("\nSelected streams")
    refusals = []
    for name, refusal in reads(tap):
        _row(name, "can be read" if refusal is None else str(refusal), yes=refusal is None)
        refusals += [] if refusal is None else [name]
    if refusals:
        raise click.ClickException(f"Cannot read what is selected: {', '.join(refusals)}.")


def describe(connected: Connected) -> str:
    """What people see of a connection that was just made."""
    newest = connected.newest_charge
    facts = {
        "account": connected.account,
        "credential": connected.credential,
        "newest charge": f"{newest:%Y-%m-%dT%H:%M:%SZ}" if newest else "none yet",
        "kept in": connected.stored_in,
    }
    lines = [f"  {name:<14} {value}" for name, value in facts.items() if value]
    return "\n".join([f"Connected ({'live' if connected.livemode else 'test'} mode).", *lines])


def tap_config(path: Path | None) -> dict[str, Any]:
    """The tap's settings: from a file, else as Meltano has them, else from the environment.

    Raises:
        ConfigurationError: the file cannot be read.
    """
    if path is not None:
        return _read(path)
    root = project_root(os.environ)
    found = meltano.tap_config(root) if root is not None else None
    if found is not None:
        return found
    return _from_environment(environment())


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """The settings that the environment has; unlike the SDK, nothing is put into it."""
    found: dict[str, Any] = {}
    for name, schema in TapStripeApex.config_jsonschema["properties"].items():
        variable = f"TAP_STRIPE_APEX_{name.upper()}"
        value = environ.get(variable)
        if value is not None and "string" in schema["type"]:
            found[name] = value
        elif value is not None:
            try:
                found[name] = json.loads(value.lower() if "boolean" in schema["type"] else value)
            except ValueError:
                raise ConfigurationError(f"{variable} is no valid JSON.") from None
    return found


def _catalog(config: Path | None, path: Path | None) -> dict[str, Any] | None:
    if path is not None:
        return _read(path)
    root = project_root(os.environ)
    if config is not None or root is None:
        return None
    found = meltano.tap_catalog(root)
    if found is None:
        click.echo(
            "Meltano cannot say which streams are selected: the default ones are checked.", err=True
        )
    return found


def _row(name: str, meaning: str, *, yes: bool) -> None:
    click.echo(f"  {'yes' if yes else 'no ':<4} {name:<21} {meaning}")


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except ValueError as exc:
        raise ConfigurationError(f"{path} is no valid JSON: {exc}.") from exc
    if not isinstance(found, dict):
        raise ConfigurationError(f"{path} must hold a JSON object.")
    return found
