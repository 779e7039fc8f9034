"""Tables of loaders, trackers and CRMs give the same rows on Spark as by hand and on DuckDB."""

import json
import re
from collections import Counter

import duckdb
import pytest

from tests.transform.ad_shapes import SHAPES
from tests.transform.asking import built
from tests.transform.loaded_ads import loaded, statements
from tests.transform.web_leads import airbyte_hubspot, facebook_lead_ads, fivetran_hubspot
from tests.transform.web_trackers import posthog, segment
from tests.transform.web_worlds import as_text
from tests.warehouses import cluster
from tests.warehouses.engines import SESSION
from tests.warehouses.marts import Mart, compare
from tests.warehouses.project import ROOT, Clone

BY_TYPE = {shape.type: shape for shape in SHAPES}
SPEND = [
    loaded(BY_TYPE[name], variant, number)
    for number, (name, variant) in enumerate(
        [
            ("fivetran_google_ads", "typed"),  # micros, and marks of deletion
            ("fivetran_facebook_ads", "typed"),  # doubles, and campaigns that only ads know
            ("tap_google_ads", "typed"),  # days that are instants
            ("tap_googleads", "bare"),  # URNs
            ("airbyte_linkedin_ads", "text"),  # everything is text, in upper case
        ]
    )
]
VISITS = [
    segment("segment_typed", "typed"),
    as_text(posthog("posthog_text", "text")),  # JSON, and times in another zone
]
LEADS = [
    *VISITS,
    fivetran_hubspot("fivetran_hubspot_typed", "typed", 1),  # lists of merged contacts
    airbyte_hubspot("airbyte_hubspot_typed", "typed", 2),
    facebook_lead_ads("facebook_lead_ads_typed", "typed", 3),  # answers to a form
]
ELSEWHERE = {"database": "glue"}
VARS = {
    "ad_spend_sources": [source.entry for source in SPEND],
    "touchpoint_sources": [source.entry for source in VISITS],
    "lead_sources": [source.entry for source in LEADS],
}
SCHEMAS = {source.schema: source.tables for source in (*SPEND, *LEADS)}
SELECTED = (
    *("--select", "+stg_ads__spend", "+stg_web__touchpoints", "+stg_web__leads"),
    *("base_web__loaded_links", "assert_loaded_spend_is_conserved"),
    *("--indirect-selection", "empty", "--exclude-resource-type", "unit_test"),
)
BUILT = (
    *("staging.stg_ads__spend", "staging.stg_web__touchpoints", "staging.stg_web__leads"),
    "staging.base_web__loaded_links",
)
REFUSED = [
    ("check_ad_spend_sources", json.dumps({"ad_spend_sources": [SPEND[0].entry | ELSEWHERE]})),
    ("check_web_sources", json.dumps({"lead_sources": [LEADS[0].entry | ELSEWHERE]})),
]
BUILD = f"""{SESSION}
from dbt.cli.main import dbtRunner
folder, tables, built, arguments, refused = sys.argv[1], *map(json.loads, sys.argv[2:])
for schema, table in tables:
    spark.sql(f"create schema if not exists {{schema}}")
    path = f"{{folder}}/{{schema}}.{{table}}.parquet"
    spark.catalog.createTable(f"{{schema}}.`{{table}}`", path, "parquet")
parsed = dbtRunner().invoke(["parse", *arguments])
if not dbtRunner(parsed.result).invoke(["build", *{SELECTED}, *arguments]).success:
    sys.exit("dbt failed")
for check, settings in refused:
    dbtRunner(parsed.result).invoke(["run-operation", check, *arguments, "--vars", settings])
for table in built:
    spark.table(table).coalesce(1).write.parquet(f"{{folder}}/{{table}}")
"""
"""One process for all, since each would wait for its own session."""


@pytest.fixture(scope="module")
def on_duckdb(tmp_path_factory):
    """The folder of a DuckDB warehouse with the loaders' tables and the models of them."""
    folder = tmp_path_factory.mktemp("duckdb")
    tables = ";".join(
        line for schema, tables in SCHEMAS.items() for line in statements(schema, tables)
    )
    built("duckdb", tables, SELECTED, VARS, folder=folder, running=None)
    return folder / "warehouse.duckdb"


@pytest.fixture(scope="module")
def here(on_duckdb):
    """What DuckDB made."""
    with duckdb.connect(str(on_duckdb), read_only=True) as warehouse:
        return {name: _read(warehouse, name, name) for name in BUILT}


