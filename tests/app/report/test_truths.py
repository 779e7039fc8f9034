"""What the report says first, and what it must not say: on the page, in the text and in JSON."""

import re

import pytest

from tests.app.report.conftest import run_report
from tests.app.report.golden import assert_totals_agree, report_as_json
from tests.app.report.marts import DAY, Marts
from tests.app.report.test_figures import tables_of
from tests.conftest import sync


def text_of(warehouse, *options):
    done = run_report("--warehouse", warehouse, "--format", "text", *options)
    assert done.exit_code == 0, done.output
    return done.output


def in_one_line(text):
    return " ".join(text.split())


def test_a_failed_check_comes_first_and_nothing_is_advised_beside_it(warehouse_of):
    warehouse = warehouse_of("wrong_sums")
    report = report_as_json(warehouse)
    headline = report["headline"]
    assert headline["title"] == "Do not use these figures: 4 of 8 checks failed."
    assert "that is $33,871.40, but $33,941.40 was found" in headline["lead"]
    assert (headline["confidence"], headline["reasons"], report["findings"]) == (None, [], [])
    text = text_of(warehouse)
    assert text.startswith("Do not use these figures: 4 of 8 checks failed.\n")
    assert "Spend more" not in text


def test_spend_that_gets_lost_on_its_way_to_the_channels_fails_a_check(tmp_path):
    marts = Marts()
    marts.charge(10_000, channel="paid_search")
    marts.spend(2_000)
    marts.rows["mart_channels"] = [row | {"spend_minor": 0} for row in marts.rows["mart_channels"]]
    report = report_as_json(marts.write(tmp_path / "warehouse.duckdb"))
    failed = {check["name"] for check in report["checks"] if not check["passed"]}
    assert failed == {"spend"}
    assert report["headline"]["lead"].startswith("The spend of all channels must be what the")


@pytest.mark.parametrize(
    ("scenario", "title", "said"),
    [
        ("simulated", "Simulated account: ", "Simulated account: all of these payments are made"),
        ("test_mode", "Test mode: ", "Test mode: these are Stripe's test payments, no real money"),
        ("one_currency", "", ""),
    ],
)
def test_money_that_is_not_real_is_said_in_the_title_and_first_of_all(
    warehouse_of, page_of, scenario, title, said
):
    page, text = page_of(scenario).read_text(), text_of(warehouse_of(scenario))
    headline = report_as_json(warehouse_of(scenario))["headline"]["title"]
    assert f"<title>{title}{headline}</title>" in page
    first = re.search(r"<header>\s*<p[^>]*>(.*?)</p>", page, re.DOTALL)[1]
    if said:
        assert said.replace("'", "&#39;") in first
        assert in_one_line(text).startswith(said)
    else:
        assert "Simulated" not in page
        assert "Test mode" not in page
        assert in_one_line(text).startswith(headline)


def test_the_simulated_account_is_known_by_what_it_serves(account, stripe):
    """The report looks for this text on the statement of every charge."""
    account.create_charge(1_000)
    (record,) = sync(stripe.url).records()
    assert (record["statement_descriptor"], record["livemode"]) == ("SIMULATED STORE", False)


def test_the_parts_of_a_channel_add_up_to_it(warehouse_of, page_of):
    report = assert_totals_agree(warehouse_of("far_apart"))
    for channel in report["channels"]:
        parts = [
            line
            for line in (*report["platforms"], *report["unplaced"])
            if line["channel"] == channel["channel"]
        ]
        for amount in ("revenue_minor", "basis_minor", "spend_minor"):
            assert sum(line[amount] for line in parts) == channel[amount]
    (rest,) = report["unplaced"]
    assert (rest["channel"], rest["revenue_minor"], rest["spend_minor"]) == (
        "paid_search", 120_000, 0,
    )  # fmt: skip
    rows = [row for row in tables_of(page_of("far_apart"))["economics"] if row[0] == "paid search"]
    assert [row[1] for row in rows] == [
        "–",
        "Google Ads",
        "Google Ads",
        "not matched to a platform",
    ]
    assert rows[-1][3:6] == ["$0.00", "$1,200.00", "–"]
    chart = page_of("far_apart").read_text()
    assert ">not matched to a platform</text>" in chart
    assert ">$1.2K, no spend</text>" in chart


def test_what_lies_beyond_the_scale_has_a_mark_and_its_value(page_of):
    page = page_of("far_apart").read_text()
    assert page.count(">40.0× →</text>") == 4, "the channel and its platform, wide and narrow"
    assert "beyond the scale, with its value" in page
    assert "beyond the scale" not in page_of("small").read_text()


