"""What is wrong with a source of leads or visits stops the run in one line, with its remedy."""

from __future__ import annotations

import duckdb
import pytest

from tests.transform.warehouse import BuildError, dbt
from tests.transform.worlds import CHARGES

TABLES = f"""
    create schema raw_stripe;
    create table raw_stripe.charges ({CHARGES});
    create schema web;
    create table web.pages (id varchar, anonymous_id varchar, "timestamp" varchar);
    insert into web.pages values ('1', 'a', '2026-03-01 08:00:00'), ('2', 'a', '2026-03-02T08:00Z');
    create schema crm;
    create table crm.contact (id bigint, property_email varchar, property_createdate date);
"""
SETTINGS = {
    "touchpoint_sources": [{"type": "segment", "schema": "web"}],
    "lead_sources": [{"type": "fivetran_hubspot", "schema": "crm"}],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One folder for all, so that dbt reads the project once."""
    return tmp_path_factory.mktemp("refused")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "drop table web.pages; create table web.screens (id varchar)",
            ("touchpoint_sources: segment in the schema web has no table `pages` or `pages_data`; "
            "there is `screens`. Name the table in its entry: tables: {pages: NAME_OF_THE_TABLE}."),
        ),
        (
            "alter table crm.contact rename property_email to mail",
            ("lead_sources: crm.contact has no column `property_email` or `property`; it has `id`, "
            "`mail`, `property_createdate`. Name a view that has it in the entry: tables: "
            "{contacts: NAME_OF_THE_VIEW}."),
        ),
        (
            "insert into web.pages values ('3', 'a', '03/04/2026')",
            ("web.pages: `03/04/2026` in the column `timestamp` is no time that can be read in "
            "one way only. Give the column the type of a time, or write its texts as"),
        ),
    ],
    ids=["table", "column", "time"],
)  # fmt: skip
def test_what_may_be_wrong_stops_the_run(folder, change, said):
    path = folder / "warehouse.duckdb"
    path.unlink(missing_ok=True)
    with duckdb.connect(str(path)) as warehouse:
        warehouse.execute(TABLES + change)
    with pytest.raises(BuildError) as failure:
        dbt(folder, "run", "--select", "stg_stripe__charges", settings=SETTINGS)
    assert said in " ".join(str(failure.value).split())


def test_a_type_that_has_no_visits_stops_the_run_with_those_that_have(tmp_path):
    settings = {"touchpoint_sources": [{"type": "airbyte_hubspot", "schema": "crm"}]}
    with pytest.raises(BuildError) as failure:
        dbt(tmp_path, "run-operation", "check_vars", settings=settings)
    assert (
        "Unknown type 'airbyte_hubspot' in the var 'touchpoint_sources'. Choose from: segment, "
        "rudderstack, umami, posthog, snowplow."
    ) in " ".join(str(failure.value).split())
