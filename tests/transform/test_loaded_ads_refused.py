"""What is wrong with a source of ad spend stops the run in one line, with its remedy."""

from __future__ import annotations

import duckdb
import pytest

from tests.transform.warehouse import BuildError, dbt, query
from tests.transform.worlds import CHARGES

TABLES = f"""
    create schema raw_stripe;
    create table raw_stripe.charges ({CHARGES});
    create schema tiktok_ads;
    create table tiktok_ads.campaign_report_hourly (
        campaign_id bigint, stat_time_hour varchar, spend varchar
    );
    insert into tiktok_ads.campaign_report_hourly values
        (1, '2021-09-15 5:00:00', '222.12'), (2, '2021-09-15 4:00:00', '0.22'),
        (3, '2021-09-15 8:00:00', '222.22'), (4, '2021-09-15 10:00:00', '0.232');
    create table tiktok_ads.campaign_history (
        campaign_id bigint, advertiser_id bigint, updated_at timestamp
    );
    insert into tiktok_ads.campaign_history
        select n, n, timestamp '2021-09-15 03:54:51' from range(1, 5) as numbers(n);
    create table tiktok_ads.advertiser (id bigint, currency varchar);
    insert into tiktok_ads.advertiser values (1, 'USD'), (2, 'CAN'), (3, 'USD'), (4, 'USD');
"""
SOURCE = {"type": "fivetran_tiktok_ads", "schema": "tiktok_ads", "currency": {"9": "eur"}}
BUILD = (
    *("build", "--select", "stripe_currencies", "base_ads__loaded"),
    *("--indirect-selection", "cautious"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One folder for all, so that dbt reads the project once."""
    return tmp_path_factory.mktemp("refused")


@pytest.fixture
def run(folder):
    """Build the loaded spend after a change of the tables."""

    def build(change, source=SOURCE):
        path = folder / "warehouse.duckdb"
        path.unlink(missing_ok=True)
        with duckdb.connect(str(path)) as warehouse:
            warehouse.execute(TABLES + change)
        dbt(folder, *BUILD, settings={"ad_spend_sources": [source]})
        return query(
            path, "select currency, sum(spend_micros) from staging.base_ads__loaded group by 1"
        )

    return build


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "",
            ("tiktok_ads.advertiser says `CAN` for the account 2, which is no currency; say it in "
            "the entry of fivetran_tiktok_ads in the schema tiktok_ads in the var "
            'ad_spend_sources, like currency: {"2": usd}.'),
        ),
        (
            "delete from tiktok_ads.advertiser where id >= 2",
            "tiktok_ads.advertiser says no currency for the account 2 (and 2 more); say it",
        ),
        (
            "alter table tiktok_ads.advertiser drop currency",
            "tiktok_ads.advertiser, which has no column of it, says no currency for the account 1",
        ),
        (
            "drop table tiktok_ads.advertiser",
            "tiktok_ads.advertiser, which is not there, says no currency for the account 1",
        ),
        (
            "alter table tiktok_ads.campaign_report_hourly rename to spent",
            ("ad_spend_sources: fivetran_tiktok_ads in the schema tiktok_ads has no table "
            "`tiktok_ads_campaign_report_hourly` or"),
        ),
        (
            "alter table tiktok_ads.campaign_report_hourly rename spend to paid",
            ("ad_spend_sources: tiktok_ads.campaign_report_hourly has no column `spend`; it has "
            "`campaign_id`, `stat_time_hour`, `paid`."),
        ),
        (
            "update tiktok_ads.campaign_report_hourly set spend = '12,50' where campaign_id = 1",
            ("tiktok_ads.campaign_report_hourly: `12,50` in the column `spend` is no number that "
            "can be read in one way only."),
        ),
        (
            "update tiktok_ads.campaign_report_hourly set stat_time_hour = '15/09/2021'",
            "`15/09/2021` in the column `stat_time_hour` is no date",
        ),
    ],
    ids=["none", "account", "column", "table", "report", "money", "number", "day"],
)  # fmt: skip
def test_what_may_be_wrong_stops_the_run(run, change, said):
    with pytest.raises(BuildError) as failure:
        run(change)
    assert said in " ".join(str(failure.value).split())


def test_a_day_that_a_tap_wrote_anew_stops_the_run_where_nothing_tells_which_row_is_newer(run):
    """Matatika's `campaign_performance`, whose key is the name and the status of the campaign."""
    table = """
        create schema matatika;
        create table matatika.campaign_performance (
            segments__date varchar, "campaign__resourceName" varchar, campaign__name varchar,
            segments__device varchar, "metrics__costMicros" bigint
        );
        insert into matatika.campaign_performance values
            ('2026-03-01', 'customers/7/campaigns/8', 'old', 'MOBILE', 1000000),
            ('2026-03-01', 'customers/7/campaigns/8', 'old', 'DESKTOP', 1000000),
            ('2026-03-02', 'customers/7/campaigns/8', 'old', 'MOBILE', 1000000),
            ('2026-03-02', 'customers/7/campaigns/8', 'new', 'MOBILE', 1200000);
    """
    with pytest.raises(BuildError) as failure:
        run(table, {"type": "tap_googleads", "schema": "matatika", "currency": "usd"})
    assert (
        "matatika.campaign_performance has several rows of one campaign on 2026-03-02: the tap "
        "writes a day anew when a campaign has got another name or status"
    ) in " ".join(str(failure.value).split())


def test_the_entry_says_what_no_table_does(run):
    source = SOURCE | {"currency": {2: "cad", "other": "usd"}}
    assert sorted(run("delete from tiktok_ads.advertiser where id > 2", source)) == [
        ("cad", 220_000),
        ("usd", 222_120_000 + 222_220_000 + 232_000),
    ]


@pytest.mark.parametrize(
    ("sources", "said"),
    [
        ({"type": "x"}, "Var 'ad_spend_sources' must be a list of sources, like"),
        ([{"schema": "x"}], "needs a type and a schema, like [{type: fivetran_google_ads"),
        ([{"type": "x", "schema": "x"}], "Unknown type 'x' in the var 'ad_spend_sources'. Choose"),
        ([SOURCE | {"colour": 1}], "fivetran_tiktok_ads has no setting 'colour'. There are type,"),
        ([SOURCE | {"tables": {"ads": "x"}}], "are report, campaigns, accounts, like tables: {"),
        ([SOURCE | {"currency": "dollars"}], "must be a code of three letters, like usd, or one"),
    ],
)
def test_an_entry_without_a_meaning_stops_the_run(tmp_path, sources, said):
    with pytest.raises(BuildError) as failure:
        dbt(tmp_path, "run-operation", "check_vars", settings={"ad_spend_sources": sources})
    assert said in " ".join(str(failure.value).split())
