"""Markers say what a test needs besides Python and the network of this machine.

`make check` runs the tests that have none of these markers. The markers are checked while tests
run: a test fails if it starts a browser, dbt, Meltano or a Postgres server without the marker.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

BY_FIXTURE = {"browser": "browser", "postgres": "postgres"}
"""The marker of each test with this fixture."""

BY_FOLDER = {"transform": "dbt", "warehouses": "dbt"}
"""The marker of all tests in this folder."""

BY_PROGRAM = {
    "chromium": "browser",
    "chromium-browser": "browser",
    "node": "browser",  # Playwright starts the browser by it
    "dbt": "dbt",
    "meltano": "dbt",
    "initdb": "postgres",
    "postgres": "postgres",
}
"""The marker that a test needs to start this program."""

REFUSED = "TESTS_REFUSED"
"""The variable with the file of refused programs' names; see refusing/sitecustomize.py."""

HERE = Path(__file__).parent

_folder = tempfile.TemporaryDirectory(prefix="tests-")
_log = Path(_folder.name) / "refused"
_refused: frozenset[str] = frozenset()
"""The programs that the running test may not start."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Add the markers by fixture and folder; all other markers are set in the tests."""
    for fixture, marker in BY_FIXTURE.items():
        if fixture in getattr(item, "fixturenames", ()):
            item.add_marker(marker)
    for folder, marker in BY_FOLDER.items():
        if item.path.is_relative_to(HERE / folder):
            item.add_marker(marker)


def pytest_unconfigure() -> None:
    _folder.cleanup()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Refuse programs without a marker to the test and to the processes that it starts."""
    global _refused  # noqa: PLW0603 - audit hooks take no argument of ours
    _refused = frozenset(
        program for program, marker in BY_PROGRAM.items() if not item.get_closest_marker(marker)
    )
    with pytest.MonkeyPatch.context() as patch:
        if "dbt" in _refused:
            patch.setenv("PYTHONPATH", str(HERE / "refusing"), os.pathsep)
            patch.setenv(REFUSED, str(_log))
        try:
            return (yield)
        finally:
            _refused = frozenset()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown() -> Iterator[None]:
    """Fail the test if a program was refused in a process of its, which it may not have noticed."""
    yield
    for program in refused():
        pytest.fail(_complaint(program))


def refused() -> list[str]:
    """Removes and returns the programs that processes of the running test were refused."""
    if not _log.exists():
        return []
    programs = _log.read_text().split()
    _log.unlink()
    return programs


def _complaint(program: str) -> str:
    return f"the test starts {program}: mark it with pytest.mark.{BY_PROGRAM[program]}"


def _look(event: str, details: tuple[Any, ...]) -> None:
    if event == "subprocess.Popen" and _refused:
        program = Path(os.fsdecode(details[0])).name
        if program in _refused:
            raise RuntimeError(_complaint(program))


sys.addaudithook(_look)
