"""How all commands print."""

from __future__ import annotations

import click

from tap_stripe_apex.errors import printable


def printable_lines(text: str) -> str:
    """A text of several lines in which nothing commands the terminal."""
    return "\n".join(map(printable, text.split("\n")))


def say(text: str, *, err: bool = False) -> None:
    """Print a text, whoever wrote parts of it."""
    click.echo(printable_lines(text), err=err)
