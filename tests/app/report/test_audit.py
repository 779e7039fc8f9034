"""The report says which spend leads to no visit, and what to write into the addresses of ads."""

import csv
import re
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from stripe_apex.report.url_parameters import parameters
from tests.app.report.conftest import run_report
from tests.app.report.golden import assert_audit_agrees, report_as_json
from tests.app.report.marts import DAY, LAST_DAY, Marts
from tests.app.report.test_figures import tables_of

SEEDS = Path(__file__).resolve().parents[3] / "transform/seeds"


def line(platform, campaign, minor, *, currency="usd", by=None, id_=None, visits=0):
    """A row of the audit: matched `by` a way, or not; without spend where nothing was billed."""
    status = "matched" if by else "spend_without_visits" if minor else "visits_without_spend"
    return {
        "platform": platform,
        "campaign": campaign,
        "currency": currency if minor else "(none)",
        "status": status,
        "matched_by": by,
        "campaign_id": id_,
        "utm_campaign": campaign if visits else None,
        "visits": visits,
        "first_date": DAY,
        "last_date": LAST_DAY,
        "spend_minor": minor,
        "matched_minor": minor if by else 0,
        "unmatched_minor": 0 if by else minor,
    }


def audited(*lines):
    """A payment, and spend that the audit has so."""
    marts = Marts()
    marts.charge(10_000, channel="paid_social")
    for one in lines:
        if one["spend_minor"]:
            marts.spend(
                one["spend_minor"],
                platform=one["platform"],
                campaign=one["campaign"],
                currency=one["currency"],
            )
    marts.rows["mart_spend_audit"] = list(lines)
    return marts


OPEN = (
    line("meta_ads", "retargeting", 900_001, id_="238"),
    line("meta_ads", "lookalike", 339_999, id_="239"),
    line("meta_ads", "known", 100_000, by="name", visits=7),
    line("meta_ads", "by its id", 20_000, by="id", id_="240", visits=3),
    line("meta_ads", "as you say", 3_000, by="map", visits=2),
    line("google_ads", "brand", 5_000, currency="eur"),
    line("meta_ads", "q3_dach", 0, visits=150),
)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    return audited(*OPEN).write(tmp_path_factory.mktemp("audit") / "warehouse.duckdb")


@pytest.fixture(scope="module")
def page(warehouse):
    path = warehouse.with_name("report.html")
    assert run_report("--warehouse", warehouse, "--output", path).exit_code == 0
    return path.read_text(encoding="utf-8")


def test_spend_that_no_visit_meets_is_told_by_platform_in_its_own_currency(warehouse, page):
    title = (
        "$12,400.00 of Meta Ads spend and €50.00 of Google Ads spend lead to no visit that names "
        "its campaign: 3 campaigns"
    )
    assert title in page
    table = run_report("--warehouse", warehouse, "--format", "text").output
    assert f"{title}." in " ".join(table.split())


def test_matched_and_unmatched_spend_are_all_spend(warehouse):
    report = report_as_json(warehouse)
    assert_audit_agrees(warehouse, report)
    meta = report["audit"]["platforms"][0]
    assert meta == {
        "platform": "meta_ads",
        "currency": "usd",
        "spend_minor": 1_363_000,
        "matched_minor": {"name": 100_000, "id": 20_000, "map": 3_000},
        "unmatched_minor": 1_240_000,
    }


