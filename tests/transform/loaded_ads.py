"""Tables of ad spend as loaders write them, random, and what was spent by hand.

The names of tables and columns are those of the loaders' public schemas; the rows are made here.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
FIRST_DAY = date(2026, 2, 27)
LOADED = datetime.fromisoformat("2026-03-03T00:00:00")  # loaders write no zone
VARIANTS = ("typed", "text", "bare", "empty")
"""As it is typed; all text, in upper case, named as seeds are; the report alone; no rows."""

MARKS = ("_fivetran_deleted", "_sdc_deleted_at")
"""A row that has one of these is deleted."""


@dataclass(frozen=True)
class Shape:
    """What a loader calls things; a field that it does not have is None."""

    type: str
    report: str
    day: str
    money: str
    campaign: str | None
    day_type: str = "date"
    money_type: str = "decimal(18, 6)"
    account: str | None = None
    campaign_name: str | None = None
    currency: str | None = None
    usd: str | None = None
    ad: str | None = None
    urn: str = "{}"
    extra: dict[str, str] = field(default_factory=dict)
    campaigns: tuple[str, ...] = ()
    """Table, id, name, version, account."""
    accounts: tuple[str, ...] = ()
    """Table, id, currency, version."""
    ads: str | None = None

    @property
    def is_micros(self) -> bool:
        """Whether money is whole millionths."""
        return "micros" in self.money.lower()

    @property
    def one_currency(self) -> bool:
        """Whether the account of a campaign that is gone is not known."""
        return self.account is None


FIVETRAN = {"_fivetran_synced": "timestamp", "_fivetran_deleted": "boolean"}
SHAPES = (
    Shape(
        "fivetran_google_ads", "campaign_stats", "date", "cost_micros", "id", money_type="bigint",
        account="customer_id", extra=FIVETRAN | {"device": "varchar", "base_campaign": "varchar"},
        campaigns=("campaign_history", "id", "name", "updated_at", "customer_id"),
        accounts=("account_history", "id", "currency_code", "updated_at"),
    ),
    Shape(
        "fivetran_facebook_ads", "basic_ad", "date", "spend", None, account="account_id",
        money_type="double precision", extra=FIVETRAN, ad="ad_id", ads="ad_history",
        campaigns=("campaign_history", "id", "name", "updated_time", "account_id"),
        accounts=("account_history", "id", "currency", "_fivetran_synced"),
    ),
    Shape(
        "fivetran_linkedin_ads", "ad_analytics_by_campaign", "day", "cost_in_local_currency",
        "campaign_id", day_type="timestamp", usd="cost_in_usd", extra=FIVETRAN,
        campaigns=("campaign_history", "id", "name", "last_modified_time", "account_id"),
        accounts=("account_history", "id", "currency", "last_modified_time"),
    ),
    Shape(
        "fivetran_microsoft_ads", "campaign_performance_daily_report", "date", "spend",
        "campaign_id", account="account_id", currency="currency_code",
        extra=FIVETRAN | {"device_os": "varchar", "network": "varchar"},
        campaigns=("campaign_history", "id", "name", "modified_time", "account_id"),
        accounts=("account_history", "id", "currency_code", "last_modified_time"),
    ),
    Shape(
        "fivetran_tiktok_ads", "campaign_report_hourly", "stat_time_hour", "spend", "campaign_id",
        day_type="timestamp", extra={"_fivetran_synced": "timestamp"},
        campaigns=(
            *("campaign_history", "campaign_id", "campaign_name", "updated_at", "advertiser_id"),
        ),
        accounts=("advertiser", "id", "currency", "_fivetran_synced"),
    ),
    Shape(
        "fivetran_ad_reporting", "ad_reporting__campaign_report", "date_day", "spend",
        "campaign_id",
        account="account_id", campaign_name="campaign_name", extra={"platform": "varchar"},
    ),
    Shape(
        "tap_google_ads", "campaign_performance_report", "date", "cost_micros", "campaign_id",
        day_type="timestamp with time zone", money_type="bigint", account="customer_id",
        campaign_name="campaign_name", currency="customer_currency_code",
        extra={"_sdc_record_hash": "varchar", "_sdc_deleted_at": "varchar"},
    ),
    Shape(
        "tap_googleads", "campaign_performance", "segments__date", "metrics__costMicros",
        "campaign__resourceName", day_type="varchar", money_type="bigint", account="customer_id",
        campaign_name="campaign__name", urn="customers/7/campaigns/{}",
        extra={"segments__device": "varchar"},
        accounts=("customer", "customer__id", "customer__currencyCode", "segments__date"),
    ),
    Shape(
        "tap_facebook", "adsinsights_default", "date_start", "spend", "campaign_id",
        day_type="varchar", money_type="varchar", account="account_id",
        campaign_name="campaign_name", currency="account_currency",
        extra={"ad_id": "varchar", "inline_link_clicks": "varchar"},
    ),
    Shape(
        "tap_linkedin_ads", "ad_analytics_by_campaign", "start_at", "cost_in_local_currency",
        "campaign_id", day_type="timestamp with time zone", money_type="varchar", usd="cost_in_usd",
        campaigns=("campaigns", "id", "name", "last_modified_time", "account_id"),
        accounts=("accounts", "id", "currency", "last_modified_time"),
    ),
    Shape(
        "tap_bing_ads", "campaign_performance_report", "TimePeriod", "Spend", "CampaignId",
        day_type="timestamp with time zone", account="AccountId", campaign_name="CampaignName",
        currency="CurrencyCode",
    ),
    Shape(
        "tap_tiktok_ads", "ad_insights", "stat_time_day", "spend", "campaign_id",
        day_type="timestamp with time zone", account="advertiser_id", campaign_name="campaign_name",
        accounts=("advertisers", "advertiser_id", "currency", "_sdc_batched_at"),
    ),
    Shape(
        "airbyte_google_ads", "campaign", "segments_date", "metrics_cost_micros", "campaign_id",
        money_type="bigint", account="campaign_resource_name", campaign_name="campaign_name",
        extra={"segments_hour": "bigint"},
        accounts=("customer", "customer_id", "customer_currency_code", "_airbyte_extracted_at"),
    ),
    Shape(
        "airbyte_facebook_marketing", "ads_insights", "date_start", "spend", "campaign_id",
        money_type="double precision", account="account_id", campaign_name="campaign_name",
        currency="account_currency",
    ),
    Shape(
        "airbyte_linkedin_ads", "ad_campaign_analytics", "start_date", "costInLocalCurrency",
        "pivotValues", money_type="varchar", usd="costInUsd",
        urn='["urn:li:sponsoredCampaign:{}"]',
        campaigns=("campaigns", "id", "name", "lastModified", "account"),
        accounts=("accounts", "id", "currency", "_airbyte_extracted_at"),
    ),
)  # fmt: skip


@dataclass
class Table:
    """A table with its columns and their types, and its rows."""

    name: str
    columns: dict[str, str]
    rows: list[Row] = field(default_factory=list)


@dataclass
class Loaded:
    """A schema that a loader wrote, the entry of the var that reads it, and what was spent."""

    schema: str
    entry: dict[str, Any]
    tables: list[Table]
    micros: Counter[str] = field(default_factory=Counter)
    by_campaign: Counter[tuple[str, str]] = field(default_factory=Counter)

    def statements(self) -> Iterator[str]:
        """SQL that makes it, on DuckDB and Postgres."""
        yield f"create schema {self.schema}"
        for table in self.tables:
            name = f'{self.schema}."{table.name}"'
            columns = ", ".join(f'"{column}" {type_}' for column, type_ in table.columns.items())
            yield f"create table {name} ({columns})"
            for row in table.rows:
                values = ", ".join(_literal(row.get(column)) for column in table.columns)
                yield f"insert into {name} values ({values})"


def loaded(shape: Shape, variant: str, number: int) -> Loaded:
    """A random schema; `number` keeps its accounts apart from those of others."""
    chance = random.Random(f"{shape.type} {variant}")
    accounts = [str(1_000_000 + 10 * number + one) for one in range(2)]
    currencies = dict(
        zip(accounts, ("eur", "eur") if shape.one_currency else ("eur", "usd"), strict=True)
    )
    stated = variant == "bare" or not (shape.accounts or shape.currency)
    campaigns = [str(9_000_000_000 + 100 * number + one) for one in range(5)]
    gone, of_account = campaigns[-1], {one: chance.choice(accounts) for one in campaigns}
    made = Loaded(
        f"{shape.type}_{variant}", {"type": shape.type, "schema": f"{shape.type}_{variant}"}, []
    )
    report = Table(shape.report, _report_columns(shape, bare=variant == "bare"))
    if stated:
        made.entry["currency"] = "gbp"
    for _ in range(0 if variant == "empty" else 60):
        campaign = chance.choice(campaigns)
        # Device and network rows: several of one day, of fractions of a cent.
        micros = chance.choice([0, 10_000, 1_234_567, chance.randrange(10**9), -2_500])
        row = _report_row(shape, chance, campaign, of_account[campaign], currencies, micros)
        report.rows.append(row)
        if not any(row.get(mark) for mark in MARKS if mark in report.columns):
            currency = "gbp" if stated else currencies[of_account[campaign]]
            made.micros[currency] += micros
            made.by_campaign[_name(shape, variant, campaign, gone), currency] += micros
    made.tables.append(report)
    if variant != "bare":
        made.tables += _others(shape, chance, of_account, currencies, gone)
    if variant == "text":
        made.tables = [_as_text(shape, table) for table in made.tables]
    return made


def _name(shape: Shape, variant: str, campaign: str, gone: str) -> str:
    """What the models call a campaign: its last name, else its id."""
    if shape.campaign_name or (shape.campaigns and variant != "bare" and campaign != gone):
        return f"campaign {campaign}"
    if shape.ads:
        return "" if variant == "bare" or campaign == gone else f"campaign {campaign}"
    return campaign


def _report_columns(shape: Shape, *, bare: bool) -> dict[str, str]:
    columns = {shape.day: shape.day_type, shape.money: shape.money_type}
    if shape.campaign:
        is_text = shape.urn != "{}" or shape.type in {"tap_tiktok_ads", "fivetran_ad_reporting"}
        columns[shape.campaign] = "varchar" if is_text else "bigint"
    for name in (shape.ad, shape.account):
        if name is not None:
            columns[name] = (
                "varchar" if "resource" in name or shape.money_type == "varchar" else "bigint"
            )
    if shape.campaign_name:
        columns[shape.campaign_name] = "varchar"
    if bare:
        return columns | ({"platform": "varchar"} if "platform" in shape.extra else {})
    if shape.currency:
        columns[shape.currency] = "varchar"
    if shape.usd:
        columns[shape.usd] = shape.money_type
    return columns | shape.extra | {"impressions": "bigint", "clicks": "bigint"}


def _report_row(
    shape: Shape, chance: random.Random, campaign: str, account: str,
    currencies: dict[str, str], micros: int,
) -> Row:  # fmt: skip
    day = FIRST_DAY + timedelta(days=chance.randrange(4))
    hour = chance.randrange(24) if "hour" in shape.day else 0
    money = micros if shape.is_micros else Decimal(micros) / 1_000_000
    row: Row = {
        shape.day: f"{day} {hour:02}:00:00+00" if "zone" in shape.day_type
        else f"{day} {hour:02}:00:00" if "time" in shape.day_type else str(day),
        shape.money: money,
        "_fivetran_synced": LOADED + timedelta(hours=chance.randrange(24)),
        "_fivetran_deleted": chance.choice([None, False, False, True]),
        "_sdc_deleted_at": chance.choice([None, None, "2026-03-03T00:00:00Z"]),
        "device": chance.choice(["MOBILE", "DESKTOP"]),
        "platform": chance.choice(["google_ads", "facebook_ads"]),
        "impressions": chance.randrange(1000), "clicks": chance.randrange(10),
    }  # fmt: skip
    if shape.campaign:
        row[shape.campaign] = shape.urn.format(campaign)
    if shape.ad:
        row[shape.ad] = f"77{campaign}"
    if shape.account:
        row[shape.account] = (
            f"customers/{account}/campaigns/{campaign}" if "resource" in shape.account else account
        )
    if shape.campaign_name:
        # It was renamed on the last day.
        row[shape.campaign_name] = f"campaign {campaign}"
    if shape.currency:
        row[shape.currency] = currencies[account].upper()
    if shape.usd:
        row[shape.usd] = Decimal("99.99")
    return row


def _others(
    shape: Shape, chance: random.Random, of_account: dict[str, str],
    currencies: dict[str, str], gone: str,
) -> Iterator[Table]:  # fmt: skip
    """Campaigns, accounts and ads in several versions, in any order; one campaign is gone."""
    versions = [LOADED - timedelta(hours=hours) for hours in (700, 22, 14)]
    if shape.campaigns:
        name, id_, title, version, account = shape.campaigns
        table = Table(
            name, {id_: "bigint", title: "varchar", version: "timestamp", account: "varchar"}
        )
        for campaign, owner in of_account.items():
            if campaign != gone:
                table.rows += [
                    {
                        id_: campaign, version: at,
                        title: f"Campaign {campaign}" if at == versions[-1] else f"old {at}",
                        account: f"urn:li:sponsoredAccount:{owner}"
                        if account == "account" else owner,
                    }
                    for at in versions
                ]  # fmt: skip
        chance.shuffle(table.rows)
        yield table
    if shape.ads:
        table = Table(
            shape.ads, {"id": "bigint", "campaign_id": "bigint", "updated_time": "timestamp"}
        )
        table.rows = [
            {"id": f"77{campaign}", "campaign_id": campaign, "updated_time": at}
            for campaign in of_account if campaign != gone for at in versions
        ]  # fmt: skip
        yield table
    if shape.accounts:
        name, id_, currency, version = shape.accounts
        table = Table(name, {id_: "varchar", currency: "varchar", version: "timestamp"})
        table.rows = [
            {id_: account, currency: code.upper() if at == versions[-1] else "JPY", version: at}
            for account, code in currencies.items() for at in versions
        ]  # fmt: skip
        chance.shuffle(table.rows)
        yield table


def _as_text(shape: Shape, table: Table) -> Table:
    """All columns text and in upper case, the table named as a seed of the loader's package."""
    prefix = shape.type.split("_", 1)[1] + "_" if shape.type.startswith("fivetran") else ""
    prefix = "" if "reporting" in prefix else prefix
    suffix = "_data" if prefix else ""
    rows = [
        {name.upper(): None if value is None else _as_written(value) for name, value in row.items()}
        for row in table.rows
    ]  # fmt: skip
    columns = {column.upper(): "varchar" for column in table.columns}
    return Table(f"{prefix}{table.name}{suffix}", columns, rows)


def _as_written(value: Any) -> str:
    """Hours with one digit, as a sheet writes them; numbers as they are."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d} {value.hour}:{value:%M:%S}"
    return str(value)


def _literal(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return (
        str(value)
        if isinstance(value, int | Decimal)
        else "'" + str(value).replace("'", "''") + "'"
    )
