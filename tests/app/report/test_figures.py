"""The numbers: JSON says what the marts say, and the page says what the JSON says."""

import json
import re
from decimal import Decimal
from html.parser import HTMLParser

import pytest

from stripe_apex.report.formats import Formats
from tests.app.report.conftest import run_report
from tests.app.report.golden import assert_totals_agree, report_as_json
from tests.app.report.scenarios import SCENARIOS


class Tables(HTMLParser):
    """The tables of a page, as rows of text, by the id of their section."""

    def __init__(self):
        super().__init__()
        self.sections, self._section, self._row, self._cell = {}, None, None, None

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "section" and "id" in attributes:
            name = attributes["id"].removesuffix("-all")
            self._section = self.sections.setdefault(name, [])
        elif tag == "tr":
            self._row = []
        elif tag in {"td", "th"} and self._row is not None:
            self._cell = ""

    def handle_data(self, data):
        if self._cell is not None:
            self._cell += data

    def handle_endtag(self, tag):
        if tag in {"td", "th"} and self._cell is not None:
            self._row.append(self._cell)
            self._cell = None
        elif tag == "tr" and self._row is not None:
            self._section.append(self._row)
            self._row = None


def tables_of(page):
    parser = Tables()
    parser.feed(page.read_text())
    return parser.sections


@pytest.mark.parametrize("scenario", ["small", "one_currency", "ten_currencies"])
def test_the_json_equals_the_marts(warehouse_of, scenario):
    assert_totals_agree(warehouse_of(scenario))


def test_where_it_is_not_known_who_is_new_the_report_says_so_and_gives_no_cac(warehouse_of):
    report = report_as_json(warehouse_of("perhaps_new"))
    lines = {line["channel"]: line for line in report["channels"]}
    search, email = lines["paid_search"], lines["email"]
    parts = ("new_revenue_minor", "returning_revenue_minor", "maybe_new_revenue_minor")
    assert [search[part] for part in parts] == [40_000, 500, 7_000]
    assert [email[part] for part in parts] == [12_000, 900, 0]
    for line in lines.values():
        assert sum(line[part] for part in parts) == line["revenue_minor"]
    assert (search["cac"], search["payback_months"], search["new_roas"]) == (None, None, None)
    assert (email["cac"], email["new_roas"]) == ("2.500000", "12.000000")
    assert report["coverage"]["new_customers_known_from"] == "2026-01-11"
    (finding,) = [each for each in report["findings"] if "whether they are new" in each["title"]]
    assert finding["title"].startswith("Of 1 customer in these days")
    assert "which begin on Jan 1, 2026" in finding["text"]
    assert "Widen date_range to the account's first charge" in finding["text"]
    later = report_as_json(warehouse_of("perhaps_new"), "--period", "2026-02-01/2026-07-01")
    assert not [each for each in later["findings"] if "are new" in each["title"]]


def test_the_page_and_the_text_say_what_is_not_known_of_customers(warehouse_of, page_of):
    page = page_of("perhaps_new")
    rows = {row[0]: row[1:] for row in tables_of(page)["customers"][1:]}
    assert rows["paid search"] == [
        *("$475.00", "$400.00", "$5.00", "$70.00"),
        *("4.0", "1.0", "$200.00", "2.38×", "–"),
    ]
    assert rows["email"] == [
        *("$129.00", "$120.00", "$9.00", "$0.00"),
        *("4.0", "0.0", "$10.00", "12.9×", "12.0×"),
    ]
    assert "set the var history_complete to" in page.read_text()
    text = run_report("--warehouse", warehouse_of("perhaps_new"), "--format", "text").output
    assert "it is not known whether" in " ".join(text.split())
    known = run_report("--warehouse", warehouse_of("small"), "--format", "text").output
    assert "not known whether" not in known


