"""What of a charge is revenue, and in which currencies it can be said."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from decimal import Decimal

import duckdb
import pytest

from tests.transform.comparison import agreed
from tests.transform.warehouse import BuildError, dbt, query
from tests.transform.worlds import (
    ANN,
    NOON,
    Charge,
    Experiment,
    Lead,
    Rate,
    Spend,
    World,
    build_warehouse,
    days,
)


@pytest.mark.parametrize(
    ("charge", "gross", "refunded", "net"),
    [
        pytest.param({"amount_captured": 700, "refunded_amount": 0}, 700, 0, 700, id="captured"),
        pytest.param(
            {"amount_captured": 700, "amount_refunded": 300, "refunded_amount": 0}, 700, 0, 700,
            id="the rest counted as refunded",
        ),
        pytest.param(
            {"amount_captured": 700, "amount_refunded": 700, "refunded_amount": 700}, 700, 700, 0,
            id="all of it refunded",
        ),
        pytest.param(
            {"captured": False, "amount_refunded": 1_000, "refunded_amount": 0}, 0, 0, 0,
            id="expired",
        ),
        pytest.param(
            {"amount_captured": 700, "amount_refunded": 900}, 700, 700, 0,
            id="a row of an older version of the tap",
        ),
    ],
)  # fmt: skip
def test_captured_is_gross_and_only_real_refunds_lower_it(
    default_project, default_settings, charge, gross, refunded, net
):
    world = World(charges=[replace(ANN, amount=1_000, **charge)])
    results = agreed(default_project, default_settings, world)
    assert results.rows("select gross_minor, refunded_minor, net_minor from marts.fct_revenue") == [
        (gross, refunded, net)
    ]


def test_more_refunded_than_captured_is_an_error(default_project):
    charge = replace(ANN, amount_captured=7_000, refunded_amount=7_001)
    results = default_project.run(World(charges=[charge]))
    assert "assert_refunds_lie_between_nothing_and_all" in results.failures()


def test_a_warehouse_of_an_older_version_of_the_tap_is_read(default_project, tmp_path):
    """It lacks columns of charges, and the table of failed ones."""
    charge = replace(ANN, amount=1_000, amount_captured=700, amount_refunded=900)
    folder = shutil.copytree(default_project.folder, tmp_path / "project")
    build_warehouse(folder / "warehouse.duckdb", World(charges=[charge]))
    with duckdb.connect(str(folder / "warehouse.duckdb")) as warehouse:
        for column in ("refunded_amount", "card_country", "billing_country"):
            warehouse.execute(f"alter table raw_stripe.charges drop column {column}")
        warehouse.execute("drop table raw_stripe.failed_charges")
    tests = "assert_revenue_equals_raw_charges assert_refunds_lie_between_nothing_and_all"
    marts = "+mart_payment_countries +mart_failed_payments"
    select = ["--select", f"{marts} {tests}", "--indirect-selection", "cautious"]
    dbt(folder, "build", *select, "--exclude-resource-type", "unit_test")
    assert query(
        folder / "warehouse.duckdb",
        "select gross_minor, refunded_minor, net_minor from marts.fct_revenue",
    ) == [(700, 700, 0)]
    assert query(
        folder / "warehouse.duckdb",
        "select country, charges, gross_minor, net_minor from marts.mart_payment_countries",
    ) == [("unknown", 1, 700, 0)]
    assert query(folder / "warehouse.duckdb", "select * from marts.mart_failed_payments") == []


def test_a_currency_without_a_minor_unit_costs_the_major_units_alone(default_project):
    """A test of the project tells of it; whatever can be said without it is there."""
    lead = Lead(lead_id="l1", email="ann@example.com", created_at=NOON - days(1), channel="email")
    world = World(
        charges=[
            replace(ANN, currency="xts", amount_refunded=1_000),
            replace(
                ANN, id="ch_settled", currency="xts", settled_currency="usd", settled_amount=500
            ),
            Charge(id="ch_usd", customer_email="bob@example.com"),
        ],
        leads=[lead],
        ad_spend=[Spend(spend_date=NOON.date(), currency="xts")],
        fx_rates=[
            Rate(rate_date=NOON.date(), from_currency="xts", to_currency="usd", rate=Decimal(2))
        ],
        experiments=[Experiment(experiment_id="e", cost=Decimal(5), cost_currency="xts")],
    )
    results = default_project.run(world)
    assert sorted(results.failures()) == [
        "assert_currencies_are_known",
        "assert_no_rate_is_missing",
    ]
    assert results.rows(
        "select charge_id, gross_minor, net_minor, net, net_reporting_minor, lead_id"
        " from marts.fct_revenue order by charge_id"
    ) == [
        ("ch_ann", 10_000, 9_000, None, None, "l1"),
        ("ch_settled", 10_000, 10_000, None, 500, "l1"),
        ("ch_usd", 10_000, 10_000, 100, 10_000, None),
    ]
    assert results.rows(
        "select currency, net_minor, net from marts.mart_revenue_total order by currency"
    ) == [("usd", 10_000, 100), ("xts", 19_000, None)]
    assert results.rows(
        "select sum(credit_minor) from marts.fct_attribution"
        " where currency = 'xts' and attribution_model = 'linear' and channel = 'email'"
    ) == [(19_000,)]
    assert results.rows("select currency, spend_minor, spend from marts.mart_ad_spend") == [
        ("xts", None, None)
    ]


def test_a_currency_without_a_minor_unit_stops_no_model(default_project, tmp_path):
    folder = shutil.copytree(default_project.folder, tmp_path / "project")
    world = World(
        charges=[replace(ANN, currency="xts")],
        ad_spend=[Spend(spend_date=NOON.date(), currency="xts")],
    )
    build_warehouse(folder / "warehouse.duckdb", world)
    with pytest.raises(BuildError, match="assert_currencies_are_known"):
        dbt(folder, "build", "--exclude-resource-type", "unit_test")
    results = json.loads((folder / "target" / "run_results.json").read_text())["results"]
    not_well = {
        result["unique_id"].split(".")[2]: result["status"]
        for result in results
        if result["status"] not in {"success", "pass", "no-op"}
    }
    assert not_well == {
        "assert_currencies_are_known": "fail",
        "assert_no_rate_is_missing": "fail",
    }
