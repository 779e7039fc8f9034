"""Warehouses of marts and their reports, each made once per test run."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from stripe_apex.cli import main
from tests.app.report.scenarios import SCENARIOS
from tests.once import once


def run_report(*arguments: object):
    """Runs `stripe-apex report` in this process."""
    return CliRunner().invoke(main, ["report", *map(str, arguments)])


@pytest.fixture(scope="session")
def warehouse_of(tmp_path_factory):
    """A function that returns the path of a scenario's warehouse."""

    def path(name: str) -> Path:
        return once(tmp_path_factory, f"{name}.duckdb", SCENARIOS[name]().write)

    return path


@pytest.fixture(scope="session")
def page_of(warehouse_of, tmp_path_factory):
    """A function that returns the path of a scenario's page."""

    def path(name: str, *options: str) -> Path:
        def make(file: Path) -> None:
            done = run_report("--warehouse", warehouse_of(name), "--output", file, *options)
            assert done.exit_code == 0, done.output

        return once(tmp_path_factory, f"{'-'.join((name, *options))}.html", make)

    return path
