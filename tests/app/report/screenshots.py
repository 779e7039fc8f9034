"""Screenshots of a report for the docs: `python -m tests.app.report.screenshots PAGE FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.browser import launched

PICTURES = {
    "report-light": (1280, 900, "light", "body"),
    "report-dark": (1280, 900, "dark", "#economics"),
}
"""The width, height, colour scheme, and topmost element of each screenshot."""


def take(page: Path, folder: Path) -> None:
    """Take all screenshots of a page."""
    folder.mkdir(parents=True, exist_ok=True)
    with launched() as browser:
        for name, (width, height, scheme, top) in PICTURES.items():
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme
            )
            tab = context.new_page()
            tab.goto(page.resolve().as_uri())
            tab.evaluate(f"document.querySelector('{top}').scrollIntoView()")
            tab.screenshot(path=str(folder / f"{name}.png"))
            context.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]))