@pytest.mark.slow
def test_the_pages_tables_equal_the_json(warehouse_of, page_of):
    report = report_as_json(warehouse_of("small"))
    tables, formats = tables_of(page_of("small")), Formats()
    revenue = {row[0]: row for row in tables["revenue"][1:]}
    for total in report["totals"]:
        row = revenue[total["currency"].upper()]
        assert row[1] == formats.number(total["charges"])
        for cell, name in zip(row[2:5], ("gross", "refunded", "net"), strict=True):
            assert cell == formats.money(total[f"{name}_minor"], total["currency"])
    channels = {row[0]: row for row in tables["economics"][1:] if row[1] == "–"}
    assert len(channels) == 3
    for line in report["channels"]:
        if line["channel"] != "unattributed":
            row = channels[line["channel"].replace("_", " ")]
            assert row[3] == formats.money(line["spend_minor"], "usd")
            assert row[4] == formats.money(line["revenue_minor"], "usd")
            assert row[5] == formats.times(line["roas"] and Decimal(line["roas"]))
            assert row[11] == formats.major(line["cac"], "usd")
    checks = tables["checks"][1:]
    passed = [row for row in checks if row[-1] == "✓ passed"]
    assert len(passed) == len(report["checks"]) > 0


@pytest.mark.slow
def test_what_stands_on_leads_alone_and_what_has_only_an_old_lead_is_said(warehouse_of, page_of):
    report = assert_totals_agree(warehouse_of("old_leads"))
    assert (report["on_leads_alone_minor"], report["too_old_minor"]) == (1_000, 2_000)
    title = "20% of net revenue has no channel, since the payers' leads are too old."
    assert title in [finding["title"] for finding in report["findings"]]
    page = page_of("old_leads").read_text()
    assert "$10.00 of it stands on leads alone" in page
    assert "$20.00 (20% of net revenue) has a lead, but one that is too old." in page
    text = run_report("--warehouse", warehouse_of("old_leads"), "--format", "text").output
    for said in (page, text):
        remedy = " ".join(said.split())
        assert "Renewals of subscriptions are paid long after the lead." in remedy
        assert "set the var recurring_credit to first_conversion" in remedy
        assert "the payer" in remedy
        assert "leads are too old" in remedy


def test_the_interval_is_that_of_a_sum_over_people(warehouse_of):
    lines = {line["channel"]: line for line in report_as_json(warehouse_of("small"))["channels"]}
    line = lines["paid_search"]
    error = sum((10_000 + number) ** 2 for number in range(120)) ** 0.5
    assert line["error_minor"] == int(error)
    low, high = map(float, line["roas_interval"])
    assert high - low == pytest.approx(2 * 1.959964 * error / line["spend_minor"], rel=1e-4)
    assert line["verdict"] == "pays"
    assert lines["paid_social"]["verdict"] == "loses"


def test_a_campaign_belongs_to_the_platform_that_was_paid_for_it(warehouse_of):
    report = report_as_json(warehouse_of("small"))
    platforms = {line["platform"]: line for line in report["platforms"]}
    assert set(platforms) == {"google_ads", "meta_ads"}
    assert platforms["meta_ads"]["revenue_minor"] == 40 * 5_000
    assert platforms["meta_ads"]["platform_conversions"] == "360.000000"
    assert [line["campaign"] for line in report["campaigns"]] == ["winter_boots", "(none)"]


def test_a_period_counts_its_days_alone(warehouse_of):
    warehouse = warehouse_of("small")
    parts = [
        report_as_json(warehouse, "--period", period)["net_minor"]
        for period in ("2026-Q1", "2026-04-01/2026-06-01", "2026-06")
    ]
    assert sum(parts) == report_as_json(warehouse)["net_minor"]
    assert all(parts)


def test_one_currency_is_shown_in_itself_and_not_converted(warehouse_of):
    report = report_as_json(warehouse_of("ten_currencies"), "--currency", "KWD")
    assert [total["currency"] for total in report["totals"]] == ["kwd"]
    assert report["scope"]["currency"] == "kwd"
    assert report["net_minor"] == report["totals"][0]["net_minor"] == 1_234_567_890


def test_a_currency_of_which_some_has_no_rate_is_in_no_converted_figure(warehouse_of):
    """What is added up is whole, and what is left out is said with its remedy."""
    report = report_as_json(warehouse_of("missing_rates"))
    alone = report_as_json(warehouse_of("missing_rates"), "--currency", "usd")
    assert report["net_minor"] == alone["net_minor"]
    assert report["channels"][0]["revenue_minor"] == alone["channels"][0]["revenue_minor"]
    assert {total["currency"]: total["net_reporting_minor"] for total in report["totals"]} == {
        "usd": report["net_minor"], "eur": None,
    }  # fmt: skip
    assert report["left_out"] == [
        {"currency": "eur", "charges": 1, "revenue_minor": 50_000, "bills": 1,
         "spend_minor": 20_000}
    ]  # fmt: skip
    said = report["headline"]["lead"]
    assert "The figures below are of USD alone." in said
    assert "EUR (1 charge of €500.00 and €200.00 of ad spend)" in said
    assert "stripe-apex import" in said
    assert "expand_balance_transactions" in said
    assert not report["headline"]["title"].startswith("Spend more")
    assert alone["headline"]["title"].startswith("Spend more")


