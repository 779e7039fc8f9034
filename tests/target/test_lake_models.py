"""The models read a lake as they read tables: the same marts, row for row."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.target.conftest import Warehouse
from tests.transform.warehouse import dbt, query

pytestmark = pytest.mark.dbt

MARTS = ("fct_revenue", "fct_attribution", "mart_revenue_total")
SELECTION = (
    *("build", "--resource-type", "model", "--resource-type", "seed"),
    *("--select", *(f"+{mart}" for mart in MARTS)),
)


def marts(folder):
    path = folder / "warehouse.duckdb"
    return {mart: sorted(query(path, f"FROM marts.{mart}"), key=repr) for mart in MARTS}


def test_models_build_the_same_marts_from_a_lake_as_from_tables(account, run_tap, tmp_path):
    tables, lake = tmp_path / "tables", tmp_path / "lake"
    raw = {"default_target_schema": "raw_stripe", "batch_size_rows": 7}
    state = None
    for day in range(3):
        charges = [account.create_charge(1000 + 100 * n) for n in range(20)]
        account.advance(timedelta(hours=1))
        for charge in charges[: 5 + day]:
            account.refund(charge, 300)
        account.reverse(account.create_charge(9000, payment_method_type="sepa_debit"))
        account.advance(timedelta(days=1))
        output = run_tap(state)
        state = output.state
        account.refund(charges[10], 500)  # told by the next run: a second version of the row
        lines = [json.dumps(line) for line in output.lines]
        Warehouse(tables / "warehouse.duckdb").load(*lines, **raw, hard_delete=True)
        Warehouse(lake / "raw").load(*lines, **raw, destination="parquet")
    for folder, env in ((tables, {}), (lake, {"APEX_LAKE": str(lake / "raw")})):
        dbt(folder, *SELECTION, **env)
    found = marts(tables)
    assert len(found["fct_revenue"]) == 60
    assert marts(lake) == found
