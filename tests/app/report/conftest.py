"""Warehouses of marts, and the pages made of them, each once for a worker."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from stripe_apex.cli import main
from tests.app.report.scenarios import SCENARIOS


def run_report(*arguments: object):
    """`stripe-apex report`, in this process."""
    return CliRunner().invoke(main, ["report", *map(str, arguments)])


@pytest.fixture(scope="session")
def report_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("report")


@pytest.fixture(scope="session")
def warehouse_of(report_folder):
    """The path of a scenario's warehouse."""

    def path(name: str) -> Path:
        file = report_folder / f"{name}.duckdb"
        return file if file.exists() else SCENARIOS[name]().write(file)

    return path


@pytest.fixture(scope="session")
def page_of(warehouse_of, report_folder):
    """The path of a scenario's page."""

    def path(name: str, *options: str) -> Path:
        file = report_folder / f"{'-'.join((name, *options))}.html"
        if not file.exists():
            done = run_report("--warehouse", warehouse_of(name), "--output", file, *options)
            assert done.exit_code == 0, done.output
        return file

    return path
