"""dbt's own unit tests of the models, which need no rows and no raw tables."""

from __future__ import annotations

import json
import shutil

import duckdb
import pytest

from tests.transform.warehouse import dbt


@pytest.fixture(scope="module")
def before_the_first_sync(default_project, tmp_path_factory):
    """A built project whose raw tables are not there."""
    folder = tmp_path_factory.mktemp("unit") / "project"
    shutil.copytree(default_project.folder, folder)
    with duckdb.connect(str(folder / "warehouse.duckdb")) as warehouse:
        warehouse.execute("drop schema raw_stripe cascade; drop schema apex cascade")
    dbt(folder, "run", "--select", "staging")
    return folder


@pytest.mark.parametrize("demo_seeds", ["false", "true"])
def test_the_unit_tests_pass_side_by_side(before_the_first_sync, demo_seeds):
    dbt(
        before_the_first_sync, "test", "--select", "test_type:unit", "--threads", "8",
        APEX_DEMO_SEEDS=demo_seeds,
    )  # fmt: skip
    target = before_the_first_sync / "target"
    results = json.loads((target / "run_results.json").read_text())["results"]
    passed = {result["unique_id"] for result in results if result["status"] == "pass"}
    assert passed == set(json.loads((target / "manifest.json").read_text())["unit_tests"])
