"""The tables and columns of trackers, and the rows that a site leaves in them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.transform.loaded_ads import Table
from tests.transform.web_worlds import UTMS, Told, site
from tests.transform.worlds import Lead

if TYPE_CHECKING:
    from datetime import datetime

    from tests.transform.loaded_ads import Row
    from tests.transform.web_worlds import Page, Site

STRANGERS = 50
"""Visitors with the user id `undefined`, too many for one user; half have no other id."""


def segment(name: str, variant: str) -> Told:
    """Pages and identifies; the campaign is in columns, in `search`, or only in the address."""
    told, here = Told(name, "segment"), site(name)
    pages = Table("pages", {
        "id": "varchar", "anonymous_id": "varchar", "timestamp": "timestamp", "url": "varchar",
    })  # fmt: skip
    identifies = Table("identifies", {
        "id": "varchar", "anonymous_id": "varchar", "user_id": "varchar", "email": "varchar",
        "timestamp": "timestamp", "context_page_url": "varchar",
    })  # fmt: skip
    campaign = _campaign_columns()
    if variant != "bare":
        pages.columns |= {
            "user_id": "varchar", "search": "varchar", "referrer": "varchar",
            "received_at": "timestamp", **campaign,
        }  # fmt: skip
        identifies.columns |= campaign
    for number, page in enumerate(here.pages):
        way = "bare" if variant == "bare" else ("address", "search", "columns")[number % 3]
        seen = page if way != "columns" else replace(
            page, came_with={k: v for k, v in page.came_with.items() if k in UTMS}
        )  # fmt: skip
        row = {
            "id": page.id, "anonymous_id": page.visitor, "timestamp": page.at,
            "received_at": page.at + timedelta(hours=3), "user_id": page.user,
            "url": page.url if way in {"address", "bare"} else page.bare_url,
            "search": f"?{page.query}" if way == "search" and page.query else None,
            "referrer": page.referrer,
            **(_in_columns(page, campaign) if way == "columns" else {}),
        }  # fmt: skip
        pages.rows += [row] * (1 + page.is_twice)
        hand = seen.by_hand(None)
        told.pages.append(replace(
            hand, landing_page=page.bare_url if way == "columns" else page.url,
            referrer=None if variant == "bare" else hand.referrer,
        ))  # fmt: skip
    told.tables.append(pages)
    if variant == "bare":
        return told
    for sign_up in here.sign_ups:
        page = sign_up.page
        identifies.rows += [{
            "id": sign_up.id, "anonymous_id": page.visitor, "user_id": sign_up.user,
            "email": sign_up.email and f" {sign_up.email.title()}", "timestamp": page.at,
            "context_page_url": page.url, **_in_columns(page, campaign),
        }] * (1 + page.is_twice)  # fmt: skip
    first = here.pages[0].at
    for number in range(STRANGERS):
        lead, email = f"{name}-s{number}-i", f"s{number}@{name.replace('_', '-')}.example"
        visitor = f"{name}-s{number}" if number % 2 else None
        identifies.rows.append({
            "id": lead, "anonymous_id": visitor, "user_id": "undefined", "email": email,
            "timestamp": first,
        })  # fmt: skip
        told.links |= {(visitor, email)} if visitor else set()
        told.leads.append(Lead(lead_id=lead, email=email, visitor_id=visitor, created_at=first))
    told.tables.append(identifies)
    _tell_sign_ups(told, here)
    return told


def rudderstack(name: str, variant: str) -> Told:
    """The same events with the page in the context; `initial_referrer` is of another visit."""
    told, here = Told(name, "rudderstack"), site(name)
    campaign = _campaign_columns()
    pages = Table("pages", {
        "id": "varchar", "anonymous_id": "varchar", "context_page_url": "varchar",
        "original_timestamp": "timestamp with time zone",
    })  # fmt: skip
    if variant != "bare":
        pages.columns |= {
            "user_id": "varchar", "context_page_referrer": "varchar",
            "context_page_initial_referrer": "varchar", **campaign,
        }  # fmt: skip
    for page in here.pages:
        row = {
            "id": page.id, "anonymous_id": page.visitor, "original_timestamp": page.at,
            "context_page_url": page.url, "user_id": page.user,
            "context_page_referrer": page.referrer, **_in_columns(page, campaign),
            "context_page_initial_referrer": "https://initial.example/",
        }  # fmt: skip
        pages.rows += [row] * (1 + page.is_twice)
        hand = page.by_hand(None)
        told.pages.append(replace(hand, referrer=None) if variant == "bare" else hand)
    told.tables.append(pages)
    if variant != "bare":
        identifies = Table("identifies", {
            "id": "varchar", "anonymous_id": "varchar", "user_id": "varchar",
            "context_traits_email": "varchar", "timestamp": "timestamp with time zone",
            "context_page_url": "varchar",
        })  # fmt: skip
        identifies.rows = [{
            "id": sign_up.id, "anonymous_id": sign_up.page.visitor, "user_id": sign_up.user,
            "context_traits_email": sign_up.email, "timestamp": sign_up.page.at,
            "context_page_url": sign_up.page.url,
        } for sign_up in here.sign_ups]  # fmt: skip
        told.tables.append(identifies)
        _tell_sign_ups(told, here)
    return told


def umami(name: str, variant: str) -> Told:
    """Events and sessions; the email is the `distinct_id` of some sessions, and data of others."""
    told, here = Told(name, "umami"), site(name)
    events = Table("website_event", {
        "event_id": "varchar", "session_id": "varchar", "created_at": "timestamp with time zone",
        "url_path": "varchar", "url_query": "varchar", "event_type": "integer",
    })  # fmt: skip
    is_new = variant != "bare"
    if is_new:
        columns = ("hostname", "referrer_domain", "referrer_path", "referrer_query", *UTMS, "gclid")
        events.columns |= dict.fromkeys(columns, "varchar")
    for page in here.pages:
        domain, path, query = _parts(page.referrer)
        row = {
            "event_id": page.id, "session_id": page.visitor, "created_at": page.at,
            "url_path": page.path, "url_query": page.query, "event_type": 1,
            "hostname": "shop.example", "referrer_domain": domain, "referrer_path": path,
            "referrer_query": query, **page.came_with,
        }  # fmt: skip
        events.rows += [row] * (1 + page.is_twice)
        events.rows.append(row | {"event_id": f"{page.id}-click", "event_type": 2})
        hand = page.by_hand(None)
        told.pages.append(hand if is_new else replace(
            hand, landing_page=page.url.removeprefix("https://shop.example"), referrer=None
        ))  # fmt: skip
    told.tables.append(events)
    sessions = Table("session", {
        "session_id": "varchar", "created_at": "timestamp with time zone",
        **({"distinct_id": "varchar"} if is_new else {}),
    })  # fmt: skip
    data = Table("session_data", {
        "session_data_id": "varchar", "session_id": "varchar", "data_key": "varchar",
        "string_value": "varchar", "distinct_id": "varchar", "created_at": "timestamp",
    })  # fmt: skip
    begun = {}
    for page in sorted(here.pages, key=lambda each: each.at):
        begun.setdefault(page.visitor, page.at)
    signed_up = {sign_up.page.visitor: sign_up for sign_up in here.sign_ups}
    for visitor, at in begun.items():
        sign_up = signed_up.get(visitor)
        is_own = sign_up is not None and sign_up.email is not None
        by_address = is_own and sign_up.user.endswith(("0", "2", "4"))
        sessions.rows.append({
            "session_id": visitor, "created_at": at,
            "distinct_id": sign_up and (sign_up.email if by_address else sign_up.user),
        })  # fmt: skip
        if is_own and not by_address:
            data.rows += [
                {"session_data_id": f"{sign_up.id}{key}", "session_id": visitor, "data_key": key,
                 "string_value": value, "distinct_id": sign_up.user, "created_at": sign_up.page.at}
                for key, value in (("Email", sign_up.email), ("friend", "x@friend.example"))
            ]  # fmt: skip
        if is_own and is_new:
            told.leads.append(Lead(
                lead_id=visitor if by_address else f"{sign_up.id}Email", email=sign_up.email,
                visitor_id=visitor, created_at=at if by_address else sign_up.page.at,
            ))  # fmt: skip
    told.tables.append(sessions)
    if is_new:
        told.tables.append(data)
        told.links |= here.links | {
            user for user in here.users if not user[0].endswith(("0", "2", "4"))
        }
    return told


def posthog(name: str, variant: str) -> Told:
    """Events with properties in JSON, which include the visitor's first page.

    As text, they lack the device's id: a visitor is known by the id of the moment.
    """
    told, here = Told(name, "posthog"), site(name)
    by_device = variant != "text"
    events = Table("events", {
        "uuid": "varchar", "event": "varchar", "properties": "json", "distinct_id": "varchar",
        "timestamp": "timestamp with time zone",
    })  # fmt: skip
    for page in here.pages:
        user = None if variant == "bare" else page.user
        device = page.visitor if by_device else None
        row = {
            "uuid": page.id, "event": "$pageview", "timestamp": page.at,
            "distinct_id": user or page.visitor,
            "properties": _json(page, device, utm_source="sticky", gclid="sticky"),
        }  # fmt: skip
        events.rows += [row] * (1 + page.is_twice)
        events.rows.append(row | {"uuid": f"{page.id}-out", "event": "$pageleave"})
        hand = page.by_hand(None)
        told.pages.append(
            replace(hand, visitor_id=page.visitor if by_device else user or page.visitor)
        )
    told.tables.append(events)
    if variant == "bare":
        return told
    for sign_up in here.sign_ups:
        page = sign_up.page
        events.rows.append({
            "uuid": sign_up.id, "event": "$identify", "distinct_id": sign_up.user,
            "timestamp": page.at, "properties": _json(
                page, page.visitor if by_device else None, **{"$anon_distinct_id": page.visitor},
                **({"$set": {"email": sign_up.email}} if sign_up.email else {}),
            ),
        })  # fmt: skip
    _tell_sign_ups(told, here)
    if not by_device:
        told.leads = [replace(lead, visitor_id=None) for lead in told.leads]
    return told


def snowplow(name: str, variant: str) -> Told:
    """Events of one table; the user is known by the address. As text, addresses are in parts."""
    told, here = Told(name, "snowplow"), site(name)
    events = Table("events", {
        "event_id": "varchar", "event_name": "varchar", "domain_userid": "varchar",
        "collector_tstamp": "timestamp",
    })  # fmt: skip
    marks = {f"mkt_{name.removeprefix('utm_')}": name for name in UTMS}
    parts = ("page_urlhost", "page_urlpath", "refr_urlhost", "refr_urlpath", "refr_urlquery")
    if variant == "text":
        events.columns |= dict.fromkeys((*parts, *marks, "mkt_clickid", "mkt_network"), "varchar")
    else:
        events.columns["page_url"] = "varchar"
    if variant != "bare":
        events.columns |= {
            "user_id": "varchar",
            "derived_tstamp": "timestamp",
            "page_referrer": "varchar",
        }
    emails = {sign_up.user: sign_up.email for sign_up in here.sign_ups if sign_up.email}
    networks = {"gclid": "Google", "msclkid": "Microsoft"}
    for page in here.pages:
        late = timedelta(seconds=0 if variant == "bare" else 7)
        click = next((name for name in networks if name in page.came_with), None)
        domain, path, query = _parts(page.referrer)
        row = {
            "event_id": page.id, "event_name": "page_view", "domain_userid": page.visitor,
            "collector_tstamp": page.at + late, "derived_tstamp": page.at, "page_url": page.url,
            "page_urlhost": "shop.example", "page_urlpath": page.path, "refr_urlhost": domain,
            "refr_urlpath": path, "refr_urlquery": query, "user_id": emails.get(page.user or ""),
            "page_referrer": None if variant == "text" else page.referrer,
            **{mark: page.came_with.get(utm) for mark, utm in marks.items()},
            "mkt_clickid": page.came_with.get(click or ""),
            "mkt_network": networks.get(click or ""),
        }  # fmt: skip
        events.rows += [row] * (1 + page.is_twice)
        events.rows.append(row | {
            "event_id": f"{page.id}-ping", "event_name": "page_ping",
            "derived_tstamp": page.at + timedelta(seconds=10),
        })  # fmt: skip
        known = {k: v for k, v in page.came_with.items() if k in {*UTMS, *networks}}
        hand = (replace(page, came_with=known) if variant == "text" else page).by_hand(None)
        told.pages.append(replace(
            hand, landing_page=page.bare_url if variant == "text" else page.url,
            referrer=None if variant == "bare" else page.referrer,
        ))  # fmt: skip
    told.tables.append(events)
    if variant != "bare":
        told.links |= here.links
        hands = {hand.touchpoint_id: hand for hand in told.pages}
        first: dict[str, Page] = {}
        for page in sorted(here.pages, key=lambda each: (each.at, each.id)):
            if page.user:
                first.setdefault(emails[page.user], page)
        told.leads = [
            _lead(page.id, email, page, hands[page.id].landing_page)
            for email, page in first.items()
        ]
    return told


TRACKERS = (segment, rudderstack, umami, posthog, snowplow)


def _campaign_columns() -> dict[str, str]:
    names = ("source", "medium", "name", "term", "content")
    return dict.fromkeys((f"context_campaign_{name}" for name in names), "varchar")


def _in_columns(page: Page, columns: dict[str, str]) -> Row:
    return dict(zip(columns, (page.came_with.get(name) for name in UTMS), strict=True))


def _tell_sign_ups(told: Told, here: Site) -> None:
    told.links |= here.links | here.users
    told.leads += [
        _lead(sign_up.id, email, sign_up.page, sign_up.page.url)
        for email, sign_up in here.leads().items()
    ]


def _lead(id_: str, email: str, page: Page, url: str | None) -> Lead:
    utms = {name: page.came_with.get(name) for name in UTMS[:3]}
    at: datetime = page.at
    return Lead(
        lead_id=id_, email=email, visitor_id=page.visitor, created_at=at, landing_page=url, **utms
    )


def _parts(url: str | None) -> tuple[str | None, str | None, str | None]:
    if url is None:
        return None, None, None
    domain, _, path = url.removeprefix("https://").partition("/")
    path, _, query = path.partition("?")
    return domain, f"/{path}", query or None


def _json(page: Page, device: str | None, **more: Any) -> str:
    return json.dumps({
        "$current_url": page.url, "$referrer": page.referrer or "$direct",
        "$initial_utm_source": "first", "$initial_referrer": "https://first.example/", **more,
        **({"$device_id": device} if device else {}),
    })  # fmt: skip
