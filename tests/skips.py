"""Reports at the end which tests were not run, and why; in CI, a skipped test fails."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_GBSTATS = "gbstats pins a pandas that has no wheels for Python 3.12 and newer"

DECLARED = {NO_GBSTATS: sys.version_info >= (3, 12)}
"""The reasons that allow a skip in CI, and whether each applies here."""

NO_SPARK = "Not run: tests/warehouses, which need Spark; see `make test-warehouses`."


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """Turn a skip in CI into a failure."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI"):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        if not DECLARED.get(reason):
            report.outcome = "failed"
            report.longrepr = f"skipped, which no test may be in CI: {reason}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Report tests that were not collected; pytest itself reports skipped ones with the reason."""
    if not find_spec("pyspark"):
        terminalreporter.write_line(NO_SPARK)
