"""The page of `stripe-apex connect` for the simulated account, and a browser to view it."""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import duckdb
import pytest

from stripe_apex.connect.presence import Patience
from stripe_apex.connect.server import Server, bind
from stripe_apex.connection import Connector
from tap_stripe_apex.auth.places import environment
from tests.app.sources.conftest import Imports, named
from tests.browser import violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext
    from playwright.sync_api import Page as Tab

    from stripe_apex.connect.uploads import Limits

SCREENSHOTS = Path(__file__).parents[3] / "docs" / "images"
WIDTHS = {"wide": {"width": 1280, "height": 800}, "narrow": {"width": 390, "height": 844}}
DOCUMENTED = {
    "not-connected": (".card", "light"),
    "form": (".card", "light"),
    "form-with-error": ("form.key", "light"),
    "connected": (".card", "light"),
    "syncing": (".card", "light"),
    "sources": ("body", "light"),
    "files": ("#sheet-0", "light"),
    "question": (".sheet", "light"),
}
"""The page's states in the documentation's screenshots: the shown part and its colours."""


@dataclass
class Page:
    """A page that is served by a thread of this process."""

    link: str = ""
    ended: str = ""
    _loop: asyncio.AbstractEventLoop | None = None
    _task: asyncio.Task[str] | None = None
    _ready: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(
        self, connector: Connector, project: Path | None, patience: Patience, **options: Any
    ) -> None:
        def opened(link: str):
            self.link = link
            self._ready.set()
            return lambda: None

        async def run() -> str:
            self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
            server = Server(connector, project, patience=patience, **options)
            with bind(0) as listening:
                return await server.run(listening, opened)

        def work() -> None:
            try:
                self.ended = asyncio.run(run())
            except asyncio.CancelledError:
                self.ended = "Cancelled."

        self._thread = threading.Thread(target=work, name="page")
        self._thread.start()
        assert self._ready.wait(30)

    @property
    def origin(self) -> str:
        parts = urlsplit(self.link)
        return f"{parts.scheme}://{parts.netloc}"

    def join(self) -> str:
        """Wait for the end of the server; returns why it ended."""
        self._thread.join(30)
        assert not self._thread.is_alive()
        return self.ended

    def stop(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._task.cancel)
        self.join()


@pytest.fixture(autouse=True)
def kept(tmp_path_factory, monkeypatch):
    """The folder of uploads."""
    folder = tmp_path_factory.mktemp("kept")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def serve_page(stripe, nowhere):
    """A function that serves the page for the simulated account and the project `nowhere`."""
    with ExitStack() as stack:

        def serve(
            *,
            oauth: bool = False,
            project: Path | None = None,
            patience: Patience | None = None,
            limits: Limits | None = None,
            **config: Any,
        ) -> Page:
            app = stripe.oauth.app
            variables = {
                "STRIPE_APP_CLIENT_ID": app.client_id,
                "STRIPE_APP_SECRET_KEY": app.secret_key,
            }
            connector = Connector(
                {"api_base": stripe.url, **config}, environment() | (variables if oauth else {})
            )
            page = Page()
            page.start(
                connector,
                project,
                patience or Patience(gone=60),
                warehouse=str(nowhere / "output" / "account.duckdb"),
                limits=limits,
            )
            stack.callback(page.stop)
            return page

        yield serve


class Account(Imports):
    """The warehouse of the page, which is in this process and reads the file, too."""

    def query(self, sql: str):
        while Path(self.address).exists():
            try:
                with duckdb.connect(self.address, read_only=True) as connection:
                    return named(connection.execute(sql))
            except duckdb.ConnectionException:  # the page is writing it
                time.sleep(0.05)
        return []


@pytest.fixture
def warehouse(nowhere):
    return Account(nowhere, nowhere / "output" / "account.duckdb")


@dataclass
class Visitor:
    """A browser that detects errors, and requests beyond this machine."""

    context: BrowserContext
    errors: list[str] = field(default_factory=list)

    def open(self, link: str) -> Tab:
        tab = self.context.new_page()
        tab.on("console", self._said)
        tab.on("pageerror", lambda error: self.errors.append(str(error)))
        tab.goto(link)
        return tab

    def _said(self, message) -> None:
        if message.type in {"error", "warning"}:
            self.errors.append(message.text)

    def look(self, tab: Tab, name: str) -> None:
        """Check a state of the page in light, dark and narrow form, and by axe-core.

        With SCREENSHOTS=1, a screenshot is taken if the documentation shows this state.
        """
        for scheme in ("light", "dark"):
            tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert violations(tab) == [], f"{name}, {scheme}"
        tab.set_viewport_size(WIDTHS["narrow"])
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390, name
        if os.environ.get("SCREENSHOTS"):
            self._photograph(tab, name)
        tab.set_viewport_size(WIDTHS["wide"])
        tab.emulate_media(color_scheme="light")

    def _photograph(self, tab: Tab, name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        tab.set_viewport_size({"width": 760, "height": 500})
        part, *schemes = DOCUMENTED.get(name, ("",))
        for scheme in schemes:
            tab.emulate_media(color_scheme=scheme)
            file = SCREENSHOTS / f"connect-{name}-{scheme}.png"
            tab.locator(part).screenshot(path=file)


@pytest.fixture
def visit(browser: Browser):
    """A function that opens a page in a new context; errors in it fail the test."""
    with ExitStack() as stack:
        visitors = []

        def visit(**options: Any) -> Visitor:
            context = stack.enter_context(
                browser.new_context(viewport=WIDTHS["wide"], color_scheme="light", **options)
            )
            context.set_default_timeout(20_000)
            visitor = Visitor(context)

            def check(route) -> None:
                if urlsplit(route.request.url).hostname == "127.0.0.1":
                    route.fallback()
                else:
                    visitor.errors.append(f"asked for {route.request.url}")
                    route.abort()

            context.route("**/*", check)
            visitors.append(visitor)
            return visitor

        yield visit
        assert [error for visitor in visitors for error in visitor.errors] == []


PIPELINE = """#!/bin/sh
say() { printf '{"string_id": "%s", "event": "%s", "level": "info"}\\n' "$1" "$2"; }
wait_for() { until [ -e "$1" ]; do sleep 0.05; done; }
say tap-stripe-apex "Beginning sync of 'charges' in log_based mode"
say tap-stripe-apex "charges: 12,345 records, 63% of the range, 1,234/s, 130 requests"
wait_for go
"""

ENDS_WELL = """
say tap-stripe-apex "Asked Stripe 200 times in 3.0 s (records: 19,407, retries: 0, used 75%)."
echo '{"event": "Block run completed", "success": true, "block_type": "ExtractLoadBlocks"}'
echo '  net of refunds    818,858.60'
"""

ENDS_BADLY = """
say tap-stripe-apex "Invalid API key: it is malformed or was revoked. <img src=x onerror=boom()>"
echo '{"event": "Block run completed", "success": false, "exit_codes": {"extractors": 1}}'
exit 1
"""


@pytest.fixture
def project(tmp_path):
    """A minimal Meltano project for the page, with a script in place of the pipeline."""

    def make(ending: str = ENDS_WELL) -> Path:
        script = tmp_path / "scripts" / "run"
        script.parent.mkdir()
        script.write_text(PIPELINE + ending)
        script.chmod(0o755)
        transform = tmp_path / "transform"
        transform.mkdir()
        (transform / "dbt_project.yml").write_text("name: stripe_apex\n")
        return tmp_path

    return make
