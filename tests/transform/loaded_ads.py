"""Random tables of ad spend as loaders write them, and the expected spend.

The names of tables and columns are those of `ad_shapes`; the rows are made here.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.transform.ad_shapes import Shape

Row = dict[str, Any]
FIRST_DAY = date(2026, 2, 27)
LOADED = datetime.fromisoformat("2026-03-03T00:00:00")  # loaders write no zone
VARIANTS = ("typed", "text", "bare", "empty")
"""Typed columns; all text and in upper case, named as seeds are; only the report; no rows."""

MARKS = ("_fivetran_deleted", "_sdc_deleted_at")
"""Columns that mark a row as deleted."""


@dataclass
class Table:
    """A table with its columns and their types, and its rows."""

    name: str
    columns: dict[str, str]
    rows: list[Row] = field(default_factory=list)


@dataclass
class Loaded:
    """A schema that a loader wrote, the entry of the var that reads it, and the expected spend."""

    schema: str
    entry: dict[str, Any]
    tables: list[Table]
    micros: Counter[str] = field(default_factory=Counter)
    by_campaign: Counter[tuple[str, str]] = field(default_factory=Counter)

    def statements(self) -> Iterator[str]:
        """SQL that makes the schema, for DuckDB and Postgres."""
        return statements(self.schema, self.tables)


def statements(schema: str, tables: Iterable[Table]) -> Iterator[str]:
    """SQL that makes a schema with these tables, on DuckDB and Postgres."""
    yield f"create schema {schema}"
    for table in tables:
        name = f'{schema}."{table.name}"'
        columns = ", ".join(f'"{column}" {type_}' for column, type_ in table.columns.items())
        yield f"create table {name} ({columns})"
        for row in table.rows:
            values = ", ".join(literal(row.get(column)) for column in table.columns)
            yield f"insert into {name} values ({values})"


def loaded(shape: Shape, variant: str, number: int) -> Loaded:
    """A random schema; `number` makes its accounts different from those of other schemas."""
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
    seen: set[tuple[object, ...]] = set()
    for _ in range(0 if variant == "empty" else 60):
        campaign = chance.choice(campaigns)
        # Rows by device and network: there are several per day, with fractions of a cent.
        micros = chance.choice([0, 10_000, 1_234_567, chance.randrange(10**9), -2_500])
        row = _report_row(shape, chance, campaign, of_account[campaign], currencies, micros)
        key = (row[shape.day], *(row[name] for name in shape.once if name in report.columns))
        if shape.once and key in seen:
            continue
        seen.add(key)
        report.rows.append(row)
        if not any(row.get(mark) for mark in MARKS if mark in report.columns):
            currency = "gbp" if stated else currencies[of_account[campaign]]
            made.micros[currency] += micros
            made.by_campaign[_name(shape, variant, campaign, gone), currency] += micros
    if shape.campaign_name:
        _rename(shape, report)
    made.tables.append(report)
    if variant != "bare":
        made.tables += _others(shape, chance, of_account, currencies, gone)
    if variant == "text":
        made.tables = [_as_text(shape, table) for table in made.tables]
    return made


def _rename(shape: Shape, report: Table) -> None:
    """Give each campaign another name before the last day of its spend."""

    def key(row: Row) -> tuple[object, ...]:
        return row[shape.campaign], row["platform"] if "platform" in shape.extra else None

    last: dict[tuple[object, ...], str] = {}
    for row in report.rows:
        if not any(row.get(mark) for mark in MARKS if mark in report.columns):
            last[key(row)] = max(last.get(key(row), ""), row[shape.day][:10])
    for row in report.rows:
        if row[shape.day][:10] < last.get(key(row), ""):
            row[shape.campaign_name] = f"old {row[shape.campaign_name]}"


def _name(shape: Shape, variant: str, campaign: str, gone: str) -> str:
    """The models' name of a campaign: its last name, else its id."""
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
        "device": (device := chance.choice(["MOBILE", "DESKTOP"])), "segments__device": device,
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
    """Campaigns, accounts and ads in several versions, in any order; one campaign is deleted."""
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
        # dbt makes a column of a seed an integer if it is empty in all rows.
        columns = {id_: "varchar", currency: "varchar", version: "timestamp"}
        table = Table(name, columns | {"descriptive_name": "integer"})
        table.rows = [
            {id_: account, currency: code.upper() if at == versions[-1] else "JPY", version: at}
            for account, code in currencies.items() for at in versions
        ]  # fmt: skip
        chance.shuffle(table.rows)
        yield table


def _as_text(shape: Shape, table: Table) -> Table:
    """The table with text columns, names in upper case, and the name of the package's seed."""
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
    """A value as a spreadsheet writes it: hours have one digit, numbers are unchanged."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d} {value.hour}:{value:%M:%S}"
    return str(value)


def literal(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return (
        str(value)
        if isinstance(value, int | Decimal)
        else "'" + str(value).replace("'", "''") + "'"
    )
