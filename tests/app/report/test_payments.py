"""With payments alone the report is worth opening: its figures are theirs, and it leads on."""

from collections import defaultdict
from datetime import timedelta

import pytest

from stripe_apex.report.formats import Formats
from tests.app.report.conftest import run_report
from tests.app.report.golden import assert_payments_agree, report_as_json, rows
from tests.app.report.marts import DAY, Marts
from tests.app.report.test_figures import tables_of
from tests.app.report.test_page import Visit


@pytest.fixture
def report(warehouse_of):
    return report_as_json(warehouse_of("payments_alone"))


@pytest.mark.parametrize(
    "scenario", ["payments_alone", "small", "one_currency", "ten_currencies", "perhaps_new"]
)
def test_weeks_methods_and_customers_add_up_to_the_marts(warehouse_of, scenario):
    warehouse = warehouse_of(scenario)
    assert_payments_agree(warehouse, report_as_json(warehouse))


def test_customers_after_their_first_payment_equal_a_count_by_hand(warehouse_of, report):
    charges = rows(
        warehouse_of("payments_alone"),
        "select person_id, revenue_date as day, net_minor from marts.fct_revenue order by day",
    )
    paid = defaultdict(list)
    for charge in charges:
        paid[charge["person_id"]].append((charge["day"], charge["net_minor"]))
    last = charges[-1]["day"]
    ages = report["payments"]["ages"]
    assert [line["age_days"] for line in ages] == [0, 30, 60, 90]
    for line in ages:
        age = timedelta(days=line["age_days"])
        seen = [
            [minor for day, minor in payments if day <= payments[0][0] + age]
            for payments in paid.values()
            if payments[0][0] + age <= last
        ]
        assert line["customers"] == len(seen)
        assert line["paid_again"] == sum(len(payments) > 1 for payments in seen)
        assert line["net_minor"] == sum(map(sum, seen))
    assert 0 < ages[2]["paid_again"] < ages[2]["customers"]
    sums = sorted((sum(minor for _, minor in each) for each in paid.values()), reverse=True)
    payers = report["payments"]["payers"]
    assert payers["largest_minor"] == sums[0]
    assert payers["top_ten_minor"] == sum(sums[:10])
    assert payers["top_tenth_minor"] == sum(sums[: len(sums) // 10])
    assert payers["repeat_customers"] == sum(len(each) > 1 for each in paid.values())


def test_the_headline_is_of_the_money_and_one_step_leads_on(report, warehouse_of):
    headline, step = report["headline"], report["next_step"]
    weeks = report["payments"]["weeks"]
    returning = sum(
        week["net_minor"] - week["new_revenue_minor"] - week["maybe_new_revenue_minor"]
        for week in weeks
    )
    share = Formats().percent(returning / report["net_minor"])
    assert headline["title"] == (
        f"Customers brought $7,042 net in these days, {share} of it from people who had paid "
        "before."
    )
    assert "of new customers paid again within 60 days." in headline["lead"]
    assert "The last four whole weeks brought" in headline["lead"]
    assert step["command"] == "stripe-apex connect"
    assert not [finding for finding in report["findings"] if "matched" in finding["title"]]
    text = run_report("--warehouse", warehouse_of("payments_alone"), "--format", "text").output
    assert "  stripe-apex connect" in text.splitlines()
    assert report_as_json(warehouse_of("small"))["next_step"] is None


def test_the_page_begins_with_payments_and_has_the_rest_in_one_line(browser, page_of):
    with Visit(browser, page_of("payments_alone")) as visit:
        page = visit.page
        assert page.locator("#next code").first.text_content() == "stripe-apex connect"
        shown = page.locator("main > section").evaluate_all("all => all.map(one => one.id)")
        assert shown == [
            "next",
            "figures",
            "",
            "weeks",
            "again",
            "methods",
            "largest",
            "revenue",
            "checks",
        ]
        line = page.locator("#absent summary")
        assert line.text_content() == (
            "Nothing to show for: return on ad spend, attribution models, worth of customers, "
            "payback, experiments"
        )
        assert line.bounding_box()["height"] < 40
        assert page.locator("#months, #unmatched, #customers").count() == 0


def test_the_pages_weeks_equal_the_json(report, page_of):
    header, *table = tables_of(page_of("payments_alone"))["weeks"]
    assert header[4:8] == ["net", "disputed", "fees", "kept"]
    formats = Formats()
    for row, week in zip(table, report["payments"]["weeks"], strict=True):
        for column, name in ((2, "gross_minor"), (4, "net_minor"), (6, "fee_minor"),
                             (7, "kept_minor"), (8, "new_revenue_minor")):  # fmt: skip
            assert row[column] == formats.money(week[name], "usd")


def test_what_is_left_out_is_named_beside_the_sum_that_lacks_it(warehouse_of):
    headline = report_as_json(warehouse_of("payments_alone_without_rates"))["headline"]
    assert headline["title"].startswith("Customers brought $7,042 net in these days in USD alone")
    assert "EUR (1 charge of €900.00)" in headline["lead"]


def test_a_share_that_may_be_more_is_called_a_least_share(tmp_path):
    marts = Marts()
    marts.charge(1_000, channel=None, person=1)
    marts.charge(1_000, channel=None, person=1, day=DAY + timedelta(days=1))
    marts.charge(2_000, channel=None, person=2, maybe_new=True)
    report = report_as_json(marts.write(tmp_path / "warehouse.duckdb"))
    assert report["headline"]["title"] == (
        "Customers brought $40.00 net in these days, at least 25% of it from people who had paid "
        "before."
    )


def test_fees_and_disputes_that_were_not_read_make_no_sum(tmp_path, page_of):
    rows_of = tables_of(page_of("unread"))["weeks"]
    assert rows_of[0][5] == "disputes and fees"
    assert rows_of[1][5].startswith("at least ")
    assert rows_of[1][6].startswith("at most ")


def test_customers_alone_in_a_period_are_those_whose_first_payment_lies_in_it(warehouse_of):
    early = report_as_json(warehouse_of("payments_alone"), "--period", "2026-01")
    late = report_as_json(warehouse_of("payments_alone"), "--period", "2026-02-01/2026-05-01")
    whole = report_as_json(warehouse_of("payments_alone"))
    for age in (0, 30):
        assert sum(
            line["customers"]
            for part in (early, late)
            for line in part["payments"]["ages"]
            if line["age_days"] == age
        ) == next(
            line["customers"] for line in whole["payments"]["ages"] if line["age_days"] == age
        )
