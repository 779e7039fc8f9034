"""The report says how payments find their people, and what would match the rest."""

import csv
import json
import re
from datetime import date

import duckdb
import pytest

from tests.app.report.conftest import run_report
from tests.app.report.marts import Marts


def matched() -> Marts:
    """Most of it matched by the email, some by a reference and a code, a quarter by nothing."""
    marts = Marts()
    for month in (4, 5):
        for minor, status, by in (
            (6_000, "direct", "email"),
            (1_200, "by_reference", "visitor_id"),
            (300, "by_touch", "promotion_code"),
            (2_500, "none", None),
        ):
            marts.charge(
                minor, channel=None if status == "none" else "email", day=date(2026, month, 1)
            )
            marts.rows["fct_revenue"][-1] |= {"match_status": status, "matched_by": by}
    marts.rows["fct_revenue"][1]["match_conflict"] = True
    for code, channel, minor in (("POD10", None, 300), ("NEWS", "newsletter", 300)):
        marts.rows["mart_promotion_codes"].append(
            {
                "promotion_code": code,
                "currency": "usd",
                "charges": 1,
                "net_minor": minor,
                "net_reporting_minor": minor,
                "channel": channel,
                "has_channel": channel is not None,
            }
        )
    for row in marts.rows["mart_unmatched"][:1]:
        row["remedy_kind"] = "import_leads"
    return marts


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    path = matched().write(tmp_path_factory.mktemp("matching") / "warehouse.duckdb")
    with duckdb.connect(str(path)) as opened:
        opened.execute(
            "create schema intermediate; create table intermediate.int_references__shared as "
            "select 'visitor_id' as reference_key, 'undefined' as reference_value, 41 as people "
            "union all select 'lead_id', 'ann@example.com', 30"
        )
    return path


@pytest.fixture(scope="module")
def page(warehouse):
    path = warehouse.with_name("report.html")
    done = run_report("--warehouse", warehouse, "--output", path, "--interactive")
    assert done.exit_code == 0, done.output
    return path.read_text(encoding="utf-8")


def test_a_tooltip_calls_a_way_as_the_legend_does(page):
    ways = set(re.findall(r'"way": ?"([^"]+)"', page))
    assert ways >= {"by the email", "by a promotion code", "not matched"}
    assert "direct" not in ways


def test_the_share_that_is_matched_is_told_by_each_way(page):
    assert (
        "75% of net revenue is matched: 60% by the email, 12% by a reference that the payment "
        "carries and 3% by a promotion code"
    ) in page


def test_the_table_by_month_adds_up_to_the_revenue(warehouse, tmp_path):
    folder = tmp_path / "tables"
    assert (
        run_report("--warehouse", warehouse, "--format", "csv", "--output", folder).exit_code == 0
    )
    header, *lines = csv.reader((folder / "matching.csv").read_text("utf-8-sig").splitlines())
    assert [line[0] for line in lines] == ["2026-04", "2026-05"]
    amounts = [index for index, name in enumerate(header) if name.endswith("(USD)")]
    assert sum(float(line[index]) for line in lines for index in amounts) == 200
    assert [line[header.index("conflicts")] for line in lines] == ["1", "0"]
    codes = list(csv.reader((folder / "codes.csv").read_text("utf-8-sig").splitlines()))
    assert [line[:2] for line in codes[1:]] == [["NEWS", "newsletter"], ["POD10", "none"]]


def test_payments_that_name_two_people_are_counted_with_their_money(page):
    assert "Two people in one payment: 1 payment, $12.00" in page
    assert "from marts.fct_revenue where match_conflict" in page


def test_a_value_that_many_people_carry_is_named_unless_it_is_an_address(page):
    assert "visitor_id “undefined” (41 people); lead_id with an email address (30 people)" in page
    assert "ann@example.com" not in page


def test_a_code_without_a_channel_is_listed_with_its_money_and_what_to_import(page):
    assert "1 promotion code, which brought $3.00 net, has no channel" in page
    assert "stripe-apex import codes.csv" in page
    assert "POD10,CHANNEL" in page


def test_remedies_say_how_much_each_could_match(warehouse, page):
    assert "Import your leads: up to $25.00, 12% of net revenue" in page
    assert "Hand the visitor&#39;s id over with the payment: up to $25.00" in page
    said = json.loads(run_report("--warehouse", warehouse, "--format", "json").output)
    remedies = said["matched"]["remedies"]
    assert sum(line["revenue_minor"] for line in remedies) == sum(
        line["revenue_minor"] for line in said["unmatched"]
    )


def test_a_warehouse_of_an_older_version_has_a_report_that_says_what_it_lacks(tmp_path):
    newer = ("mart_match_remedies", "mart_promotion_codes", "mart_cohorts", "mart_channel_cohorts")
    warehouse = matched().write(tmp_path / "warehouse.duckdb", without=newer)
    page = tmp_path / "report.html"
    done = run_report("--warehouse", warehouse, "--output", page)
    assert done.exit_code == 0, done.output
    text = page.read_text(encoding="utf-8")
    assert "built before mart_match_remedies and mart_promotion_codes existed" in text
    assert "75% of net revenue is matched" in text
