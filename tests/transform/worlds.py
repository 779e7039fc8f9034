"""Small worlds of payments and marketing, and the DuckDB warehouse that is made of each.

A world holds the rows of the raw tables as frozen values, so that the dbt models and the reference
implementation read the same inputs.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)
MINOR_UNITS = {"usd": 2, "eur": 2, "jpy": 0, "kwd": 3}


@dataclass(frozen=True, kw_only=True)
class Charge:
    """A row of `raw_stripe.charges`; amounts in minor units of `currency`."""

    id: str
    created: datetime = NOON
    amount: int = 10_000
    amount_captured: int | None = None
    amount_refunded: int = 0
    refunded_amount: int | None = None
    currency: str = "usd"
    captured: bool = True
    disputed: bool = False
    customer_id: str | None = None
    customer_email: str | None = None
    customer_created: datetime | None = None
    settled_amount: int | None = None
    settled_currency: str | None = None
    fee: int | None = None
    card_country: str | None = None
    billing_country: str | None = None
    metadata: str | None = "{}"
    customer_metadata: str | None = None
    updated_at: datetime | None = None
    deleted_at: datetime | None = None

    @property
    def gross(self) -> int:
        """The captured amount in minor units."""
        if self.amount_captured is not None:
            return self.amount_captured
        return self.amount if self.captured else 0

    @property
    def given_back(self) -> int:
        """The really refunded amount; without its column, at most the captured amount."""
        if self.refunded_amount is not None:
            return self.refunded_amount
        return min(self.gross, self.amount_refunded)

    @property
    def net_of_refunds(self) -> int:
        """The captured less the refunded amount, in minor units."""
        return self.gross - self.given_back

    def row(self) -> tuple[Any, ...]:
        """The raw columns in the order of `CHARGES`."""
        exponent = MINOR_UNITS.get(self.currency)
        settled = self.settled_amount
        return (
            self.id,
            self.created,
            self.updated_at or self.created,
            self.amount,
            self.gross,
            self.amount_refunded,
            self.refunded_amount,
            self.currency,
            None if exponent is None else Decimal(self.gross).scaleb(-exponent),
            None if exponent is None else Decimal(self.net_of_refunds).scaleb(-exponent),
            "succeeded",
            self.captured,
            self.captured and self.amount_refunded == self.amount,
            self.disputed,
            False,
            self.customer_id,
            self.customer_email,
            None if self.customer_email is None else "customer",
            self.customer_created,
            None,
            None,
            f"pi_{self.id}",
            "card",
            self.card_country,
            self.billing_country,
            None,
            self.metadata,
            self.customer_metadata,
            None,
            None if settled is None else f"txn_{self.id}",
            settled,
            self.settled_currency,
            None,
            self.fee,
            None if settled is None else settled - (self.fee or 0),
            self.deleted_at,
        )


ANN = Charge(id="ch_ann", customer_email="ann@example.com")


@dataclass(frozen=True, kw_only=True)
class Refund:
    """A row of `raw_stripe.refunds`; minor units of `currency`."""

    id: str
    charge_id: str
    created: datetime = NOON
    updated_at: datetime = NOON
    amount: int = 10_000
    currency: str = "usd"
    status: str | None = "succeeded"
    deleted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Dispute:
    """A row of `raw_stripe.disputes`; minor units of `currency`."""

    id: str
    charge_id: str
    updated_at: datetime = NOON
    amount: int = 10_000
    currency: str = "usd"
    status: str = "lost"
    deleted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Session:
    """A row of `raw_stripe.checkout_sessions`."""

    id: str
    created: datetime = NOON
    updated_at: datetime = NOON
    status: str = "complete"
    client_reference_id: str | None = None
    customer_id: str | None = None
    customer_email: str | None = None
    payment_intent_id: str | None = None
    metadata: str | None = "{}"
    promotion_code: str | None = None
    promotion_code_id: str | None = None
    coupon_id: str | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class FailedCharge:
    """A row of `raw_stripe.failed_charges`; minor units of `currency`."""

    id: str
    created: datetime = NOON
    updated_at: datetime = NOON
    amount: int = 10_000
    currency: str = "usd"
    failure_code: str | None = "card_declined"
    outcome_type: str | None = "issuer_declined"
    outcome_reason: str | None = "insufficient_funds"
    payment_intent_id: str | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Lead:
    lead_id: str
    email: str | None = None
    visitor_id: str | None = None
    created_at: datetime = NOON
    channel: str | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    landing_page: str | None = None


@dataclass(frozen=True, kw_only=True)
class Touchpoint:
    touchpoint_id: str
    visitor_id: str | None = None
    email: str | None = None
    occurred_at: datetime = NOON
    landing_page: str | None = None
    referrer: str | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    utm_campaign: str | None = None
    utm_term: str | None = None
    utm_content: str | None = None
    gclid: str | None = None
    fbclid: str | None = None
    li_fat_id: str | None = None
    msclkid: str | None = None


@dataclass(frozen=True, kw_only=True)
class Experiment:
    experiment_id: str
    name: str = "An experiment"
    started_at: datetime = NOON
    ended_at: datetime | None = None
    cost: Decimal | None = None
    cost_currency: str | None = None


@dataclass(frozen=True, kw_only=True)
class Exposure:
    experiment_id: str
    variant: str
    visitor_id: str | None
    exposed_at: datetime = NOON


@dataclass(frozen=True, kw_only=True)
class Spend:
    spend_date: date
    platform: str | None = "google_ads"
    account_id: str = "1"
    campaign: str | None = None
    utm_source: str | None = "google"
    currency: str = "usd"
    spend: Decimal = Decimal(100)
    impressions: int = 1000
    clicks: int = 10
    conversions: Decimal = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class Rate:
    rate_date: date
    from_currency: str
    to_currency: str
    rate: Decimal


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A channel rule of the user's own; empty texts and nulls are no conditions."""

    priority: int
    channel: str
    click_id: str | None = None
    utm_source: str | None = None
    utm_medium: str | None = None
    referrer_host: str | None = None


