"""Ad spend that other loaders bring: each total is the one by hand, to the millionth."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from stripe_apex.sources import names
from tests.transform.ad_shapes import SHAPES
from tests.transform.asking import built
from tests.transform.loaded_ads import VARIANTS, loaded
from tests.transform.warehouse import PROJECT
from tests.transform.worlds import CHARGES

SOURCES = {
    (shape.type, variant): loaded(shape, variant, number)
    for number, (shape, variant) in enumerate((s, v) for s in SHAPES for v in VARIANTS)
}
GOOGLE = SOURCES["fivetran_google_ads", "typed"]
BING = SOURCES["fivetran_microsoft_ads", "typed"]
FIRST, SECOND, *_ = sorted({row["id"] for row in GOOGLE.tables[0].rows})
ACCOUNT = BING.tables[0].rows[0]["account_id"]
DAY = BING.tables[0].rows[0]["date"]
LINKS = (
    f"/?utm_campaign=Summer+Sale&utm_id={SECOND}&gclid=x",
    f"/?utm_source=facebook&utm_medium=cpc&utm_id={FIRST}",
)
TABLES = f"""
    create schema raw_stripe;
    create table raw_stripe.charges ({CHARGES});
    create schema apex;
    create table apex.touchpoints (
        touchpoint_id varchar, visitor_id varchar, occurred_at timestamp with time zone,
        landing_page varchar, utm_source varchar, utm_campaign varchar
    );
    insert into apex.touchpoints values
        ('1', 'a', '2026-03-01T00:00:00Z', null, 'google', '{FIRST}'),
        ('2', 'b', '2026-03-01T00:00:00Z', '{LINKS[0]}', null, null),
        ('3', 'c', '2026-03-01T00:00:00Z', '{LINKS[1]}', null, null);
    create schema apex_import;
    create table apex_import.ad_spend (
        spend_date date, platform varchar, account_id varchar, campaign varchar, utm_source varchar,
        currency varchar, spend decimal(18, 6), impressions bigint, clicks bigint,
        conversions decimal(28, 12)
    );
    insert into apex_import.ad_spend (spend_date, platform, account_id, currency, spend) values
        ('{DAY}', 'Bing', '{ACCOUNT[:3]}-{ACCOUNT[3:]}', 'usd', 1),
        ('{DAY}', 'Bing', null, 'usd', 2),
        ('{DAY}', 'Bing', 'another', 'usd', 4),
        ('2026-01-01', 'Bing', '{ACCOUNT}', 'usd', 8);
    create schema again;
    create table again.campaign_performance_report (
        "TimePeriod" date, "Spend" numeric(18, 6), "AccountId" bigint, "CurrencyCode" varchar
    );
    insert into again.campaign_performance_report values
        ('{DAY}', 16, {ACCOUNT}, 'USD'), ('2026-01-02', 32, {ACCOUNT}, 'USD');
    {";".join(line for source in SOURCES.values() for line in source.statements())};
