"""A run on top of an earlier one: what came later must give what a rebuild gives."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from decimal import Decimal

import duckdb
import pytest

from tests.transform.warehouse import BuildError, dbt, query
from tests.transform.worlds import (
    NOON,
    Charge,
    Lead,
    Rate,
    Touchpoint,
    World,
    build_warehouse,
    days,
)

CHARGES = {
    name: Charge(id=f"ch_{name}", customer_email=f"{name}@example.com", updated_at=NOON)
    for name in ("refunded", "marked", "removed", "late", "untouched")
}
EURO = Charge(id="ch_euro", customer_email="euro@example.com", currency="eur")
FIRST_OF_TWO = Charge(id="ch_home", customer_email="home@example.com", created=NOON - days(9))
SECOND_OF_TWO = Charge(id="ch_work", customer_email="work@example.com")
BEFORE = World(charges=[*CHARGES.values(), EURO, FIRST_OF_TWO, SECOND_OF_TWO])
AFTER = World(
    charges=[
        replace(CHARGES["refunded"], amount_refunded=4_000, updated_at=NOON + days(40)),
        replace(CHARGES["marked"], deleted_at=NOON + days(1)),
        CHARGES["late"],
        CHARGES["untouched"],
        EURO,
        FIRST_OF_TWO,
        SECOND_OF_TWO,
    ],
    leads=[
        Lead(lead_id="l1", email="late@example.com", created_at=NOON - days(2)),
        Lead(lead_id="l2", email="home@example.com", visitor_id="v", created_at=NOON - days(20)),
        Lead(lead_id="l3", email="work@example.com", visitor_id="v", created_at=NOON - days(10)),
    ],
    fx_rates=[
        Rate(rate_date=NOON.date(), from_currency="eur", to_currency="usd", rate=Decimal("1.25"))
    ],
)
REVENUE = "select * from marts.fct_revenue order by charge_id"


@pytest.fixture(scope="module")
def folder(default_project, tmp_path_factory):
    """A project of our own to run in."""
    folder = tmp_path_factory.mktemp("incremental") / "project"
    return shutil.copytree(default_project.folder, folder)


@pytest.fixture(scope="module")
def runs(folder):
    """`fct_revenue` after a run on the first rows, and after the run on top of it."""
    tables = []
    for world in (BEFORE, AFTER):
        build_warehouse(folder / "warehouse.duckdb", world)
        dbt(folder, "run", "--select", "+fct_revenue")
        tables.append(query(folder / "warehouse.duckdb", REVENUE))
    return tables


def test_a_run_on_top_of_another_is_a_rebuild(runs, default_project):
    rebuilt = [default_project.run(world).rows(REVENUE) for world in (BEFORE, AFTER)]
    assert runs == rebuilt


def test_no_thread_finds_a_half_made_list_of_the_raw_tables(folder, runs):
    """Which a source with rows is missing from, and would be read as empty."""
    log = (folder / "logs" / "dbt.log").read_text(encoding="utf-8")
    assert set(re.findall('On "(.+)": cache miss', log)) == {"master"}


def test_what_came_later_changed_the_old_rows(default_project):
    """The second rows differ from the first in each way that the claim above is about."""
    columns = "charge_id, net_minor, match_status, net_reporting_minor, person_charge_number"
    sql = f"select {columns} from marts.fct_revenue order by charge_id"
    assert default_project.run(BEFORE).rows(sql) == [
        ("ch_euro", 10_000, "none", None, 1),
        ("ch_home", 10_000, "none", 10_000, 1),
        ("ch_late", 10_000, "none", 10_000, 1),
        ("ch_marked", 10_000, "none", 10_000, 1),
        ("ch_refunded", 10_000, "none", 10_000, 1),
        ("ch_removed", 10_000, "none", 10_000, 1),
        ("ch_untouched", 10_000, "none", 10_000, 1),
        ("ch_work", 10_000, "none", 10_000, 1),
    ]
    assert default_project.run(AFTER).rows(sql) == [
        ("ch_euro", 10_000, "none", 12_500, 1),
        ("ch_home", 10_000, "direct", 10_000, 1),
        ("ch_late", 10_000, "direct", 10_000, 1),
        ("ch_refunded", 6_000, "none", 6_000, 1),
        ("ch_untouched", 10_000, "none", 10_000, 1),
        ("ch_work", 10_000, "direct", 10_000, 2),
    ]


SEARCH = Touchpoint(
    touchpoint_id="t1",
    email="late@example.com",
    occurred_at=NOON - days(1),
    utm_source="google",
    utm_medium="cpc",
    utm_campaign="brand",
)
LETTER = replace(
    SEARCH,
    touchpoint_id="t2",
    email="marked@example.com",
    utm_source="letter",
    utm_medium="email",
    utm_campaign=None,
)
SOCIAL = replace(SEARCH, touchpoint_id="t3", utm_source="facebook")
ATTRIBUTION = "select * from marts.fct_attribution order by all"


@pytest.mark.parametrize("touchpoints", [[SEARCH, LETTER, SOCIAL], [LETTER]])
def test_a_run_that_fails_leaves_every_credit_as_it_was(touchpoints, default_project, tmp_path):
    """Other signals are read before the failure, and the paths are of the run before it."""
    world = replace(BEFORE, touchpoints=[SEARCH, LETTER], fx_rates=AFTER.fx_rates)
    folder = shutil.copytree(default_project.folder, tmp_path / "project")
    warehouse = folder / "warehouse.duckdb"
    build_warehouse(warehouse, world)
    dbt(folder, "run", "--select", "+fct_attribution")
    credits_before = query(warehouse, ATTRIBUTION)
    channels = query(warehouse, "select distinct channel from marts.fct_attribution")
    assert {channel for (channel,) in channels} == {"paid_search", "email", "unattributed"}
    build_warehouse(warehouse, replace(world, touchpoints=touchpoints, fx_rates=2 * world.fx_rates))
    with pytest.raises(BuildError, match="stg_fx__rates_key"):
        dbt(folder, "build", "--select", "+fct_attribution", "--exclude-resource-type", "unit_test")
    assert query(warehouse, ATTRIBUTION) == credits_before


def test_a_table_with_the_columns_of_an_older_version_is_made_anew(default_project, tmp_path):
    folder = shutil.copytree(default_project.folder, tmp_path / "project")
    with duckdb.connect(str(folder / "warehouse.duckdb")) as warehouse:
        warehouse.execute("""
            create or replace table intermediate.int_charges__priced as
            select * exclude matched_by from intermediate.int_charges__priced""")
    dbt(folder, "run", "--select", "int_charges__priced")
    assert query(folder / "warehouse.duckdb", "select matched_by from marts.fct_revenue") == []
