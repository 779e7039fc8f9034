"""A real browser for the tests of pages, and axe-core, which checks their accessibility."""

from __future__ import annotations

import shutil
from base64 import b64encode
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

# The browser itself must not send requests beyond this machine.
_QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


@contextmanager
def launched() -> Iterator[Browser]:
    """A context manager that runs Debian's Chromium headless; without it, the test is skipped."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("needs a Chromium on the PATH, such as Debian's package chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(_QUIET))
        yield browser
        browser.close()


_DROP = """files => {
  const dropped = new DataTransfer();
  for (const [name, content] of files) {
    const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
    dropped.items.add(new File([bytes], name));
  }
  const main = document.querySelector("main");
  const told = { bubbles: true, cancelable: true, dataTransfer: dropped };
  main.dispatchEvent(new DragEvent("dragover", told));
  main.dispatchEvent(new DragEvent("drop", told));
}"""


def drop_files(page: Page, files: dict[str, bytes]) -> None:
    """Drop files on the page, as a user does; `files` holds their contents by name."""
    page.evaluate(_DROP, [[name, b64encode(content).decode()] for name, content in files.items()])


def violations(page: Page) -> list[str]:
    """The violations that axe-core finds on a page: rule, help text and place."""
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {rule['help']}: {[node['target'] for node in rule['nodes']]}"
        for rule in found
    ]
