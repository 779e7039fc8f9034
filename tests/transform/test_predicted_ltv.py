"""The predicted LTV through dbt: off unless a var says so, and then a row for each customer."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta

import pytest

from tests.app.lifetime.shops import simulate
from tests.transform.warehouse import BuildError, dbt, query
from tests.transform.worlds import NOON, Charge, Lead, World, build_warehouse, days

ON = {"predict_ltv": True}
MODELS = "int_ltv__customers+"
MARTS = ("mart_predicted_ltv", "mart_predicted_ltv_fit")
SEEN = 400
"""Customers of the simulated shop; 250 of them come again."""


def charges():
    """The shop's, and customers whose days and refunds say what counts as a purchase."""
    for number, customer in enumerate(simulate(SEEN, seed=21)):
        for at, (day, value) in enumerate(customer.seen):
            yield Charge(
                id=f"ch_{number}_{at}",
                customer_email=f"{number}@example.com",
                created=NOON + timedelta(days=int(day) - customer.age),
                amount=max(int(value), 50),
            )
    refunded = {"amount": 900, "amount_refunded": 900}
    for email, rows in {
        "twice@example.com": [(0, {}), (0.1, {}), (40, {})],
        "refunded@example.com": [(0, {}), (7, refunded), (40, {})],
        "gone@example.com": [(0, refunded)],
    }.items():
        for at, (day, amounts) in enumerate(rows):
            created = NOON - days(60) + days(day)
            yield Charge(id=f"{email}_{at}", customer_email=email, created=created, **amounts)


@pytest.fixture(scope="module")
def without_scipy(tmp_path_factory):
    """An environment in which SciPy cannot be imported."""
    package = tmp_path_factory.mktemp("path") / "scipy"
    package.mkdir()
    (package / "__init__.py").write_text("raise ModuleNotFoundError('gone', name='scipy')")
    return {"PYTHONPATH": str(package.parent)}


@pytest.fixture(scope="module")
def folder(default_project, without_scipy, tmp_path_factory):
    """A built project with the shop's rows, not yet predicted."""
    folder = tmp_path_factory.mktemp("predicted") / "project"
    shutil.copytree(default_project.folder, folder)
    leads = [
        Lead(lead_id="l", email="twice@example.com", created_at=NOON - days(70), channel="email")
    ]
    build_warehouse(folder / "warehouse.duckdb", World(charges=list(charges()), leads=leads))
    dbt(folder, "run", "--select", "+dim_customers", **without_scipy)
    return folder


@pytest.fixture(scope="module")
def predicted(folder):
    """The same, predicted, with all tests of the marts."""
    dbt(folder, "build", "--select", MODELS, settings=ON)
    return folder / "warehouse.duckdb"


def ours(name):
    return "int_ltv__" in name or "predicted_ltv" in name


def test_nothing_of_it_is_there_unless_it_is_switched_on(default_project):
    nodes = json.loads((default_project.folder / "target/manifest.json").read_text())["nodes"]
    assert not [name for name, node in nodes.items() if ours(name) and node["config"]["enabled"]]
    tables = query(
        default_project.folder / "warehouse.duckdb", "select table_name from duckdb_tables()"
    )
    assert tables
    assert not [name for (name,) in tables if ours(name)]


def test_each_customer_is_predicted_once(predicted):
    """All but who was refunded whole; `reason` and prediction are never both there, or missing."""
    assert query(
        predicted,
        "select count(*), count(distinct person_id), count(predicted_ltv), count(reason),"
        " min(predicted_revenue) > 0, min(currency), min(horizon_days)"
        " from marts.mart_predicted_ltv",
    ) == [(SEEN + 2, SEEN + 2, SEEN + 2, 0, True, "usd", 365)]


def test_a_purchase_is_a_day_on_which_money_stayed(predicted):
    found = query(
        predicted,
        "select purchases, last_purchase_date - first_purchase_date, p.ltv_minor, first_channel"
        " from marts.mart_predicted_ltv p"
        " join marts.fct_revenue r using (person_id)"
        " where email in ('twice@example.com', 'refunded@example.com') and revenue_date ="
        f" date '{NOON.date()}' - 20 order by 3",
    )
    assert found == [(2, 40, 20_000, "unattributed"), (2, 40, 30_000, "email")]


def test_realised_and_predicted_make_the_predicted_ltv(predicted):
    assert query(
        predicted,
        "select count(*) from marts.mart_predicted_ltv p"
        " join marts.dim_customers c using (person_id)"
        " where p.ltv <> c.ltv or abs(p.predicted_ltv - c.ltv::double"
        "    - p.expected_purchases * p.expected_purchase_value) > 1e-6",
    ) == [(0,)]


def test_one_row_says_whether_to_trust_it(predicted):
    rows = query(
        predicted,
        "select verdict, reason, customers, holdout_expected_revenue / holdout_revenue::double"
        " between 0.75 and 1.25 and abs(correlation) <= 0.3 from marts.mart_predicted_ltv_fit",
    )
    assert rows == [("plausible", None, SEEN + 2, True)]


def test_every_column_of_it_is_described(predicted):
    nodes = json.loads((predicted.parent / "target/manifest.json").read_text())["nodes"]
    for name in MARTS:
        described = {
            column
            for column, node in nodes[f"model.stripe_apex.{name}"]["columns"].items()
            if node["description"].strip()
        }
        found = query(
            predicted, f"select column_name from duckdb_columns() where table_name = '{name}'"
        )
        assert described == {column for (column,) in found}


def test_too_few_customers_are_said_and_not_guessed_from(folder, predicted):
    dbt(folder, "build", "--select", MODELS, settings=ON | {"as_of_date": "2024-12-01"})
    assert query(
        predicted, "select distinct reason, predicted_ltv from marts.mart_predicted_ltv"
    ) == [("too_few_repeat_customers", None)]
    assert query(
        predicted,
        "select verdict, reason, repeat_customers < 100 from marts.mart_predicted_ltv_fit",
    ) == [("no_prediction", "too_few_repeat_customers", True)]


def test_without_customers_the_marts_are_empty(folder, predicted):
    dbt(folder, "build", "--select", MODELS, settings=ON | {"as_of_date": "2001-01-01"})
    assert query(predicted, "from marts.mart_predicted_ltv") == []
    assert query(predicted, "select verdict, customers from marts.mart_predicted_ltv_fit") == [
        ("no_prediction", 0)
    ]


def test_who_lacks_scipy_is_told_the_extra(folder, predicted, without_scipy):
    with pytest.raises(BuildError, match=r"needs scipy: install tap-stripe-apex\[predict\]\."):
        dbt(folder, "run", "--select", "int_ltv__fit", settings=ON, **without_scipy)


def test_scipy_is_not_missed_where_it_is_off(folder):
    people = query(folder / "warehouse.duckdb", "select count(*) from marts.dim_customers")
    assert people == [(SEEN + 2,)], "who was refunded whole is no customer"


def test_postgres_is_told_that_it_cannot(tmp_path):
    with pytest.raises(BuildError, match="needs DuckDB, where dbt runs models in Python"):
        dbt(
            tmp_path,
            "parse",
            "--target",
            "postgres",
            settings=ON,
            PGUSER="nobody",
            PGDATABASE="none",
        )
