"""The models as a package of somebody's dbt project, whose tables have other names."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from textwrap import dedent

import duckdb
import pytest

from tests import dbts
from tests.transform.story import EVERYTHING
from tests.transform.warehouse import PROJECT, query
from tests.transform.worlds import build_warehouse

BIN = Path(sys.executable).parent
FILES = {
    "dbt_project.yml": """
        name: shop
        version: "1.0.0"
        profile: shop
        flags: {send_anonymous_usage_stats: false}
        vars:
          stripe_apex:
            stripe_schema: payments
            apex_schema: tracking
            apex_leads_table: form_submissions
            default_attribution_model: linear
            ad_spend_sources:
              - {type: fivetran_google_ads, schema: google_ads, currency: usd}
    """,
    "packages.yml": f"packages: [{{local: {PROJECT}}}]",
    "profiles.yml": "shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}",
}
TABLES = """
    create schema payments;
    create table payments.charges as from raw_stripe.charges;
    drop schema raw_stripe cascade;
    create schema tracking;
    create table tracking.form_submissions as from apex.leads;
    create table tracking.touchpoints as from apex.touchpoints;
    create table tracking.ad_spend as from apex.ad_spend;
    create table tracking.fx_rates as from apex.fx_rates;
    create table tracking.experiments as from apex.experiments;
    create table tracking.experiment_exposures as from apex.experiment_exposures;
    create table tracking.channel_rules as from apex.channel_rules;
    drop schema apex cascade;
    create schema google_ads;
    create table google_ads.campaign_stats (
        customer_id bigint, date date, id bigint, cost_micros bigint
    );
    insert into google_ads.campaign_stats values (1, date '2020-01-01', 2, 1234567);