@pytest.fixture(scope="module")
def on_spark(on_duckdb, tmp_path_factory):
    """A folder with what Spark made of the same tables, and dbt's output.

    The tables of the loaders are Parquet files there, registered in the catalog.
    """
    folder = tmp_path_factory.mktemp("spark")
    tables = [(schema, table.name) for schema, tables in SCHEMAS.items() for table in tables]
    with duckdb.connect(str(on_duckdb), read_only=True) as warehouse:
        for schema, table in tables:
            warehouse.execute(f"copy {schema}.\"{table}\" to '{folder}/{schema}.{table}.parquet'")
    clone = Clone.make(folder / "clone", cluster.session(folder, "local[2]", "2g"))
    arguments = [
        *("--vars", json.dumps(VARS), "--target", "spark"),
        *("--project-dir", "transform", "--profiles-dir", "transform/profiles"),
    ]
    orders = (tables, BUILT, arguments, REFUSED)
    said = clone.run("python", "-c", BUILD, str(folder), *map(json.dumps, orders))
    return folder, said


@pytest.fixture(scope="module")
def there(on_spark):
    """The tables that Spark made."""
    folder, _ = on_spark
    with duckdb.connect() as exported:
        return {name: _read(exported, f"'{folder}/{name}/*.parquet'", name) for name in BUILT}


def _read(connection, relation, name):
    connection.execute("set timezone = 'UTC'")

    def query(_):
        cursor = connection.execute(f"select * from {relation}")
        return [column[0] for column in cursor.description], cursor.fetchall()

    return Mart.read(query, name)


def _rows(mart, *columns):
    """The rows with these columns only."""
    places = [mart.columns.index(column) for column in columns]
    return [tuple(row[place] for place in places) for row in mart.rows]


def test_spark_makes_of_loaded_tables_what_duckdb_makes(here, there):
    found = compare(here, there, ("DuckDB", "Spark"))
    assert not found, "\n".join(found)


def test_spend_on_spark_is_that_by_hand_to_the_millionth(there):
    found, by_hand = Counter(), Counter()
    columns = ("origin", "campaign", "currency", "spend_micros")
    for origin, campaign, currency, micros in _rows(there["staging.stg_ads__spend"], *columns):
        found[origin.rsplit(" ", 1)[1], campaign or "", currency] += micros
    for source in SPEND:
        by_hand.update(
            {(source.schema, *key): micros for key, micros in source.by_campaign.items()}
        )
    assert len(by_hand) > 20
    assert found == by_hand


def test_visits_and_leads_on_spark_are_those_by_hand(there):
    visits = _rows(
        there["staging.stg_web__touchpoints"],
        "touchpoint_id", "visitor_id", "occurred_at", "landing_page", "gclid",
    )  # fmt: skip
    assert sorted(visits, key=str) == sorted(
        (
            (page.touchpoint_id, page.visitor_id, page.occurred_at, page.landing_page, page.gclid)
            for told in VISITS
            for page in told.pages
        ),
        key=str,
    )
    leads = _rows(there["staging.stg_web__leads"], "lead_id", "created_at", "landing_page")
    by_hand = (
        (each.lead_id, each.created_at, each.landing_page) for told in LEADS for each in told.leads
    )
    assert sorted(leads, key=str) == sorted(by_hand, key=str)
    assert set(_rows(there["staging.base_web__loaded_links"], "visitor_id", "email")) == {
        link for told in VISITS for link in told.links
    }


def test_a_source_in_another_catalog_of_spark_is_refused(on_spark):
    """Spark's schemas are looked up in the catalog of the session alone."""
    _, said = on_spark
    for name, source in (("ad_spend_sources", SPEND[0]), ("lead_sources", LEADS[0])):
        assert f"{name}: on Spark, all schemas are read in the catalog of the session" in said
        assert f"`database: glue` out of the entry of {source.entry['type']}," in said


def test_the_docs_name_the_sources_that_are_tested_on_spark():
    page = (ROOT / "docs/sources.md").read_text().split("\n## On which engines\n")[1]
    told = page.split("On Spark, these are tested")[1].split("The others")[0]
    assert set(re.findall(r"`(\w+)`", told)) == {
        source.entry["type"] for source in (*SPEND, *LEADS)
    }
