"""Opens the page: prints its link, and opens it in the browser without exposing it.

The link holds a secret, and the arguments of a browser are visible to all users of the machine. So
the browser is given a file that redirects to the link.
"""

from __future__ import annotations

import os
import sys
import tempfile
import webbrowser
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FORWARDING: Final = Markup(
    '<!doctype html><meta charset="utf-8"><title>Connect Stripe</title>'
    '<meta name="referrer" content="no-referrer">'
    '<meta http-equiv="refresh" content="0;url={link}">'
    '<a href="{link}">Connect Stripe</a>'
)


def show_link(link: str, *, browser: bool) -> Callable[[], object]:
    """Print the link, and open it if possible; returns a function that cleans up."""
    stack = ExitStack()
    opened = False
    if browser and _has_screen():
        with suppress(OSError):  # the home folder cannot be written to: the printed link is enough
            opened = open_in_browser(stack.enter_context(forwarding_file(link)))
    click.echo(
        "Stripe is connected in your browser. If no page has opened, open this link; it works once:"
        if opened
        else "Open this link in a browser on this machine; it works once:"
    )
    click.echo(f"\n  {link}\n\nCtrl-C ends the page; it ends by itself when you close it.")
    return stack.close


@contextmanager
def forwarding_file(link: str) -> Iterator[Path]:
    """A file that only its owner can read and that redirects to `link`; deleted at the end.

    It is in the home folder, since sandboxed browsers see neither /tmp nor hidden folders.
    """
    with tempfile.TemporaryDirectory(prefix="stripe-apex-", dir=Path.home()) as folder:
        file = Path(folder) / "connect.html"
        file.touch(mode=0o600)
        file.write_text(_FORWARDING.format(link=link), encoding="utf-8")
        yield file


def open_in_browser(file: Path) -> bool:
    """Open the file in a browser; returns whether one was found."""
    return webbrowser.open(file.as_uri())


def _has_screen() -> bool:
    """Whether there is a screen; without one, a browser would take over the terminal."""
    screens = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in screens)