def test_the_tables_name_each_campaign_and_visits_without_spend(warehouse, tmp_path):
    done = run_report("--warehouse", warehouse, "--format", "csv", "--output", tmp_path)
    assert done.exit_code == 0, done.output
    header, meta, google = csv.reader((tmp_path / "audit.csv").read_text("utf-8-sig").splitlines())
    assert header == ["platform", "currency", "spend", "no visit", "by name", "by id", "by map"]
    assert meta == ["Meta Ads", "USD", "13630.00", "12400.00", "1000.00", "200.00", "30.00"]
    assert google == ["Google Ads", "EUR", "50.00", "50.00", "0.00", "0.00", "0.00"]
    content = (tmp_path / "audit-details.csv").read_text("utf-8-sig")
    campaigns = {row["campaign"]: row for row in csv.DictReader(content.splitlines())}
    assert {name: row["found by"] for name, row in campaigns.items()} == {
        "retargeting": "no visit",
        "lookalike": "no visit",
        "known": "name",
        "by its id": "id",
        "as you say": "map",
        "brand": "no visit",
        "q3_dach": "no spend",
    }
    assert campaigns["retargeting"]["spend"] == "9000.01"
    assert (campaigns["q3_dach"]["spend"], campaigns["q3_dach"]["visits"]) == ("", "150")


def test_the_remedy_is_to_be_pasted_and_the_map_to_be_filled(page):
    assert "No visit names “retargeting” and “lookalike”." in page
    assert "utm_campaign={{campaign.name}}&amp;utm_id={{campaign.id}}" in page
    assert "carry names on which nothing was spent: “q3_dach”" in page
    assert "stripe-apex import --template campaign_map &gt; map.csv" in page


def test_google_is_given_names_where_the_spend_has_no_ids(page):
    assert "utm_campaign={_campaign}" in page
    assert "campaignid" not in page
    assert parameters("google_ads", has_ids=True).text.endswith("utm_campaign={campaignid}")


def test_currencies_that_are_not_asked_for_are_left_out(warehouse):
    report = report_as_json(warehouse, "--currency", "usd")
    assert {one["currency"] for one in report["audit"]["platforms"]} == {"usd"}


def test_where_all_campaigns_are_known_nothing_is_asked_for(tmp_path):
    marts = audited(line("meta_ads", "known", 100, by="name", visits=7))
    path = tmp_path / "report.html"
    run_report("--warehouse", marts.write(tmp_path / "w.duckdb"), "--output", path)
    text = path.read_text(encoding="utf-8")
    assert "Each campaign with spend is named by a visit, a lead or a payment" in text
    assert "names its campaign" not in text


def without_visits():
    marts = audited(line("meta_ads", "retargeting", 100))
    marts.rows["mart_inputs"] = [
        {"input": "ad_spend", "row_count": 1},
        {"input": "leads", "row_count": 2},
    ]
    return marts, ()


def without_spend():
    marts = Marts()
    marts.charge(10_000)
    return marts, ()


