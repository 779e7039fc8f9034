"""What fails in a build is kept in the warehouse that was built."""

from __future__ import annotations

import shutil

import duckdb
import pytest

from tests.transform.warehouse import BuildError, dbt, query

pytestmark = [pytest.mark.dbt, pytest.mark.slow]


def test_the_warehouse_knows_what_fails_in_it_and_nothing_that_is_over(default_project, tmp_path):
    """One test fails, one passes that had failed, one does not run, one is of an older version."""
    warehouse = tmp_path / "warehouse.duckdb"
    shutil.copy(default_project.folder / "warehouse.duckdb", warehouse)
    before = ("assert_roas_needs_spend", "assert_spend_is_conserved", "assert_what_is_no_more")
    with duckdb.connect(str(warehouse)) as opened:
        assert opened.execute("select * from marts.build_failures").fetchall() == []
        for name in before:
            opened.execute(
                "insert into marts.build_failures values "
                f"('test.stripe_apex.{name}', 'test', '{name}', '', 1, '')"
            )
        opened.execute("insert into reference.stripe_currencies values ('usd', 2)")
    with pytest.raises(BuildError):
        dbt(
            tmp_path,
            *("test", "--select", "assert_roas_needs_spend", "unique_stripe_currencies_currency"),
        )
    kept = query(
        warehouse, "select name, kind, about, row_count from marts.build_failures order by name"
    )
    assert kept == [
        ("assert_spend_is_conserved", "test", "", 1),
        ("unique_stripe_currencies_currency", "test", "stripe_currencies", 1),
    ]