"""
BESIDE = 4_000_000 + 8_000_000 + 32_000_000
"""What counts of the dollars that an import and a second loader bring of an account."""

SELECTED = (
    *("--select", "+mart_ad_spend", "+mart_inputs", "+mart_spend_audit"),
    *(
        "assert_no_spend_comes_twice",
        "assert_loaded_spend_is_conserved",
        "assert_spend_audit_adds_up",
    ),
    *("--indirect-selection", "cautious", "--exclude-resource-type", "unit_test"),
)


@pytest.fixture(
    scope="module", params=["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def ask(request, tmp_path_factory):
    """Ask a warehouse that was built on all sources at once."""
    return built(
        request.param, TABLES, SELECTED,
        {
            "ad_spend_sources": [
                *(source.entry for source in SOURCES.values()),
                {"type": "tap_bing_ads", "schema": "again"},
            ]
        },
        folder=tmp_path_factory.mktemp("loaded"), running=request.getfixturevalue("running"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def spent(ask):
    """Millionths by source, campaign and currency."""
    found: dict[str, Counter] = {}
    for origin, campaign, currency, micros in ask(
        "select origin, coalesce(lower(campaign), ''), currency, sum(spend_micros) "
        "from staging.base_ads__loaded group by 1, 2, 3"
    ):
        found.setdefault(origin.rsplit(" ", 1)[1], Counter())[campaign, currency] = int(micros)
    return found


def test_each_campaign_has_its_name_and_what_was_spent_on_it(spent):
    """However many versions it has; one whose row is gone keeps its spend."""
    for (_, variant), source in SOURCES.items():
        by_hand = {campaign: micros for campaign, micros in source.by_campaign.items() if micros}
        found = spent.get(source.schema, Counter())
        assert {key: micros for key, micros in found.items() if micros} == by_hand, source.schema
        assert bool(by_hand) == (variant != "empty")


def test_the_mart_has_the_spend_of_all_sources_to_the_millionth(ask):
    by_hand: Counter[str] = Counter()
    for source in SOURCES.values():
        by_hand.update(source.micros)
    by_hand["usd"] += BESIDE
    found = ask(
        "select currency, sum(spend_micros), sum(spend_minor) from marts.mart_ad_spend group by 1"
    )
    assert {currency: micros for currency, micros, _ in found} == by_hand
    accounts = 2 * len(SOURCES)
    for currency, _, minor in found:  # each account is rounded once, as a whole
        assert abs(int(minor) * 10_000 - by_hand[currency]) <= 5_000 * accounts


def test_the_total_of_an_account_is_rounded_once(ask):
    """However many rows have fractions of a cent."""
    off = ask(
        "select origin, account_id, currency, sum(spend_micros), sum(spend) "
        "from staging.base_ads__loaded group by 1, 2, 3 "
        "having abs(sum(spend) * 1000000 - sum(spend_micros)) > 5000"
    )
    assert off == []


def test_what_two_sources_bring_counts_once_and_is_told(ask):
    """The loader that stands first in the var, else any loader before an imported file."""
    found = ask(
        "select cast(spend_date as varchar), origin, left_out_for, sum(spend) from "
        "intermediate.int_spend__taken where left_out_for is not null group by 1, 2, 3 order by 2"
    )
    first = f"fivetran_microsoft_ads in the schema {BING.schema}"
    assert [(*row[:3], int(row[3])) for row in found] == [
        (DAY, "an imported file", first, 3),
        (DAY, "tap_bing_ads in the schema again", first, 16),
    ]
    assert "WARN 3 assert_no_spend_comes_twice" in ask.said


def test_platforms_are_those_of_the_sources(ask):
    platforms = dict(
        ask(
            "select platform, count(distinct origin) from intermediate.int_spend__taken "
            "where origin <> 'an imported file' group by 1"
        )
    )
    assert platforms == {
        "google_ads": 3 * 4 + 3, "meta_ads": 3 * 3 + 3, "linkedin_ads": 3 * 3,
        "microsoft_ads": 3 * 2 + 1, "tiktok_ads": 3 * 2,
    }  # fmt: skip


def test_campaigns_are_matched_by_the_id_that_visits_carry(ask):
    """In place of the name, or in utm_id; on the same platform alone."""
    found = ask(
        "select campaign, campaign_id, utm_campaign, visits, spend_minor <> 0 "
        "from marts.mart_spend_audit where matched_by = 'id' order by campaign_id"
    )
    assert [(*row[:4], bool(row[4])) for row in found if row[4]] == [
        (f"campaign {FIRST}", FIRST, FIRST, 1, True),
        (f"campaign {SECOND}", SECOND, "summer sale", 1, True),
    ]
    assert ask(
        "select platform, campaign, visits from marts.mart_spend_audit "
        "where status = 'visits_without_spend'"
    ) == [("meta_ads", FIRST, 1)]
    found = ask("select distinct campaign from intermediate.int_channels__by_signal order by 1")
    assert found == [(FIRST,), (f"campaign {FIRST}",), (f"campaign {SECOND}",)]


def test_each_adapter_is_tested_and_in_the_table_of_the_docs():
    text = "".join(
        (PROJECT / f"macros/ad_spend/{file}.sql").read_text()
        for file in ("fivetran", "singer", "airbyte")
    )
    adapters = set(re.findall(r"^        '(\w+)': \{$", text, re.MULTILINE))
    table = (PROJECT.parent / "docs/sources.md").read_text().split("\n## An entry")[0]
    assert adapters == {shape.type for shape in SHAPES}
    assert adapters == set(re.findall(r"^\| `((?:fivetran|tap|airbyte)_\w+)`", table, re.MULTILINE))


def test_links_of_a_platform_carry_what_the_import_takes_for_it():
    macro = (PROJECT / "macros/ad_spend/queries.sql").read_text().split("macro usual_utm_source")[1]
    said = dict(re.findall(r"'(\w+_ads)': '(\w+)'", macro))
    assert said == {
        platform: source
        for platform in names.PLATFORMS
        if (source := names.utm_source(platform)) is not None
    }
