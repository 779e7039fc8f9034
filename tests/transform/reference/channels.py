"""Where a visit came from, by the rules of the seed."""

from __future__ import annotations

import csv
import re
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.transform.reference.settings import Settings
    from tests.transform.worlds import Lead, Rule, Touchpoint, World

SEEDS = Path(__file__).resolve().parents[3] / "transform" / "seeds"
CLICK_IDS = ("gclid", "fbclid", "li_fat_id", "msclkid")


@dataclass(frozen=True)
class Visit:
    """The channel of a visit, with the UTM source and campaign."""

    channel: str
    source: str | None
    campaign: str | None


@cache
def rules() -> tuple[dict[str, str], ...]:
    """The rules, the first to be tried first."""
    with (SEEDS / "channel_rules.csv").open() as lines:
        return tuple(sorted(csv.DictReader(lines), key=lambda rule: int(rule["priority"])))


@cache
def platforms() -> dict[str, str]:
    """The channel of each ad platform."""
    with (SEEDS / "ad_platforms.csv").open() as lines:
        return {row["platform"]: row["channel"] for row in csv.DictReader(lines)}


def label(text: str | None) -> str | None:
    """A UTM value as it is compared."""
    return ((text or "").replace("\x1f", " ").strip(" ").lower()) or None


def snake_case(text: str | None) -> str | None:
    """A channel or platform as it is compared."""
    return (label(text) or "").replace(" ", "_").replace("-", "_") or None


def host(url: str | None) -> str:
    """The host of a URL without www., empty where there is none."""
    name = (urlsplit(url or "").hostname or "").lower()
    return name.removeprefix("www.")


def parameter(url: str | None, name: str) -> str | None:
    """A parameter of the query string in lower case."""
    query = urlsplit(url or "").query
    found = [pair.split("=", 1)[1] for pair in query.split("&") if pair.startswith(f"{name}=")]
    return (found[0].replace("+", " ").replace("%20", " ").lower() or None) if found else None


def classify(
    source: str | None,
    medium: str | None,
    referrer: str,
    click_ids: set[str],
    own: Sequence[Rule] = (),
) -> str:
    """The channel that the first matching rule gives, the user's own tried first."""
    fields = {"utm_source": source, "utm_medium": medium, "referrer_host": referrer}
    for rule in (*map(asdict, sorted(own, key=lambda rule: rule.priority)), *rules()):
        if rule["click_id"] and rule["click_id"] not in click_ids:
            continue
        if all(
            not rule[name] or re.fullmatch(rule[name], value or "-")
            for name, value in fields.items()
        ):
            return snake_case(rule["channel"]) or ""
    return "other"


def of_touch(touch: Touchpoint, settings: Settings, own: Sequence[Rule] = ()) -> Visit:
    """A touch's channel."""
    page = touch.landing_page
    source = label(touch.utm_source) or parameter(page, "utm_source")
    medium = label(touch.utm_medium) or parameter(page, "utm_medium")
    referrer = host(touch.referrer)
    if referrer == host(page) or referrer in settings.own_hosts:
        referrer = ""
    clicks = {
        name
        for name in CLICK_IDS
        if (getattr(touch, name) or "").strip(" ") or parameter(page, name)
    }
    campaign = label(touch.utm_campaign) or parameter(page, "utm_campaign")
    return Visit(classify(source, medium, referrer, clicks, own), source, campaign)


def of_spend(source: str | None, platform: str | None, world: World) -> str:
    """By the source, which the rules for visits read, else by the platform."""
    own = world.channel_rules
    name = label(source)
    if name is not None:
        channel = classify(name, None, "", set(), own)
        if channel in {"organic_search", "organic_social"}:
            return classify(name, "cpc", "", set(), own)
        if channel not in {"direct", "other"}:
            return channel
    named = {snake_case(row.platform): snake_case(row.channel) or "" for row in world.ad_platforms}
    known: dict[str | None, str] = {**platforms(), **named}
    return known.get(snake_case(platform), "paid_other")


def of_lead(lead: Lead, own: Sequence[Rule] = ()) -> Visit:
    """A lead's channel: the product's own verdict, else by its UTM fields."""
    page = lead.landing_page
    source = label(lead.utm_source) or parameter(page, "utm_source")
    medium = label(lead.utm_medium) or parameter(page, "utm_medium")
    clicks = {name for name in CLICK_IDS if parameter(page, name)}
    channel = snake_case(lead.channel) or classify(source, medium, "", clicks, own)
    return Visit(channel, source, label(lead.utm_campaign) or parameter(page, "utm_campaign"))