"""
# A metric, what it is grouped by, and the same number from the marts.
METRICS = [
    ("net_revenue_minor", ["charge__currency"], "currency, sum(net_minor)", "mart_revenue_total"),
    (
        "gross_revenue_minor", ["charge__currency"], "currency, sum(gross_minor)",
        "mart_revenue_total",
    ),
    ("refunded_minor", ["charge__currency"], "currency, sum(refunded_minor)", "mart_revenue_total"),
    ("kept_revenue_minor", ["charge__currency"], "currency, sum(kept_minor)", "mart_revenue_total"),
    ("charges", ["charge__currency"], "currency, sum(charges)", "mart_revenue_total"),
    (
        "net_revenue_reporting_minor", ["metric_time__month"],
        "date_trunc('month', revenue_date), sum(net_reporting_minor)", "mart_revenue_total",
    ),
    ("paying_customers", [], "count(*)", "dim_customers"),
    ("customers", ["person__first_channel"], "first_channel, count(*)", "dim_customers"),
    ("realised_ltv_reporting_minor", [], "sum(ltv_minor) / count(*)", "dim_customers"),
    (
        "credited_revenue_reporting_minor", ["credit__channel"],
        "channel, sum(revenue_reporting_minor)",
        "mart_channels where attribution_model = 'linear' and revenue_minor <> 0",
    ),
    (
        "credited_revenue_reporting_minor", [], "sum(net_reporting_minor)", "mart_revenue_total",
    ),
    (
        "credited_revenue_minor", ["credit__credit_currency"],
        "currency, sum(revenue_minor)",
        "mart_channels where attribution_model = 'linear' and revenue_minor <> 0",
    ),
    (
        "credited_conversion_micros", [], "cast(1000000 * sum(conversions) as bigint)",
        "mart_channels where attribution_model = 'linear'",
    ),
    ("leads", [], "sum(leads)", "mart_channels where attribution_model = 'linear'"),
    (
        "charges_without_rate", ["charge__currency"],
        "currency, count(case when net_reporting_minor is null then 1 end)", "fct_revenue",
    ),
    (
        "bills_without_rate", ["bill__platform"],
        "platform, count(case when spend_reporting_minor is null then 1 end)", "mart_ad_spend",
    ),
    (
        "ad_spend_reporting_minor", ["bill__platform"], "platform, sum(spend_reporting_minor)",
        "mart_ad_spend",
    ),
    (
        "roas", [], "sum(revenue_reporting_minor) / sum(spend_reporting_minor)",
        "mart_channels where attribution_model = 'linear'",
    ),
    (
        "roas", ["channel_day__channel"],
        "channel, sum(revenue_reporting_minor) / nullif(sum(spend_reporting_minor), 0)",
        "mart_channels where attribution_model = 'linear'",
    ),
    (
        "cost_per_lead_minor", ["channel_day__channel"],
        "channel, sum(spend_reporting_minor) / nullif(sum(leads), 0)",
        "mart_channels where attribution_model = 'linear'",
    ),
    (
        "customer_acquisition_cost_minor", ["channel_day__channel"],
        (
            "channel, case when sum(maybe_new_customers) = 0"
            " then sum(spend_reporting_minor) / nullif(sum(new_customers), 0) end"
        ),
        "mart_channels where attribution_model = 'linear'",
    ),
]  # fmt: skip

PARTS_OF_RATIOS = {
    "channel_leads",
    "channel_maybe_new_customers",
    "channel_new_customers",
    "channel_revenue",
    "channel_revenue_without_rate",
    "channel_spend",
    "channel_spend_without_rate",
    "converted_bills",
    "converted_channel_revenue",
    "converted_channel_spend",
    "converted_credit",
    "converted_ltv",
    "converted_revenue",
    "credits_without_rate",
    "customer_revenue",
    "customers_without_rate",
}


def run(folder, *command):
    """A command in the folder of the project.

    Raises:
        AssertionError: it failed; with what it said.
    """
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DBT_", "APEX_"))}
    root = str(PROJECT.parent)
    environment = kept | {"DO_NOT_TRACK": "1", "PYTHONPATH": root, "DBT_PROFILES_DIR": str(folder)}
    if command[0] == "dbt":
        done = dbts.run(command[1:], folder=folder, environment=environment)
    else:
        done = subprocess.run(
            [BIN / command[0], *command[1:]], cwd=folder, env=environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """The project, built with all tests and unit tests."""
    folder = tmp_path_factory.mktemp("shop")
    for name, text in FILES.items():
        (folder / name).write_text(dedent(text))
    build_warehouse(folder / "shop.duckdb", EVERYTHING)
    with duckdb.connect(str(folder / "shop.duckdb")) as warehouse:
        warehouse.execute(TABLES)
    run(folder, "dbt", "deps")
    run(folder, "dbt", "build")
    return folder


def test_the_models_build_beside_other_names_and_schemas(shop):
    totals = query(
        shop / "shop.duckdb",
        "select currency, sum(net_minor) from main_marts.fct_revenue group by 1",
    )
    expected: Counter[str] = Counter()
    for charge in EVERYTHING.charges:
        expected[charge.currency] += charge.net_of_refunds
    assert dict(totals) == expected
    assert query(shop / "shop.duckdb", "select * from main_marts.build_failures") == []


def test_spend_of_another_loader_needs_a_var_and_nothing_else(shop):
    sql = (
        "select campaign, currency, spend_minor, spend_micros from main_marts.mart_ad_spend "
        "where spend_date < date '2021-01-01'"
    )
    assert query(shop / "shop.duckdb", sql) == [("2", "usd", 123, 1_234_567)]


def test_the_models_go_below_the_schema_of_whoever_builds_them(shop):
    """As dbt's own naming has it, so that developers do not write into each other's marts."""
    schemas = query(
        shop / "shop.duckdb", "select distinct table_schema from information_schema.tables"
    )
    assert {name for (name,) in schemas} == {
        "google_ads", "main_intermediate", "main_marts", "main_reference", "main_staging",
        "payments", "tracking",
    }  # fmt: skip


def test_a_project_that_names_schemas_itself_names_those_of_the_models(shop):
    macro = shop / "macros" / "generate_schema_name.sql"
    macro.parent.mkdir()
    macro.write_text(
        "{% macro generate_schema_name(custom_schema_name, node) %}"
        "team_{{ custom_schema_name }}{% endmacro %}"
    )
    try:
        said = run(
            shop,
            "dbt",
            "ls",
            "--target-path",
            "elsewhere",
            "--output",
            "json",
            "--output-keys",
            "schema",
            "--select",
            "fct_revenue,resource_type:model",
        )
    finally:
        macro.unlink()
    assert '"schema": "team_marts"' in said


def test_the_metrics_are_the_marts(shop):
    questions = [[metric, group_by] for metric, group_by, *_ in METRICS]
    (shop / "questions.json").write_text(json.dumps(questions))
    run(shop, "python", "-m", "tests.transform.metrics", str(shop))
    answers = json.loads((shop / "answers.json").read_text())
    for (metric, group_by, columns, relation), rows in zip(METRICS, answers, strict=True):
        sql = f"select {columns} from main_marts.{relation} group by all"
        expected = [readable(row) for row in query(shop / "shop.duckdb", sql)]
        assert sorted(map(readable, rows), key=str) == sorted(expected, key=str), (metric, group_by)


def test_a_metric_is_not_known_where_a_part_has_no_rate(shop):
    """A sum that lacks a part would pass for the whole."""
    metrics = [
        *("net_revenue_reporting_minor", "credited_revenue_reporting_minor"),
        *("ad_spend_reporting_minor", "roas", "cost_per_lead_minor"),
        *("customer_acquisition_cost_minor", "realised_ltv_reporting_minor"),
    ]
    by_model = {"fct_attribution", "mart_channels"}
    kept = shop / "kept.duckdb"
    shutil.copy(shop / "shop.duckdb", kept)
    with duckdb.connect(str(shop / "shop.duckdb")) as warehouse:
        for mart, columns in {
            "fct_revenue": ["net_reporting_minor"],
            "fct_attribution": ["credit_reporting_minor"],
            "mart_ad_spend": ["spend_reporting_minor"],
            "mart_channels": ["revenue_reporting_minor", "spend_reporting_minor"],
            "dim_customers": ["ltv_minor"],
        }.items():
            # Some marts are views, which cannot be updated.
            warehouse.execute(f"create table main_marts.copied as from main_marts.{mart}")
            (is_view,) = warehouse.execute(
                "select count(*) from duckdb_views() "
                f"where schema_name = 'main_marts' and view_name = '{mart}'"
            ).fetchone()
            warehouse.execute(f"drop {'view' if is_view else 'table'} main_marts.{mart}")
            warehouse.execute(f"alter table main_marts.copied rename to {mart}")
            for column in columns:
                model = "where attribution_model = 'linear'" if mart in by_model else ""
                warehouse.execute(
                    f"update main_marts.{mart} set {column} = null "
                    f"where rowid = (select min(rowid) from main_marts.{mart} {model})"
                )
    (shop / "questions.json").write_text(json.dumps([[metric, []] for metric in metrics]))
    try:
        run(shop, "python", "-m", "tests.transform.metrics", str(shop))
    finally:
        shutil.move(kept, shop / "shop.duckdb")
    answers = json.loads((shop / "answers.json").read_text())
    assert [[readable(row) for row in rows] for rows in answers] == [[(None,)]] * len(metrics)


def readable(row):
    """Labels, and the number rounded; what is missing is None."""
    *labels, number = row
    missing = number is None or str(number).lower() in {"none", "nan"}
    return (
        *(str(label)[:10] if str(label)[:2] == "20" else str(label) for label in labels),
        None if missing else round(Decimal(str(number)), 6),
    )


def test_every_metric_is_asked(shop):
    manifest = json.loads((shop / "target/semantic_manifest.json").read_text())
    asked = {metric for metric, *_ in METRICS}
    assert {metric["name"] for metric in manifest["metrics"]} == asked | PARTS_OF_RATIOS


def test_the_documentation_is_one_page(shop):
    run(shop, "dbt", "docs", "generate", "--static")
    page = (shop / "target/static_index.html").read_text(encoding="utf-8")
    assert "mart_cohort_ltv" in page


def test_every_column_that_people_read_is_described(shop):
    nodes = json.loads((shop / "target/manifest.json").read_text())["nodes"].values()
    marts = [
        node
        for node in nodes
        if node["resource_type"] == "model" and "/marts/" in f"/{node['path']}"
    ]
    assert len(marts) >= 11
    assert not [
        f"{node['name']}.{column['name']}"
        for node in marts
        for column in node["columns"].values()
        if not column["description"].strip()
    ]
    assert not [node["name"] for node in marts if not node["columns"] or not node["description"]]


def test_a_source_that_brings_nothing_any_more_is_stale(shop):
    said = run(shop, "dbt", "source", "freshness")
    assert "WARN freshness of stripe.charges" in said
    assert "freshness of apex.leads" in said


def test_a_column_that_must_be_there_is_named_with_the_projects_own_table(shop):
    with duckdb.connect(str(shop / "shop.duckdb")) as warehouse:
        warehouse.execute("alter table tracking.form_submissions rename created_at to sent")
    with pytest.raises(AssertionError) as failure:
        run(shop, "dbt", "run", "--select", "stg_web__leads")
    with duckdb.connect(str(shop / "shop.duckdb")) as warehouse:
        warehouse.execute("alter table tracking.form_submissions rename sent to created_at")
    said = str(failure.value)
    assert "tracking.form_submissions has no column `created_at`; it has `lead_id`, `email`" in said
    assert "set the var apex_columns: {leads.created_at: NAME_OF_THE_COLUMN}." in said


def test_a_source_that_is_not_there_yet_is_stale_and_no_error(shop):
    """The schedule goes on where a table comes only later."""
    with duckdb.connect(str(shop / "shop.duckdb")) as warehouse:
        warehouse.execute("alter table tracking.touchpoints rename to renamed")
    said = run(shop, "dbt", "source", "freshness")
    assert "WARN freshness of apex.touchpoints" in said
