"""Printing, for all commands."""

from __future__ import annotations

import click

from tap_stripe_apex.errors import printable


def printable_lines(text: str) -> str:
    """A text of several lines without control characters."""
    return "\n".join(map(printable, text.split("\n")))


def counted(number: int, noun: str) -> str:
    """1 row, or 2,000 rows."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def say(text: str, *, err: bool = False) -> None:
    """Print a text without control characters, since parts of it may come from outside."""
    click.echo(printable_lines(text), err=err)