@dataclass(frozen=True, kw_only=True)
class Mapped:
    """The campaign that the user assigned to a `utm_campaign`."""

    platform: str
    campaign: str
    utm_campaign: str


@dataclass(frozen=True, kw_only=True)
class Platform:
    """The channel that the user assigned to an ad platform."""

    platform: str
    channel: str


@dataclass(frozen=True, kw_only=True)
class PromotionCode:
    """The channel that the user assigned to a promotion code."""

    code: str | None
    channel: str | None = None
    campaign: str | None = None
    partner: str | None = None


@dataclass(frozen=True, repr=False)
class World:
    """All inputs of the models."""

    charges: Sequence[Charge] = ()
    refunds: Sequence[Refund] = ()
    disputes: Sequence[Dispute] = ()
    checkout_sessions: Sequence[Session] = ()
    failed_charges: Sequence[FailedCharge] = ()
    leads: Sequence[Lead] = ()
    touchpoints: Sequence[Touchpoint] = ()
    experiments: Sequence[Experiment] = ()
    experiment_exposures: Sequence[Exposure] = ()
    ad_spend: Sequence[Spend] = ()
    fx_rates: Sequence[Rate] = ()
    channel_rules: Sequence[Rule] = ()
    campaign_map: Sequence[Mapped] = ()
    ad_platforms: Sequence[Platform] = ()
    promotion_codes: Sequence[PromotionCode] = ()

    def __repr__(self) -> str:
        rows = (f"{len(getattr(self, item.name))} {item.name}" for item in dataclasses.fields(self))
        return f"World({', '.join(rows)})"


CHARGES = """
    id varchar primary key, created timestamptz, updated_at timestamptz, amount bigint,
    amount_captured bigint, amount_refunded bigint, refunded_amount bigint, currency varchar,
    revenue decimal(38, 9), net_revenue decimal(38, 9), status varchar, captured boolean,
    refunded boolean, disputed boolean, livemode boolean, customer_id varchar,
    customer_email varchar, customer_email_source varchar,
    customer_created timestamptz, receipt_email varchar,
    billing_email varchar, payment_intent_id varchar, payment_method_type varchar,
    card_country varchar, billing_country varchar, description varchar, metadata json,
    customer_metadata json,
    statement_descriptor varchar, balance_transaction_id varchar, settled_amount bigint,
    settled_currency varchar, exchange_rate decimal(38, 12), fee bigint, net bigint,
    _sdc_deleted_at timestamptz
"""