def test_money_of_one_currency_needs_no_rate(warehouse_of):
    report = report_as_json(warehouse_of("only_euros"))
    assert report["scope"]["currency"] == "eur"
    assert report["left_out"] == []
    assert report["net_minor"] == 200_000
    assert report["channels"][0]["roas"] == "5.000000"


@pytest.mark.slow
def test_disputes_that_were_not_read_are_no_amount_of_nothing(page_of, warehouse_of):
    """Nor is a fee missed of what was never captured."""
    page = page_of("unread").read_text()
    row = next(row for row in tables_of(page_of("unread"))["revenue"] if row[0] == "USD")
    assert row[5:] == ["–", "$9.00", "at most $291.00"]
    assert "Stripe&#39;s fee is not known" not in page
    assert (
        "2 charges of $200.00 and €50.00 are disputed, and what was lost is not known: select "
        "disputes.* in meltano.yml and grant the key Disputes: Read."
    ) in page
    totals = {t["currency"]: t for t in report_as_json(warehouse_of("unread"))["totals"]}
    assert totals["usd"]["disputed_minor"] is None
    assert totals["usd"]["charges_without_fee"] == 0
    assert totals["usd"]["charges_with_unread_dispute"] == 1
    assert totals["eur"]["unread_dispute_minor"] == 5_000


@pytest.mark.slow
def test_no_total_of_all_currencies_is_shown_that_lacks_a_part(page_of):
    assert "All, converted" in page_of("ten_currencies").read_text()
    assert "All, converted" not in page_of("missing_rates").read_text()


def test_channels_that_are_not_asked_for_are_left_out_and_totals_stay(warehouse_of):
    everything = report_as_json(warehouse_of("small"))
    report = report_as_json(warehouse_of("small"), "--channel", "email")
    assert {line["channel"] for line in report["channels"]} == {"email"}
    assert {credit["channel"] for credit in report["credits"]} == {"email"}
    assert report["net_minor"] == everything["net_minor"]


def test_another_attribution_model_credits_otherwise(warehouse_of):
    report = report_as_json(warehouse_of("small"), "--attribution-model", "first_touch")
    assert "paid_social" not in {month["channel"] for month in report["months"]}


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--channel", "tv", "no channel 'tv'. It has email, paid_search"),
        ("--currency", "xyz", "no currency 'xyz'. It has usd"),
        ("--attribution-model", "luck", "no attribution model 'luck'"),
        ("--period", "yesterday", "is no period. Say all, last-90-days"),
        ("--period", "2026-13", "is no period: month must be in 1..12"),
        ("--period", "2026-02-01/2026-02-01", "is not before"),
        ("--locale", "tlh_QQ", "is no known locale"),
    ],
)
def test_a_filter_that_names_nothing_says_what_there_is(warehouse_of, option, value, says):
    done = run_report("--warehouse", warehouse_of("small"), "--format", "text", option, value)
    assert done.exit_code == 1
    assert says in done.output
    assert done.output.count("\n") == 1


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_text_is_never_wider_than_sixty_columns(warehouse_of, scenario):
    done = run_report("--warehouse", warehouse_of(scenario), "--format", "text")
    assert done.exit_code == 0, done.output
    for line in done.output.splitlines():
        assert len(line) <= 60, line
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]", done.output)


def test_json_goes_to_a_file_where_one_is_named(warehouse_of, tmp_path):
    file = tmp_path / "new" / "report.json"
    done = run_report("--warehouse", warehouse_of("small"), "--format", "json", "--output", file)
    assert done.exit_code == 0
    assert json.loads(file.read_text())["headline"]["confidence"] in {"high", "moderate"}
    assert [path.name for path in file.parent.iterdir()] == ["report.json"]


@pytest.mark.slow
def test_a_second_run_writes_the_same_bytes(warehouse_of, page_of, tmp_path):
    again = tmp_path / "again.html"
    run_report("--warehouse", warehouse_of("small"), "--output", again)
    assert again.read_bytes() == page_of("small").read_bytes()
