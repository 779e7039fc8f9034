"""Which visits a campaign has, as the user says: a template with what is open, and its import."""

import duckdb
import pytest

AUDIT = """
    create schema marts;
    create table marts.mart_spend_audit (
        platform varchar, campaign varchar, currency varchar, status varchar, visits bigint,
        spend_micros bigint
    );
    insert into marts.mart_spend_audit values
        ('google_ads', 'brand', 'usd', 'matched', 9, 1),
        ('google_ads', 'search, small', 'usd', 'spend_without_visits', 0, 5),
        ('google_ads', 'search, large', 'usd', 'spend_without_visits', 0, 60),
        ('google_ads', 'search, large', 'eur', 'spend_without_visits', 0, 1),
        ('google_ads', '(none)', 'usd', 'spend_without_visits', 0, 70),
        ('google_ads', 'gs_2026', '(none)', 'visits_without_spend', 3, 0),
        ('google_ads', 'often', '(none)', 'visits_without_spend', 7, 0),
        ('meta_ads', 'retargeting', 'usd', 'spend_without_visits', 0, 2);
"""
OPEN = """\
platform,campaign,utm_campaign,visits_without_spend
google_ads,"search, large",,often; gs_2026
google_ads,"search, small",,often; gs_2026
meta_ads,retargeting,,
"""
EXAMPLE = "platform,campaign,utm_campaign\ngoogle_ads,Brand Search,brand_search\n"


@pytest.fixture
def open_campaigns(imports):
    if imports.address.startswith("postgres"):
        imports.query(AUDIT + "select 1 as made")
    else:
        with duckdb.connect(imports.address) as warehouse:
            warehouse.execute(AUDIT)
    return imports


def test_the_template_has_what_is_open_with_what_it_may_be(open_campaigns):
    """The dearest first; a campaign with spend in two currencies once."""
    assert open_campaigns.run("--template", "campaign_map").output == OPEN


def test_before_the_first_build_it_has_an_example(imports):
    assert imports.run("--template", "campaign_map").output == EXAMPLE


def test_what_stays_empty_is_left_out_and_the_rest_is_loaded(open_campaigns):
    filled = OPEN.replace('large",,', 'large",gs_2026,')
    said = open_campaigns.load(open_campaigns.file("open.csv", filled))
    assert "left out, without a utm_campaign: 2 campaigns" in said
    (row,) = open_campaigns.rows("campaign_map")
    assert (row["platform"], row["campaign"], row["utm_campaign"]) == (
        "google_ads", "search, large", "gs_2026",
    )  # fmt: skip
    (listed,) = open_campaigns.run("--list").output.splitlines()
    assert listed.endswith("campaign_map  open.csv: 1 row")
    open_campaigns.run("--undo")
    assert open_campaigns.rows("campaign_map") == []


def test_a_template_that_nobody_filled_in_is_refused(open_campaigns):
    line = open_campaigns.refused(open_campaigns.file("open.csv", OPEN))
    assert "no row says the utm_campaign of a campaign" in line


def test_one_campaign_may_have_several_names(imports):
    text = "platform,campaign,utm_campaign\ngoogle_ads,a,x\ngoogle_ads,a,y\n"
    imports.load(imports.file("map.csv", text))
    assert len(imports.rows("campaign_map")) == 2
    imports.load(imports.file("map.csv", text.replace(",y", ",z")))
    assert [row["utm_campaign"] for row in imports.rows("campaign_map")] == ["x", "z"]
