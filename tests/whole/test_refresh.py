"""`stripe-apex refresh` builds when what the models read has changed, and only then."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.transform.worlds import Charge, Lead, World, build_warehouse

pytestmark = pytest.mark.dbt

ROOT = Path(__file__).parents[2]
BUILD = [
    *("--quiet", "build", "--project-dir", "transform", "--profiles-dir", "transform/profiles"),
    # What these tests look at, and no more.
    *("--select", "+mart_revenue_total", "+assert_no_rate_is_missing"),
    *("--indirect-selection", "cautious", "--exclude-resource-type", "unit_test"),
]
STANDS = (0, "Nothing that the models read has changed: the marts are up to date.\n")


@pytest.fixture
def warehouse(tmp_path):
    """A warehouse with one charge and one lead, in a copy of what builds it."""
    ignored = shutil.ignore_patterns("target", "logs", ".user.yml")
    shutil.copytree(ROOT / "transform", tmp_path / "transform", ignore=ignored)
    path = tmp_path / "output" / "warehouse.duckdb"
    path.parent.mkdir()
    charge = Charge(id="ch_1", customer_email="a@example.com")
    build_warehouse(path, World(charges=(charge,), leads=(Lead(lead_id="lead_1"),)))
    return path


@pytest.fixture
def run(tmp_path):
    """Run it in that copy: its exit code, and what it said."""

    def run():
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("APEX_", "DBT_"))}
        done = subprocess.run(
            ["stripe-apex", "refresh", *BUILD],
            cwd=tmp_path,
            env=clean | {"PATH": f"{Path(sys.executable).parent}:{clean['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    return run


def change(path, sql):
    with duckdb.connect(str(path)) as connection:
        connection.execute(sql)


def currencies(path):
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute("select distinct currency from marts.fct_revenue").fetchall()


def test_the_marts_stand_until_a_row_changes_and_a_failed_build_is_no_build(warehouse, run):
    assert run() == (0, "")
    assert run() == STANDS

    change(warehouse, "update raw_stripe.charges set currency = 'eur'")  # it has no rate
    code, said = run()
    assert code == 1
    assert "assert_no_rate_is_missing" in said
    assert currencies(warehouse) == [("eur",)]

    change(warehouse, "update raw_stripe.charges set currency = 'usd'")
    assert run() == (0, "")
    assert currencies(warehouse) == [("usd",)]
