"""Messages of ad taps with known spend, made from the taps' public schemas."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
SCHEMAS: dict[str, dict[str, Any]] = json.loads(
    (ROOT / "tests/transform/tap_schemas.json").read_text()
)
SAMPLE = yaml.safe_load((ROOT / "sample_ads.meltano.yml").read_text())
PLUGINS = {plugin["name"]: plugin for plugin in SAMPLE["plugins"]["extractors"]}

# The columns of each stream besides counts. The first stream of a tap is its report.
_CAMPAIGNS = {"id": "campaign", "name": "name", "account_id": "account"}
_ACCOUNTS = {"id": "account", "currency": "currency"}
_COLUMNS = {
    "adsinsights_default": {
        "date_start": "day", "account_id": "account", "account_currency": "currency",
        "campaign_id": "campaign", "campaign_name": "name", "ad_id": "ad", "spend": "amount",
    },
    "ads_insights": {
        "date_start": "day", "account_id": "account", "campaign_id": "campaign",
        "campaign_name": "name", "adset_id": "ad", "ad_id": "ad", "spend": "amount",
    },
    "ad_analytics_by_campaign": {
        "campaign_id": "campaign", "start_at": "day", "cost_in_local_currency": "amount",
    },
    "campaigns": _CAMPAIGNS | {"customer_id": "account", "last_modified_time": "read_at"},
    "accounts": _ACCOUNTS | {"last_modified_time": "read_at"},
    "ad_insights": {
        "stat_time_day": "day", "advertiser_id": "account", "campaign_id": "campaign",
        "campaign_name": "name", "adgroup_id": "ad", "ad_id": "ad", "spend": "amount",
    },
    "advertisers": {"advertiser_id": "account", "currency": "currency", "create_time": "made_at"},
    "campaign_performance": {
        "campaign__resourceName": "resource", "campaign__name": "name", "segments__date": "day",
        "campaign__status": "status", "segments__device": "device", "customer_id": "account",
        "metrics__costMicros": "micros",
    },
    "customer": {
        "customer__id": "account", "customer__currencyCode": "currency", "segments__date": "day",
    },
    "campaign_spend": {
        "customer__currencyCode": "currency", "campaign__id": "campaign", "campaign__name": "name",
        "segments__date": "day", "customer_id": "account", "metrics__costMicros": "micros",
    },
}  # fmt: skip
_REPORTS = {
    "tap-bing-ads": {
        "TimePeriod": "day", "AccountId": "account", "CurrencyCode": "currency",
        "CampaignId": "campaign", "CampaignName": "name", "Spend": "amount",
        "_sdc_report_datetime": "read_at",
    },
    "tap-google-ads": {
        "date": "day", "customer_id": "account", "customer_currency_code": "currency",
        "campaign_id": "campaign", "cost_micros": "micros", "_sdc_record_hash": "attributes",
    },
}  # fmt: skip
"""The columns of the stream `campaign_performance_report`, which two taps have."""


@dataclass(frozen=True)
class Spend:
    """The cost of a campaign on a day, as it was at one reading."""

    day: date
    account: int
    currency: str
    campaign: int
    name: str
    micros: int
    read_at: str
    device: str = "MOBILE"
    status: str = "ENABLED"

    def value(self, what: str, schema: dict[str, Any]) -> Any:
        """The value of a column, in the type of its schema."""
        found = {
            "amount": Decimal(self.micros) / 1_000_000,
            "ad": 7 * self.campaign,
            "resource": f"customers/{self.account}/campaigns/{self.campaign}",
            "attributes": f"{self.day} {self.account} {self.campaign}",
            "made_at": "2020-01-01T00:00:00Z",
        }.get(what, getattr(self, what, None))
        if "integer" in schema["type"]:
            return int(found)
        if "number" in schema["type"]:
            return float(found)
        if what == "day" and schema.get("format") == "date-time":
            return f"{found}T00:00:00.000000Z"
        return str(found)


def readings(number: int, *, by_device: bool) -> tuple[list[Spend], list[Spend]]:
    """The spend of a first run, and of a second run that reads its days again, with more spend.

    By then, campaigns have another name and are paused. `number` makes accounts distinct.
    """
    chance = random.Random(number)
    first, second = [], []
    for account, currency in ((5_000 + 10 * number, "EUR"), (5_001 + 10 * number, "USD")):
        for campaign in (1_000 * account, 1_000 * account + 1):
            for day in range(3):
                for device in ("MOBILE", "DESKTOP")[: 1 + by_device]:
                    spend = Spend(
                        day=date(2026, 3, 1) + timedelta(days=day), account=account,
                        currency=currency, campaign=campaign, name=f"old {campaign}",
                        micros=chance.randrange(10**9), read_at="2026-03-04T00:00:00.100000+00:00",
                        device=device,
                    )  # fmt: skip
                    first.append(spend)
                    if day:
                        second.append(
                            replace(
                                spend, name=f"campaign {campaign}", status="PAUSED",
                                micros=spend.micros + chance.choice([0, 1, 250_000, 10**7]),
                                read_at="2026-03-05T00:00:00.200000+00:00",
                            )
                        )  # fmt: skip
    return first, second


def messages(tap: str, spent: list[Spend]) -> str:
    """SCHEMA and RECORD messages of one run, with the columns that the sample plugin selects."""
    lines = []
    for stream, schema in SCHEMAS[tap]["streams"].items():
        properties = _selected(tap, stream, schema)
        columns = _COLUMNS.get(stream) or _REPORTS[tap]
        lines.append(
            {
                "type": "SCHEMA", "stream": stream, "key_properties": schema["keys"],
                "schema": {"type": "object", "properties": properties},
            }
        )  # fmt: skip
        records = {
            json.dumps(
                {
                    name: spend.value(columns[name], properties[name]) if name in columns else None
                    for name in properties
                }
            ): None
            for spend in spent
        }
        lines += [
            {"type": "RECORD", "stream": stream, "record": json.loads(record)} for record in records
        ]
    return "".join(json.dumps(line) + "\n" for line in lines)


def _selected(tap: str, stream: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The selected columns, and those that taps always send: keys and times of reading."""
    if tap not in PLUGINS:
        return dict(schema["properties"])
    always = {*schema["keys"], *(name for name in schema["properties"] if name.startswith("_sdc"))}
    selected = {
        rule.split(".")[1] for rule in PLUGINS[tap]["select"] if rule.startswith(f"{stream}.")
    }
    return {
        name: property_
        for name, property_ in schema["properties"].items()
        if name in selected | always
    }
