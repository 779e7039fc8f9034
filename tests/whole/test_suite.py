"""The tests themselves: what they draw, what they need, and what they may skip."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import chance, needs, skips

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


@pytest.mark.dbt
def test_a_test_with_the_marker_can():
    assert subprocess.run([DBT, "--help"], check=False, capture_output=True).returncode == 0


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
