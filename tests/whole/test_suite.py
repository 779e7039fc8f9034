"""The tests themselves: what they draw, what they need, and what they may skip."""

import os
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import chance, dbts, needs, skips
from tests.ducks import reading
from tests.once import once

ROOT = Path(__file__).parents[2]
DBT = str(Path(sys.executable).with_name("dbt"))


@pytest.mark.parametrize(("profile", "same"), [(chance.SAME, True), (chance.NEW, False)])
def test_examples_are_the_same_each_time_unless_new_ones_are_asked_for(profile, same):
    def draw():
        seen = []

        @settings(settings.get_profile(profile))
        @given(st.integers())
        def see(number):
            seen.append(number)

        see()
        return seen

    assert (draw() == draw()) is same


def test_a_test_without_the_marker_cannot_start_dbt():
    with pytest.raises(RuntimeError, match=r"starts dbt: mark it with pytest.mark.dbt"):
        subprocess.run([DBT, "--version"], check=False)


def test_nor_can_a_process_that_it_starts():
    program = f"import subprocess; exit(subprocess.run([{DBT!r}, '--version']).returncode)"
    done = subprocess.run([sys.executable, "-c", program], check=False)
    assert done.returncode == 97
    assert needs.refused() == ["dbt"]


def test_nor_can_it_by_the_process_that_has_dbt_imported(tmp_path):
    with pytest.raises(RuntimeError, match=r"starts dbt: mark it with pytest.mark.dbt"):
        dbts.run(["--version"], folder=tmp_path, environment=os.environ)


@pytest.mark.dbt
@pytest.mark.parametrize(("arguments", "code"), [(["run", "--help"], 0), (["jump"], 2)])
def test_a_test_with_the_marker_can_and_both_ways_say_the_same(arguments, code, tmp_path):
    by_command = subprocess.run(
        [DBT, *arguments], cwd=tmp_path, check=False, capture_output=True, text=True
    )
    by_fork = dbts.run(arguments, folder=tmp_path, environment=os.environ)
    for done in (by_command, by_fork):
        assert done.returncode == code
    assert (by_fork.stdout, by_fork.stderr) == (by_command.stdout, by_command.stderr)


def test_what_a_run_shares_is_made_once_and_again_after_a_failure(tmp_path_factory):
    calls = []

    def make(path):
        calls.append(path)
        if len(calls) == 1:
            raise OSError
        path.write_text("made")

    name = f"shared-{uuid4()}"
    with pytest.raises(OSError, match=r"^$"):
        once(tmp_path_factory, name, make)
    assert [once(tmp_path_factory, name, make).read_text() for _ in range(2)] == ["made"] * 2
    assert len(calls) == 2


def test_a_file_that_is_read_can_be_written_afterwards(tmp_path):
    path = tmp_path / "it's.duckdb"
    for number in (1, 2):
        with duckdb.connect(path) as connection:
            connection.execute(f"create or replace table t as select {number} as n")
        with reading(path) as connection:
            assert connection.execute("select n from t").fetchall() == [(number,)]
            with pytest.raises(duckdb.InvalidInputException, match="read-only"):
                connection.execute("drop table t")


@pytest.mark.parametrize(
    ("reason", "ci", "code"),
    [
        ("no server", "", 0),
        ("no server", "true", 1),
        (skips.NO_GBSTATS, "true", int(sys.version_info < (3, 12))),
    ],
)
def test_a_skipped_test_is_told_and_in_ci_it_has_failed(reason, ci, code, tmp_path):
    test = tmp_path / "test_it.py"
    test.write_text(f"import pytest\ndef test_it():\n    pytest.skip({reason!r})\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-ra", "-p", "tests.skips", "--rootdir", tmp_path, test],
        cwd=ROOT,
        env=os.environ | {"CI": ci, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout
    assert reason in "".join(done.stdout.splitlines()[-3:])
