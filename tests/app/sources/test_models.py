"""What was imported stands in the marts, beside the tables of `apex`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import duckdb
import pytest

from tests.app.sources import exports
from tests.app.sources.conftest import Imports
from tests.transform.warehouse import BuildError, dbt, query
from tests.transform.worlds import Charge, Lead, Rate, Spend, World, build_warehouse

pytestmark = pytest.mark.dbt

OWN = World(
    charges=(
        Charge(
            id="ch_1",
            created=datetime(2026, 11, 20, tzinfo=UTC),
            customer_email="Ann.Quinn@example.com",
            amount=500_000,
            currency="eur",
        ),
        Charge(
            id="ch_2", created=datetime(2026, 11, 21, tzinfo=UTC), customer_email="o@example.com"
        ),
    ),
    leads=(
        Lead(lead_id="own", email="o@example.com", created_at=datetime(2026, 11, 1, tzinfo=UTC)),
    ),
    ad_spend=(Spend(spend_date=date(2026, 11, 1), platform="google_ads", spend=Decimal("7.77")),),
    fx_rates=(
        Rate(
            rate_date=date(2026, 11, 2),
            from_currency="EUR",
            to_currency="USD",
            rate=Decimal("9.99"),
        ),
        *(
            Rate(
                rate_date=date(2026, 11, day),
                from_currency="eur",
                to_currency="usd",
                rate=Decimal("1.1"),
            )
            for day in (1, *range(3, 31))
        ),
        *(
            Rate(
                rate_date=date(2026, 11, day),
                from_currency="gbp",
                to_currency="usd",
                rate=Decimal("1.3"),
            )
            for day in range(1, 31)
        ),
    ),
)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A warehouse with tables of its own and all exports, after `dbt build` with its tests."""
    folder = tmp_path_factory.mktemp("models")
    path = folder / "warehouse.duckdb"
    build_warehouse(path, OWN)
    imports = Imports(folder, path)
    for export in exports.ALL:
        imports.load(
            imports.file(export.name, export.content),
            options=(*export.options, "--set", "overlap=keep"),
        )
    dbt(folder, "build", "--exclude-resource-type", "unit_test")
    return path


def test_the_totals_of_the_files_are_those_of_the_mart(built):
    expected = {"usd": Decimal("7.77")}
    for export in exports.SPEND:
        for currency, total in export.totals.items():
            expected[currency] = expected.get(currency, 0) + total
    found = query(
        built, "select currency, sum(spend_minor) from marts.mart_ad_spend group by currency"
    )
    assert dict(found) == {currency: total * 100 for currency, total in expected.items()}


def test_a_payment_is_attributed_by_an_imported_lead(built):
    ((channel, credit),) = query(
        built,
        "select channel, sum(credit_minor) from marts.fct_attribution where charge_id = 'ch_1' "
        "and attribution_model = 'last_touch' group by channel",
    )
    assert (channel, credit) == ("paid_search", 500_000)


def test_own_leads_stand_beside_the_imported_ones(built):
    found = query(built, "select lead_id from staging.stg_web__leads order by 1")
    assert {"own", "151", "00Q5e000001AbCd"} <= {lead for (lead,) in found}


def test_an_imported_rate_takes_the_place_of_ones_own(built):
    found = query(
        built,
        "select rate from staging.stg_fx__rates where rate_date = date '2026-11-02' "
        "and from_currency = 'eur'",
    )
    assert found == [(Decimal("1.0812"),)]


def test_visits_and_experiments_are_staged(built):
    with duckdb.connect(str(built), read_only=True) as warehouse:
        counts = {
            model: warehouse.execute(f"select count(*) from staging.{model}").fetchone()[0]
            for model in (
                "stg_web__touchpoints",
                "stg_experiments__experiments",
                "stg_experiments__exposures",
            )
        }
    assert counts == {
        "stg_web__touchpoints": 4,
        "stg_experiments__experiments": 1,
        "stg_experiments__exposures": 1,
    }


def test_spend_that_stands_in_both_schemas_is_an_error(tmp_path):
    """Else a file that was also loaded into `apex` would count twice."""
    path = tmp_path / "warehouse.duckdb"
    spend = Spend(spend_date=date(2026, 11, 1), campaign="Brand", spend=Decimal("1.50"))
    build_warehouse(path, World(ad_spend=(spend,)))
    imports = Imports(tmp_path, path)
    content = "Day,Campaign,Platform,Currency,Cost\n2026-11-01,brand,Adwords,USD,1.50\n"
    imports.load(imports.file("spend.csv", content))
    only_models = ("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test")
    dbt(tmp_path, "build", "--select", "+mart_ad_spend", *only_models)
    with pytest.raises(BuildError, match="assert_no_spend_stands_twice"):
        dbt(tmp_path, "test", "--select", "assert_no_spend_stands_twice")
