"""Opens the page in the user's browser, without a secret on any command line."""

from __future__ import annotations

import html
import tempfile
import webbrowser
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def doormat(link: str) -> Iterator[Path]:
    """A file that only its owner can read and that leads to `link`; gone at the end.

    A browser is started with what it should open as an argument, which everybody on the machine
    can see. In the home folder, since browsers in a sandbox see neither /tmp nor hidden folders.
    """
    with tempfile.TemporaryDirectory(prefix="stripe-apex-", dir=Path.home()) as folder:
        file = Path(folder) / "connect.html"
        file.touch(mode=0o600)
        address = html.escape(link)
        file.write_text(
            '<!doctype html><meta charset="utf-8"><title>Connect Stripe</title>'
            '<meta name="referrer" content="no-referrer">'
            f'<meta http-equiv="refresh" content="0;url={address}">'
            f'<a href="{address}">Connect Stripe</a>',
            encoding="utf-8",
        )
        yield file


def open_in_browser(file: Path) -> bool:
    """Whether a browser was found that opens the file."""
    return webbrowser.open(file.as_uri())
