"""Runs the real tap in this process against a simulated account over HTTP."""

from __future__ import annotations

import io
import itertools
import os
import sys
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any

import msgspec
import pytest

from stripe_simulator.account import Account
from stripe_simulator.keys import DEFAULT_KEY
from stripe_simulator.server import Simulator, serve
from tap_stripe_apex.errors import TapError
from tap_stripe_apex.tap import TapStripeApex
from tap_stripe_apex.wire.patience import RUN, Patience
from tests import chance, leaks, needs, skips
from tests.browser import launched

# These tests have an environment of their own: `make test-warehouses`.
collect_ignore = [] if find_spec("pyspark") else ["warehouses"]

NOW = datetime(2026, 10, 1, tzinfo=UTC)
"""The first time of the account's clock, which differs from the machine's."""

EVERYTHING = {"start": "2020-01-01"}

_NUMBERS = itertools.count()


@dataclass
class Output:
    """The output of a run of the tap."""

    lines: list[dict[str, Any]] = field(default_factory=list)

    def of(self, type_: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["type"] == type_]

    def records(self, stream: str = "charges") -> list[dict[str, Any]]:
        return [line["record"] for line in self.of("RECORD") if line["stream"] == stream]

    @property
    def ids(self) -> list[str]:
        return [record["id"] for record in self.records()]

    @property
    def state(self) -> dict[str, Any] | None:
        states = self.of("STATE")
        return states[-1]["value"] if states else None


def as_patient_as(patience: Patience) -> type[TapStripeApex]:
    """A class of the tap with other timeouts and retries than those of a normal run."""
    return type("Tap", (TapStripeApex,), {"patience": patience})


def sync(
    url: str,
    state: dict[str, Any] | None = None,
    catalog: dict[str, Any] | None = None,
    *,
    patience: Patience = RUN,
    **config: Any,
) -> Output:
    """Run the tap; raises its error, if any, without the output before it."""
    output, error = sync_until_an_error(url, state, catalog, patience=patience, **config)
    if error is not None:
        raise error
    return output


def sync_until_an_error(
    url: str,
    state: dict[str, Any] | None = None,
    catalog: dict[str, Any] | None = None,
    *,
    patience: Patience = RUN,
    **config: Any,
) -> tuple[Output, TapError | None]:
    """Run the tap; returns its output, and the error that ended it, if any."""
    captured = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    settings = {
        "api_key": DEFAULT_KEY,
        "api_base": url,
        "date_range": EVERYTHING,
        "max_requests_per_second": 100,
        **config,
    }
    error: TapError | None = None
    with redirect_stdout(captured):
        tap = as_patient_as(patience)(
            config=settings, state=msgspec.json.decode(msgspec.json.encode(state)), catalog=catalog
        )
        try:
            tap.sync_all()
        except TapError as exc:
            error = exc
        finally:
            sys.stdout.flush()
            tap.sync.session.close()
    raw = captured.buffer.getvalue()  # type: ignore[attr-defined] - a BytesIO
    return Output([msgspec.json.decode(line) for line in raw.splitlines()]), error


def pytest_configure(config):
    for plugin in (chance, needs, skips):
        config.pluginmanager.register(plugin)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Fail any test whose prints or logs show a secret."""
    report = yield
    if call.when == "teardown":
        for name, text in report.sections:
            if leaks.shown(text):
                report.outcome, report.longrepr = "failed", f"{name} shows a secret"
    return report


@pytest.fixture(autouse=True)
def _nothing_secret_is_shown(monkeypatch):
    with leaks.watched(monkeypatch):
        yield


@pytest.fixture(autouse=True)
def nowhere(tmp_path_factory, monkeypatch):
    """An empty project, without any setting, key or token of the developer's own environment."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    for name in list(os.environ):
        if name.startswith(("TAP_STRIPE_APEX_", "STRIPE_APP_", "MELTANO_")):
            monkeypatch.delenv(name)
    # `mktemp` would search all folders of the run for a free name.
    root = tmp_path_factory.getbasetemp() / f"project-{next(_NUMBERS)}"
    root.mkdir()
    monkeypatch.setenv("MELTANO_PROJECT_ROOT", str(root))
    return root


@pytest.fixture(autouse=True)
def _usual_rights():
    """Sets the usual umask for each test, since the tested commands change it."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def account():
    return Account(now=NOW)


@pytest.fixture
def stripe(account):
    """A server of the account."""
    with serve(account) as server:
        yield server


@pytest.fixture
def run_tap(stripe: Simulator):
    def run(state: dict[str, Any] | None = None, **config: Any) -> Output:
        stripe.requests.clear()
        return sync(stripe.url, state, **config)

    return run


@pytest.fixture(scope="session")
def browser():
    """A real browser, in which each test opens its own context."""
    with launched() as browser:
        yield browser
