"""Tables of the schema `apex` as people have them: read, or refused by table, row and value."""

from __future__ import annotations

import csv
from decimal import Decimal

import duckdb
import pytest

from stripe_apex.sources import names
from tests.transform.asking import built
from tests.transform.warehouse import PROJECT, BuildError, dbt
from tests.transform.worlds import ANN, CHARGES, World, build_warehouse

TABLES = f"""
    create schema raw_stripe;
    create table raw_stripe.charges ({CHARGES});
    create schema apex;
    create table apex.ad_spend (
        "Day" varchar, platform varchar, currency varchar, cost varchar, clicks varchar
    );
    insert into apex.ad_spend values
        ('2026-03-01', 'Facebook', 'USD', '12.50', '3'),
        ('2026-03-01T00:00:00Z', 'facebook ads', 'usd', ' 1,100.25 ', '1200.0'),
        ('2026-03-02', 'IG', 'usd', '1.125', null),
        ('2026-03-02', 'Google / CPC', 'usd', '7', ''),
        ('2026-03-03', 'Adwords', 'usd', '0', null),
        ('2026-03-03', 'Microsoft Advertising', 'usd', '1e1', null),
        ('2026-02-28', 'Fazebook', 'usd', '1', null),
        ('2024-02-29', 'Fazebook', 'eur', '2', null),
        ('2026-02-28', null, 'usd', '4', null);
    create table apex.leads (lead_id bigint, email varchar, created_at varchar, channel varchar);
    insert into apex.leads values
        (1, 'a@example.com', '2026-01-31', 'Direct Traffic'),
        (2, 'b@example.com', '2026-01-31 10:00', 'Email Marketing'),
        (3, 'c@example.com', '2026-01-31T10:00:00.123456400+02:00', 'Cross-network'),
        (4, 'd@example.com', '2026-01-31 10:00:00 UTC', 'PAID_SEARCH'),
        (5, 'e@example.com', '2026-01-31T23:30:00-05:30', 'Trade Show'),
        (6, 'f@example.com', '2026-01-31T10:00:00Z', 'Offline Sources');
    create table apex.experiments (experiment_id varchar, started_at date, cost varchar);
    insert into apex.experiments values ('e1', '2026-01-01', '1.500'), ('e2', '2026-01-02', '2.5');
    create table apex.fx_rates (
        rate_date timestamp, from_currency varchar, to_currency varchar, rate double precision
    );
    insert into apex.fx_rates values ('2024-02-29 00:00:00', 'EUR', 'USD', 1.5);
    create table apex.promotion_codes (promo varchar, channel varchar);
    insert into apex.promotion_codes values
        (' Podcast20', 'Podcast'), ('podcast20', 'podcast'), ('promo_1Ab', 'Email Marketing'),
        ('NOWHERE', ''), (null, 'podcast');
"""
SETTINGS = {
    "apex_columns": {
        "ad_spend.spend_date": "day",
        "ad_spend.spend": "cost",
        "promotion_codes.code": "promo",
    }
}
SELECTED = (
    *(
        "--select",
        "+mart_ad_spend",
        "+mart_unknown_names",
        "+mart_inputs",
        "+int_channels__promotion_codes",
        "assert_names_are_known",
    ),
    *("--indirect-selection", "cautious", "--exclude-resource-type", "unit_test"),
)


