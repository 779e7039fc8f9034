"""With payments alone the report is worth opening: its figures are theirs, and it leads on."""

import re
from collections import defaultdict
from datetime import timedelta

import duckdb
import pytest

from stripe_apex.report.asked import Filters
from stripe_apex.report.contents import contents
from stripe_apex.report.formats import Formats
from stripe_apex.report.read import read
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
    assert re.search(r"^  United States +[\d,.]+ +\d+%$", text, re.MULTILINE)
    assert "12 of 162 attempts to pay failed (7.4%)." in text.splitlines()
    assert re.search(r"^  The bank declined without a reason +6 +50%$", text, re.MULTILINE)
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
            "countries",
            "largest",
            "failed",
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


def test_countries_are_named_and_what_has_none_is_said(report, page_of):
    header, *table = tables_of(page_of("payments_alone"))["countries"]
    lines = report["payments"]["attempts"]["countries"]
    assert [row[0] for row in table] == ["United States", "Austria", "not known", "Germany"]
    assert [line["country"] for line in lines] == ["US", "AT", "unknown", "DE"]
    net = header.index("net")
    assert [row[net] for row in table] == [
        Formats().money(line["net_minor"], "usd") for line in lines
    ]


def test_what_fails_is_said_in_words_with_what_later_attempts_got(report, page_of):
    attempts = report["payments"]["attempts"]
    assert (sum(line["attempts"] for line in attempts["failures"]), attempts["succeeded"]) == (
        12,
        150,
    )
    page = page_of("payments_alone").read_text()
    assert "12 of 162 attempts to pay failed (7.4%)" in page
    assert "Later attempts at the same payments brought in $40.00 of $120.66 (33%)." in page
    assert "lost revenue" not in page.lower()
    header, *table = tables_of(page_of("payments_alone"))["failed"]
    assert {row[0] for row in table} == {
        "Not enough money on the card or account",
        "The bank declined without a reason",
        "Brand new",
    }
    assert sum(int(row[header.index("failed attempts")]) for row in table) == 12


def test_amounts_that_failed_are_of_each_currency_alone(tmp_path):
    marts = Marts()
    marts.charge(1_000, channel=None)
    marts.charge(900, channel=None, currency="eur", reporting=1_000)
    marts.failure("expired_card", 500, 500)
    marts.failure("expired_card", 700, currency="eur")
    warehouse = marts.write(tmp_path / "warehouse.duckdb")
    failures = report_as_json(warehouse)["payments"]["attempts"]["failures"]
    assert [(f["currency"], f["payment_minor"], f["recovered_minor"]) for f in failures] == [
        ("eur", 700, 0),
        ("usd", 500, 500),
    ]
    only = report_as_json(warehouse, "--currency", "usd")["payments"]["attempts"]
    assert [line["currency"] for line in only["failures"]] == ["usd"]
    assert only["succeeded"] == 1


def test_attempts_are_counted_from_the_first_failure_on_that_was_read(tmp_path):
    """The stream may have been selected later, for fewer days."""
    marts = Marts()
    for number in range(10):
        marts.charge(1_000, channel=None, day=DAY + timedelta(days=number))
    marts.failure("expired_card", 500, day=DAY + timedelta(days=8))
    attempts = report_as_json(marts.write(tmp_path / "warehouse.duckdb"))["payments"]["attempts"]
    assert attempts["failures_since"] == (DAY + timedelta(days=8)).isoformat()
    assert attempts["succeeded"] == 2


@pytest.mark.parametrize(
    ("raw", "without", "said"),
    [
        (False, (), "Add `failed_charges.*` to `select` of tap-stripe-apex"),
        (True, (), "No attempt to pay failed in these days."),
        (False, ("mart_failed_payments",), "An older version built this warehouse"),
    ],
    ids=["not read", "none failed", "no mart"],
)
def test_where_nothing_failed_or_was_read_one_line_says_so(tmp_path, raw, without, said):
    marts = Marts()
    marts.charge(1_000, channel=None)
    path = marts.write(tmp_path / "warehouse.duckdb", without=without)
    if raw:
        with duckdb.connect(str(path)) as connection:
            connection.execute("create schema raw_stripe")
            connection.execute("create table raw_stripe.failed_charges (id varchar)")
    report = read(str(path), Filters("all", "position_based"))
    on_page = contents(report, Formats())
    assert "failed" not in {section.name for section in on_page.shown}
    (absent,) = (section for section in on_page.absent if section.name == "failed")
    assert said in absent.empty
