"""`stripe-apex check`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from stripe_apex.commands.options import JSON_FILE, config_option
from stripe_apex.saying import say

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from tap_stripe_apex.tap import TapStripeApex


@click.command()
@config_option
@click.option(
    "--catalog",
    type=JSON_FILE,
    help="Which streams should be readable; without it, those that the Meltano project selects, "
    "or the default ones.",
)
def check(config: Path | None, catalog: Path | None) -> None:
    """Verify the connection by fetching a single charge, then show what it may read.

    Exit code 0 only if all selected streams can be read.
    """
    from stripe_apex.check import grants, reads, verify
    from stripe_apex.settings import tap_config

    settings = tap_config(config)
    for path in _readable_by_others(settings):
        say(
            f"Others on this machine can read {path}, which holds secrets. Take that right from "
            f"them: chmod 600 {path}",
            err=True,
        )
    tap = _tap(settings, _catalog(config, catalog))
    verified = verify(tap.sync.session)
    newest = (
        f"{verified.newest_charge:%Y-%m-%dT%H:%M:%SZ}" if verified.newest_charge else "none yet"
    )
    whose = f"{verified.mode} mode{f', {verified.account_id}' if verified.account_id else ''}"
    say(f"Connected ({whose}). Newest charge: {newest}.\n\nPermissions")
    for grant in grants(tap.sync.session):
        said = grant.permission.purpose
        if grant.refusal is not None:
            said += f" ({grant.refusal.problem}: {grant.refusal.remedy})"
        _row(grant.permission.name, said, yes=grant.granted)
    say("\nSelected streams")
    refused = []
    for name, refusal in reads(tap):
        _row(name, "can be read" if refusal is None else str(refusal), yes=refusal is None)
        refused += [] if refusal is None else [name]
    if refused:
        raise click.ClickException(f"Cannot read what is selected: {', '.join(refused)}.")


def _readable_by_others(settings: Mapping[str, Any]) -> list[Path]:
    """The files with a key, tokens or passwords that other users can read."""
    from tap_stripe_apex.auth.key import key_file
    from tap_stripe_apex.auth.places import env_file, token_path
    from tap_stripe_apex.files import others_can_read

    tokens = token_path(settings.get("token_file"), os.environ)
    return [
        path
        for path in (env_file(os.environ), tokens, key_file(os.environ))
        if others_can_read(path)
    ]


def _tap(settings: dict[str, Any], catalog: dict[str, Any] | None) -> TapStripeApex:
    """The tap with the user's settings and selection.

    Raises:
        ConfigurationError: its settings are not valid.
    """
    from singer_sdk.exceptions import ConfigValidationError

    from tap_stripe_apex.command import in_one_line
    from tap_stripe_apex.errors import ConfigurationError
    from tap_stripe_apex.tap import TapStripeApex
    from tap_stripe_apex.wire.patience import QUESTION

    class AskedTap(TapStripeApex):
        """The tap with less patience, since a user waits for the answer."""

        patience = QUESTION

    try:
        return AskedTap(config=settings, catalog=catalog)
    except ConfigValidationError as error:
        raise ConfigurationError(in_one_line(error)) from error


def _catalog(config: Path | None, path: Path | None) -> dict[str, Any] | None:
    """The catalog of a file, else of the Meltano project; None for the tap's default streams."""
    from stripe_apex import meltano
    from stripe_apex.settings import read_object
    from tap_stripe_apex.auth.places import project_root

    if path is not None:
        return read_object(path)
    root = project_root(os.environ)
    if config is not None or root is None:
        return None
    found = meltano.tap_catalog(root)
    if found is None:
        say(
            "Meltano cannot say which streams are selected: the default ones are checked.", err=True
        )
    return found


def _row(name: str, meaning: str, *, yes: bool) -> None:
    say(f"  {'yes' if yes else 'no ':<4} {name:<21} {meaning}")