def test_what_brought_nobody_has_no_interval(warehouse_of, page_of):
    lines = report_as_json(warehouse_of("far_apart"))["channels"]
    (display,) = [line for line in lines if line["channel"] == "display"]
    assert (display["verdict"], display["roas"], display["roas_interval"]) == (
        "nothing", "0.000000", None,
    )  # fmt: skip
    (row,) = [
        row for row in tables_of(page_of("far_apart"))["economics"] if row[:2] == ["display", "–"]
    ]
    assert row[6] == "–"
    assert "✕ brought nobody" in row


def test_a_platforms_conversions_stand_apart_from_customers_and_are_explained(page_of):
    page = page_of("leads_alone")
    header = tables_of(page)["economics"][0]
    assert header[-1] == "conversions the platform counts"
    text = page.read_text()
    assert "they are actions, not customers" in text
    assert "Google Ads counts 200 conversions; 40 people who are matched to it paid." in text
    assert "new customers. Steer" not in text


def test_where_all_revenue_stands_on_leads_the_models_are_not_said_to_agree(warehouse_of, page_of):
    said = "All revenue that has a channel stands on leads alone"
    report = report_as_json(warehouse_of("leads_alone"))
    (reason,) = [each for each in report["headline"]["reasons"] if each["name"] == "Attribution"]
    assert reason["text"].startswith(said)
    assert "agree" not in reason["text"]
    page = page_of("leads_alone").read_text()
    assert "comes first under all" not in page
    assert said in in_one_line(text_of(warehouse_of("leads_alone")))


def test_missing_rates_name_the_permission_its_link_and_the_command(warehouse_of, page_of):
    link = "https://dashboard.stripe.com/apikeys"
    page = page_of("missing_rates").read_text()
    assert f'<a href="{link}" rel="noreferrer">{link}</a>' in page
    for said in (page, in_one_line(text_of(warehouse_of("missing_rates")))):
        assert "stripe-apex import --template fx_rates" in said
        assert "stripe-apex import rates.csv" in said
        assert "Balance transactions: Read" in said
        assert link in said
        assert "$500.00" not in said, "euros are no dollars"


def test_money_at_rates_of_other_charges_is_said(tmp_path):
    marts = Marts()
    marts.charge(10_000)
    marts.charge(5_000, currency="eur", reporting=5_500, reporting_method="settled_rate")
    marts.spend(2_000, currency="eur", day=DAY)
    marts.rows["mart_ad_spend"][0]["reporting_method"] = "settled_rate"
    text = in_one_line(text_of(marts.write(tmp_path / "warehouse.duckdb")))
    assert (
        "1 charge and 1 row of spend are converted at the rate at which Stripe settled your other "
        "charges of the same currency and day" in text
    )


def test_disputes_that_were_not_read_are_said_in_the_text_too(warehouse_of):
    text = in_one_line(text_of(warehouse_of("unread")))
    assert "2 charges of $200.00 and €50.00 are disputed, and what was lost is not known" in text


def test_nothing_is_judged_while_money_is_left_out(warehouse_of, page_of):
    """Euros that have no rate may be what the spend brought, and what an experiment did."""
    report = report_as_json(warehouse_of("missing_rates"))
    lines = [line for line in report["channels"] if line["spend_minor"]]
    assert [line["verdict"] for line in lines] == ["unclear", "unclear"]
    assert report["experiments"] == []
    said = [headline["title"] for headline in (report["headline"], *report["findings"])]
    assert not [title for title in said if "counts" in title or "raised" in title]
    page = page_of("missing_rates").read_text()
    assert "Whether spend comes back is open: these returns are of USD alone" in page
    assert "What experiments brought cannot be said: some money has no exchange rate" in page
    assert "does not earn it back" not in page
    assert "of USD alone" in text_of(warehouse_of("missing_rates"))


def test_spend_does_not_lose_while_no_payment_is_credited_to_any_channel(warehouse_of, page_of):
    """Without leads and visits, what the spend brought is among what nobody is credited with."""
    warehouse = warehouse_of("spend_alone")
    report = report_as_json(warehouse)
    assert report["headline"]["title"] == "No revenue can be credited to a channel yet."
    assert "There are no leads and no visits yet" in report["headline"]["lead"]
    (line,) = [line for line in report["channels"] if line["spend_minor"]]
    assert line["verdict"] == "unclear"
    page = page_of("spend_alone").read_text()
    assert "What spend brought back cannot be said: no revenue is credited to a channel" in page
    text = run_report("--warehouse", warehouse, "--format", "text").output
    for said in (page, text):
        assert "costs more than" not in said
        assert "cost more than" not in said
        assert "brought nobody" not in said
