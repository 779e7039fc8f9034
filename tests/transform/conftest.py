"""The project compiled for two sets of settings, once per test run."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import date
from zlib import crc32

import pytest

from tests.once import once
from tests.transform.reference.settings import Settings
from tests.transform.warehouse import CompiledProject

DEFAULT = Settings()
UNUSUAL = Settings(
    timezone="America/New_York",
    reporting_currency="eur",
    revenue_basis="kept",
    margin_percent=(("usd", 60.0), ("eur", 55.5), ("jpy", 33.3333), ("kwd", 100.0)),
    as_of_date=date(2026, 3, 10),
    attribution_window_days=20,
    lead_window_days=0,
    visit_timeout_minutes=0,
    time_decay_half_life_days=3,
    max_touches_per_email=4,
    excluded_channels=("direct",),
    recurring_credit="first_conversion",
    own_hosts=("blog.example",),
    history_complete=True,
    email_plus_tags="drop",
    email_gmail_dots="drop",
    reference_keys=("lead_id", "ref", "visitor_id"),
    max_people_per_reference=1,
    conversion_window_days=7,
    experiment_cap_percentile=0.8,
    experiment_cuped_days=30,
)


_compiled: dict[Settings, CompiledProject] = {}


def compiled(settings, tmp_path_factory):
    """The project with these settings, which dbt builds once per test run."""
    if settings not in _compiled:
        chosen = settings.as_vars()
        name = f"project-{crc32(json.dumps(chosen, sort_keys=True).encode())}"
        folder = once(tmp_path_factory, name, lambda path: CompiledProject.build(path, chosen))
        _compiled[settings] = CompiledProject.of(folder)
    return _compiled[settings]


@pytest.fixture(scope="module")
def running():
    """The context managers that end after the module's last test."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="session", params=[DEFAULT, UNUSUAL], ids=["default", "unusual"])
def settings(request):
    return request.param


@pytest.fixture(scope="session")
def project(settings, tmp_path_factory):
    return compiled(settings, tmp_path_factory)


@pytest.fixture(scope="session")
def unusual_settings():
    return UNUSUAL


@pytest.fixture(scope="session")
def unusual_project(tmp_path_factory):
    return compiled(UNUSUAL, tmp_path_factory)


@pytest.fixture(scope="session")
def default_settings():
    return DEFAULT


@pytest.fixture(scope="session")
def default_project(tmp_path_factory):
    return compiled(DEFAULT, tmp_path_factory)
