"""The channel of a visit, by the rules of the seed."""

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

    from tests.transform.worlds import Lead, PromotionCode, Rule, Touchpoint, World

SEEDS = Path(__file__).resolve().parents[3] / "transform" / "seeds"
CLICK_IDS = ("gclid", "fbclid", "li_fat_id", "msclkid")


@dataclass(frozen=True)
class Visit:
    """The channel of a visit, with its UTM source and campaign."""

    channel: str
    source: str | None
    campaign: str | None


@cache
def rules() -> tuple[dict[str, str], ...]:
    """The rules in the order in which they are tried."""
    with (SEEDS / "channel_rules.csv").open() as lines:
        return tuple(sorted(csv.DictReader(lines), key=lambda rule: int(rule["priority"])))


@cache
def platforms() -> dict[str, str]:
    """The channel of each ad platform."""
    with (SEEDS / "ad_platforms.csv").open() as lines:
        return {row["platform"]: row["channel"] for row in csv.DictReader(lines)}


@cache
def words(seed: str) -> dict[str, str]:
    """The meaning of the words that people use, by their letters and digits."""
    with (SEEDS / f"{seed}.csv").open() as lines:
        return {letters(name): meaning for name, meaning in list(csv.reader(lines))[1:]}


def letters(text: str | None) -> str:
    """A name without case, blanks and punctuation."""
    return re.sub(r"[\W_]", "", (text or "").lower())


def label(text: str | None) -> str | None:
    """A UTM value in the form in which it is compared."""
    return ((text or "").replace("\x1f", " ").strip(" ").lower()) or None


def snake_case(text: str | None) -> str | None:
    """A channel or platform in the form in which it is compared."""
    return (label(text) or "").replace(" ", "_").replace("-", "_") or None


def host(url: str | None) -> str:
    """The host of a URL without www.; empty if there is none."""
    name = (urlsplit(url or "").hostname or "").lower()
    return name.removeprefix("www.")


def parameter(url: str | None, name: str) -> str | None:
    """A parameter of the query string, in lower case."""
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
    """The channel of the first matching rule; the user's own rules are tried first."""
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


@dataclass(frozen=True)
class Origin:
    """The origin of a page view's visitor; a host of the user's own is no `referrer`."""

    source: str | None
    medium: str | None
    campaign: str | None
    referrer: str
    click_ids: dict[str, str]

    def brought(self) -> dict[str, object]:
        """The parts of the origin that start a visit if they are new."""
        utm = (self.source, self.medium, self.campaign)
        kinds = {"utm": utm, "clicks": self.click_ids, "referrer": self.referrer}
        return {kind: what for kind, what in kinds.items() if what and what != (None, None, None)}


def origin(touch: Touchpoint, own_hosts: set[str]) -> Origin:
    """The origin from the fields, else from the landing page."""
    page = touch.landing_page
    referrer = host(touch.referrer)
    values = {
        name: (getattr(touch, name) or "").strip(" ").lower() or parameter(page, name)
        for name in CLICK_IDS
    }
    return Origin(
        source=label(touch.utm_source) or parameter(page, "utm_source"),
        medium=label(touch.utm_medium) or parameter(page, "utm_medium"),
        campaign=label(touch.utm_campaign) or parameter(page, "utm_campaign"),
        referrer="" if referrer == host(page) or referrer in own_hosts else referrer,
        click_ids={name: value for name, value in values.items() if value},
    )


def of_touch(touch: Touchpoint, own_hosts: set[str], own: Sequence[Rule] = ()) -> Visit:
    """The channel of the visit that a page view starts."""
    found = origin(touch, own_hosts)
    channel = classify(found.source, found.medium, found.referrer, set(found.click_ids), own)
    return Visit(channel, found.source, found.campaign)


def of_spend(source: str | None, platform: str | None, world: World) -> str:
    """The channel of spend, by its source and the rules for visits, else by its platform."""
    own = world.channel_rules
    name = label(source)
    if name is not None:
        channel = classify(name, None, "", set(), own)
        if channel in {"organic_search", "organic_social"}:
            return classify(name, "cpc", "", set(), own)
        if channel not in {"direct", "other"}:
            return channel
    known = words("ad_platform_names").get(letters(platform), snake_case(platform))
    named = {
        words("ad_platform_names").get(letters(row.platform), snake_case(row.platform)): snake_case(
            row.channel
        )
        or ""
        for row in world.ad_platforms
    }
    return ({**platforms(), **named}).get(known or "", "paid_other")


def of_lead(lead: Lead, own: Sequence[Rule] = ()) -> Visit:
    """The channel of a lead: the one that its product recorded, else by its UTM fields."""
    page = lead.landing_page
    source = label(lead.utm_source) or parameter(page, "utm_source")
    medium = label(lead.utm_medium) or parameter(page, "utm_medium")
    clicks = {name for name in CLICK_IDS if parameter(page, name)}
    given = words("channel_names").get(letters(lead.channel), snake_case(lead.channel))
    channel = given or classify(source, medium, "", clicks, own)
    return Visit(channel, source, label(lead.utm_campaign) or parameter(page, "utm_campaign"))


def of_code(row: PromotionCode) -> Visit:
    """The channel that the user assigned to a promotion code."""
    known = words("channel_names").get(letters(row.channel), snake_case(row.channel))
    return Visit(known or "", label(row.partner), label(row.campaign))
