"""How all commands print."""

from __future__ import annotations

import click

from tap_stripe_apex.errors import printable


def say(text: str, *, err: bool = False) -> None:
    """Print a text, whoever wrote parts of it: nothing in it commands the terminal."""
    click.echo("\n".join(map(printable, text.split("\n"))), err=err)