@pytest.fixture(
    scope="module", params=["duckdb", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def ask(request, tmp_path_factory):
    """Ask a warehouse that was built on these tables, and what dbt said."""
    return built(
        request.param, TABLES, SELECTED, SETTINGS,
        folder=tmp_path_factory.mktemp("own"), running=request.getfixturevalue("running"),
    )  # fmt: skip


def test_text_with_one_meaning_is_read_and_platforms_are_known_by_peoples_words(ask):
    found = ask(
        "select cast(spend_date as varchar), platform, currency, spend_minor, clicks "
        "from marts.mart_ad_spend where channel <> 'paid_other' order by 1, 2"
    )
    assert found == [
        ("2026-03-01", "meta_ads", "usd", 1_250 + 110_025, 1_203),
        ("2026-03-02", "google_ads", "usd", 700, None),
        ("2026-03-02", "meta_ads", "usd", 113, None),
        ("2026-03-03", "google_ads", "usd", 0, None),
        ("2026-03-03", "microsoft_ads", "usd", 1_000, None),
    ]


def test_times_without_a_zone_are_utc_and_channels_are_known_by_peoples_words(ask):
    found = ask(
        "select leads.lead_id, cast(leads.created_at at time zone 'UTC' as varchar), "
        "channels.channel from staging.stg_web__leads as leads "
        "inner join intermediate.int_leads__channels as channels "
        "on leads.lead_id = channels.lead_id order by 1"
    )
    assert found == [
        ("1", "2026-01-31 00:00:00", "direct"),
        ("2", "2026-01-31 10:00:00", "email"),
        ("3", "2026-01-31 08:00:00.123456", "paid_other"),
        ("4", "2026-01-31 10:00:00", "paid_search"),
        ("5", "2026-02-01 05:00:00", "trade_show"),
        ("6", "2026-01-31 10:00:00", "other"),
    ]


def test_columns_that_are_missing_are_null(ask):
    assert ask("select distinct account_id, campaign, impressions from staging.stg_ads__spend") == [
        (None, None, None)
    ]
    assert ask("select max(utm_source), max(visitor_id) from staging.stg_web__leads") == [
        (None, None)
    ]
    assert ask(
        "select experiment_id, experiment_name, ended_at, cost "
        "from staging.stg_experiments__experiments order by 1"
    ) == [("e1", None, None, Decimal("1.5")), ("e2", None, None, Decimal("2.5"))]
    assert ask("select cast(rate_date as varchar), rate from staging.stg_fx__rates") == [
        ("2024-02-29", Decimal("1.5"))
    ]


def test_promotion_codes_are_found_in_capitals_or_not_and_need_a_channel(ask):
    assert ask("select * from intermediate.int_channels__promotion_codes order by code") == [
        ("podcast20", "podcast", None, None, "code\x1fpodcast20"),
        ("promo_1ab", "email", None, None, "code\x1fpromo_1ab"),
    ]


def test_names_that_nobody_knows_are_counted_with_their_money_and_warned_of(ask):
    found = ask(
        "select kind, name, channel, currency, row_count, spend_minor, "
        "remedy like '%google_ads%' or remedy like '%paid_search%' "
        "from marts.mart_unknown_names order by kind, name, currency"
    )
    assert found == [
        ("ad_platform", "(none)", "paid_other", "usd", 1, 400, True),
        ("ad_platform", "fazebook", "paid_other", "eur", 1, 200, True),
        ("ad_platform", "fazebook", "paid_other", "usd", 1, 100, True),
        ("lead_channel", "trade_show", "trade_show", "(none)", 1, None, True),
    ]
    assert "WARN 4 assert_names_are_known" in ask.said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "alter table apex.ad_spend rename spend to cost",
            (
                "apex.ad_spend has no column `spend`; it has `spend_date`, `platform`, "
                "`account_id`, `campaign`, `utm_source`, `currency`, `cost`, `impressions`, "
                "`clicks`, `conversions`. Rename the one that it is, or set the var "
                "apex_columns: {ad_spend.spend: NAME_OF_THE_COLUMN}."
            ),
        ),
        (
            (
                "alter table apex.ad_spend alter spend type varchar; insert into apex.ad_spend "
                "(spend_date, platform, campaign, spend) values ('2026-03-01', 'x', 'y', '12,50')"
            ),
            (
                "apex.ad_spend, row with spend_date 2026-03-01, platform x, campaign y: `12,50` "
                "in the column `spend` is no number that can be read in one way only. Give the "
                "column the type of a number, or write its texts as 1234.50."
            ),
        ),
        (
            (
                "alter table apex.fx_rates alter rate type varchar; insert into apex.fx_rates "
                "values ('2026-03-01', 'eur', 'usd', '1.234')"
            ),
            (
                "apex.fx_rates, row with rate_date 2026-03-01, from_currency eur, to_currency usd: "
                "`1.234` in the column `rate` is no number that can be read in one way only."
            ),
        ),
        (
            (
                "alter table apex.leads alter created_at type varchar; insert into apex.leads "
                "(lead_id, created_at) values ('l1', '2026-02-28'), ('l2', '2026-02-29')"
            ),
            (
                "apex.leads, row with lead_id l2: `2026-02-29` in the column `created_at` is "
                "no time that can be read in one way only. Give the column the type of a time, or "
                "write its texts as 2026-01-31T14:05:00Z."
            ),
        ),
    ],
    ids=["no column", "comma", "thousand or point", "no day of the calendar"],
)
def test_what_may_be_misread_stops_the_run_in_one_line(change, said, tmp_path):
    path = tmp_path / "warehouse.duckdb"
    build_warehouse(path, World(charges=[ANN]))
    with duckdb.connect(str(path)) as warehouse:
        warehouse.execute(change)
    with pytest.raises(BuildError) as failure:
        dbt(tmp_path, "run", "--select", "stg_stripe__charges")
    assert said in str(failure.value)
    assert not (tmp_path / "target" / "run_results.json").exists()


@pytest.mark.parametrize(
    ("seed", "known"),
    [
        ("ad_platform_names", names.PLATFORMS_BY_WORD),
        ("channel_names", names.CHANNELS_BY_WORD),
    ],
)
def test_the_import_and_the_models_know_the_same_names(seed, known):
    with (PROJECT / "seeds" / f"{seed}.csv").open(encoding="utf-8") as lines:
        rows = list(csv.reader(lines))[1:]
    found = {names.squeezed(word): meaning for word, meaning in rows}
    assert found == known
    assert len(found) == len(rows), "no two words are equal to the models"


def test_each_platform_that_has_words_has_a_channel():
    with (PROJECT / "seeds" / "ad_platforms.csv").open(encoding="utf-8") as lines:
        platforms = {row["platform"] for row in csv.DictReader(lines)}
    assert set(names.PLATFORMS) <= platforms