def older():
    return audited(*OPEN), ("mart_spend_audit",)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (without_visits, "There are no visits yet."),
        (without_spend, "There is no ad spend yet."),
        (older, "This warehouse was built before mart_spend_audit existed:"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_claimed(tmp_path, made, said):
    marts, without = made()
    path = tmp_path / "report.html"
    warehouse = marts.write(tmp_path / "w.duckdb", without=without)
    done = run_report("--warehouse", warehouse, "--output", path)
    assert done.exit_code == 0, done.output
    text = path.read_text(encoding="utf-8")
    section = text.split('<section id="audit"')[1].split("</section>")[0]
    assert said in section
    assert "<table" not in section
    assert "names its campaign" not in text + done.output


def test_spend_that_says_no_campaign_is_asked_for_one(tmp_path):
    marts = audited(line("meta_ads", "(none)", 700), line("meta_ads", "known", 1, by="name"))
    path = tmp_path / "report.html"
    run_report("--warehouse", marts.write(tmp_path / "w.duckdb"), "--output", path)
    text = path.read_text(encoding="utf-8")
    assert "$7.00 of Meta Ads spend leads to no visit that names its campaign</h2>" in text
    assert "This spend says no campaign" in text


def seed(name):
    return list(csv.DictReader((SEEDS / f"{name}.csv").read_text().splitlines()))


@pytest.mark.parametrize("has_ids", [True, False])
@pytest.mark.parametrize(
    "platform", ["google_ads", "meta_ads", "linkedin_ads", "microsoft_ads", "tiktok_ads"]
)
def test_visits_with_the_parameters_are_of_the_platform_and_paid_for(platform, has_ids):
    """By the seeds: the source is a name of the platform, and the medium is that of its channel."""
    text = parameters(platform, has_ids=has_ids).text
    written = {name: value for name, (value,) in parse_qs(text).items()} or dict(
        pair.split() for pair in text.splitlines()
    )
    names = {row["name"]: row["platform"] for row in seed("ad_platform_names")}
    assert names[written["utm_source"]] == platform
    channels = {row["platform"]: row["channel"] for row in seed("ad_platforms")}
    first = next(
        rule
        for rule in seed("channel_rules")
        if not rule["click_id"]
        and all(
            not rule[name] or re.fullmatch(rule[name], written[name])
            for name in ("utm_source", "utm_medium")
        )
    )
    assert first["channel"] == channels[platform]
    assert "ampaign" in written["utm_campaign"] or "CAMPAIGN" in written["utm_campaign"]


def test_the_period_of_the_spend_is_said(page):
    assert "All ad spend from Jan 1, 2026 to Jun 30, 2026, whatever the period" in page


def test_what_no_visit_names_has_no_return_rather_than_one_of_nothing(tmp_path):
    """A campaign whose visits bring nobody is judged; one without visits is not, nor advised on."""
    marts = audited(
        line("meta_ads", "seen", 500_000, by="name", visits=900),
        line("banners", "unseen", 700_000),
        line("meta_ads", "unseen too", 100_000),
    )
    for row in (*marts.rows["mart_ad_spend"], *marts.rows["mart_channels"]):
        row["channel"] = "display" if row["campaign"] == "unseen" else "paid_social"
    marts.rows["fct_attribution"] = [
        row | {"channel": "email"} for row in marts.rows["fct_attribution"]
    ]
    warehouse = marts.write(tmp_path / "warehouse.duckdb")
    report = report_as_json(warehouse)
    said = {
        one["campaign"] or one["platform"] or one["channel"]: (one["verdict"], one["roas"])
        for level in ("channels", "platforms", "campaigns")
        for one in report[level]
        if one["spend_minor"]
    }
    assert said == {
        "seen": ("nothing", "0.000000"),
        "meta_ads": ("nothing", "0.000000"),
        "paid_social": ("nothing", "0.000000"),
        "unseen": ("not_named", None),
        "unseen too": ("not_named", None),
        "banners": ("not_named", None),
        "display": ("not_named", None),
    }
    headline = report["headline"]
    assert "display" not in (headline["lead"] + headline["verdict"]).lower()
    text = run_report("--warehouse", warehouse, "--format", "text").output
    assert re.search(r"^  display +0\.00 +0% +7,000\.00 +–$", text, re.MULTILINE)
    page = tmp_path / "report.html"
    assert run_report("--warehouse", warehouse, "--output", page).exit_code == 0
    (row,) = (each for each in tables_of(page)["economics"] if each[2] == "unseen")
    assert (row[5], "○ no visit names it" in row) == ("–", True)
    assert ">no visit names it</text>" in page.read_text(encoding="utf-8")


def test_where_no_visit_names_any_campaign_no_channel_is_said_to_lose(tmp_path):
    marts = audited(line("banners", "unseen", 700_000), line("banners", "seen", 0, visits=9))
    marts.rows["fct_attribution"] = [
        row | {"channel": "email"} for row in marts.rows["fct_attribution"]
    ]
    for row in marts.rows["mart_ad_spend"]:
        row["channel"] = "display"
    headline = report_as_json(marts.write(tmp_path / "warehouse.duckdb"))["headline"]
    assert headline["title"] == (
        "What ad spend brought back cannot be said: no visit names its campaigns."
    )