STRIPE = {
    "refunds": """
        id varchar, charge_id varchar, created timestamptz, updated_at timestamptz, amount bigint,
        currency varchar, status varchar, _sdc_deleted_at timestamptz""",
    "disputes": """
        id varchar, charge_id varchar, updated_at timestamptz, amount bigint, currency varchar,
        status varchar, _sdc_deleted_at timestamptz""",
    "checkout_sessions": """
        id varchar, created timestamptz, updated_at timestamptz, status varchar,
        client_reference_id varchar, customer_id varchar, customer_email varchar,
        payment_intent_id varchar, metadata json, promotion_code varchar,
        promotion_code_id varchar, coupon_id varchar, _sdc_deleted_at timestamptz""",
    "failed_charges": """
        id varchar, created timestamptz, updated_at timestamptz, amount bigint, currency varchar,
        failure_code varchar, outcome_type varchar, outcome_reason varchar,
        payment_intent_id varchar, _sdc_deleted_at timestamptz""",
}

APEX = {
    "leads": """
        lead_id varchar, email varchar, visitor_id varchar, created_at timestamptz,
        channel varchar, utm_source varchar, utm_medium varchar, utm_campaign varchar,
        landing_page varchar""",
    "touchpoints": """
        touchpoint_id varchar, visitor_id varchar, email varchar, occurred_at timestamptz,
        landing_page varchar, referrer varchar, utm_source varchar, utm_medium varchar,
        utm_campaign varchar, utm_term varchar, utm_content varchar, gclid varchar,
        fbclid varchar, li_fat_id varchar, msclkid varchar""",
    "experiments": """
        experiment_id varchar, name varchar, started_at timestamptz, ended_at timestamptz,
        cost decimal(18, 6), cost_currency varchar""",
    "experiment_exposures": """
        experiment_id varchar, variant varchar, visitor_id varchar, exposed_at timestamptz""",
    "ad_spend": """
        spend_date date, platform varchar, account_id varchar, campaign varchar,
        utm_source varchar, currency varchar, spend decimal(18, 6), impressions bigint,
        clicks bigint, conversions decimal(18, 6)""",
    "fx_rates": """
        rate_date date, from_currency varchar, to_currency varchar, rate decimal(28, 12)""",
    "channel_rules": """
        priority integer, channel varchar, click_id varchar, utm_source varchar,
        utm_medium varchar, referrer_host varchar""",
    "ad_platforms": "platform varchar, channel varchar",
    "campaign_map": "platform varchar, campaign varchar, utm_campaign varchar",
    "promotion_codes": "code varchar, channel varchar, campaign varchar, partner varchar",
}


def build_warehouse(path: Path, world: World) -> None:
    """Write the raw tables of `world` into the DuckDB file at `path`, replacing existing ones."""
    with duckdb.connect(str(path)) as warehouse:
        fill(warehouse, world)


def fill(warehouse: duckdb.DuckDBPyConnection, world: World) -> None:
    """Write the raw tables of `world`, replacing existing ones."""
    warehouse.execute("create schema if not exists raw_stripe")
    _fill(warehouse, "raw_stripe.charges", CHARGES, [c.row() for c in world.charges])
    for schema, tables in (("raw_stripe", STRIPE), ("apex", APEX)):
        warehouse.execute(f"create schema if not exists {schema}")
        for table, columns in tables.items():
            rows = [dataclasses.astuple(row) for row in getattr(world, table)]
            _fill(warehouse, f"{schema}.{table}", columns, rows)


def _fill(
    warehouse: duckdb.DuckDBPyConnection,
    table: str,
    columns: str,
    rows: Sequence[tuple[Any, ...]],
) -> None:
    warehouse.execute(f"create or replace table {table} ({columns})")
    if rows:
        marks = ", ".join("?" for _ in rows[0])
        warehouse.executemany(f"insert into {table} values ({marks})", rows)


def days(number: float) -> timedelta:
    """A duration in days."""
    return timedelta(days=number)
