"""Leads and visits: their ids, their channels, and what stands in the address of a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stripe_apex.hashing import rewrite
from stripe_apex.saying import counted
from stripe_apex.sources import names
from stripe_apex.sources.reading import Reading, literal

if TYPE_CHECKING:
    from tap_stripe_apex.hashing import Hashing

_ADDRESS: Final = r"[^\s,;|<>\"]+@[^\s,;|<>\"]+"

_IN_ADDRESS: Final = (
    *("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"),
    *("gclid", "fbclid", "li_fat_id", "msclkid"),
)


def finish_leads(reading: Reading) -> None:
    """Complete the expressions of leads: an id for rows without one, and our names of channels."""
    expressions = reading.expressions
    if "lead_id" not in expressions:
        expressions["lead_id"] = _digest(
            "lead_", f"lower({expressions['email']})", expressions["created_at"]
        )
        reading.values["lead_id"] = "made of email and time"
    for name in ("utm_source", "utm_medium", "utm_campaign"):
        expressions.setdefault(name, _parameter(expressions.get("landing_page"), name))
    if "channel" in reading.layout.columns:
        expressions["channel"] = _channels(reading)


def finish_touchpoints(reading: Reading) -> None:
    """Complete the expressions of visits: an id for rows without one, and the address's fields."""
    expressions = reading.expressions
    if "url_query" in expressions and "landing_page" in expressions:
        query = "nullif(ltrim(url_query, '?'), '')"
        expressions["landing_page"] = f"concat_ws('?', {expressions['landing_page']}, {query})"
    if "touchpoint_id" not in expressions:
        parts = ("visitor_id", "occurred_at", "landing_page", "referrer")
        given = (expressions[name] for name in parts if name in expressions)
        expressions["touchpoint_id"] = _digest("tp_", *given)
        reading.values["touchpoint_id"] = "made of visitor, time and page"
    for name in _IN_ADDRESS:
        expressions.setdefault(name, _parameter(expressions.get("landing_page"), name))


def first_of_several_emails(reading: Reading) -> None:
    """Where a cell holds several addresses, as of merged contacts, the first is the person's."""
    if "email" not in reading.layout.columns:
        return
    several = "length(email) - length(replace(email, '@', '')) > 1"
    count, row = reading.staged.one(f"select count(*), min(row_number) from raw where {several}")
    if count:
        reading.staged.connection.execute(
            f"update raw set email = regexp_extract(email, '{_ADDRESS}') "
            f"where {several} and regexp_matches(email, '{_ADDRESS}')"
        )
        reading.notes.append(
            f"{counted(count, 'row')} with several emails, as row {row}: the first of them is taken"
        )


def hash_addresses(reading: Reading, hashing: Hashing) -> None:
    """Replace each address by its hash, before anything is made of it."""
    for name in reading.layout.columns:
        if name == "email":
            rewrite(reading.staged.all, "raw", name, hashing.address)
        elif reading.kind.field(name).type == "text":
            there = f"contains({name}, '@') or contains({name}, '%40')"
            rewrite(reading.staged.all, "raw", name, hashing.text, where=there)
    reading.notes.append("addresses are loaded as hashes only")


def _channels(reading: Reading) -> str:
    """Our names of channels; words that are none give way to UTM fields where a row has them."""
    cases, unknown = [], []
    for said, count in reading.staged.all(
        "select channel, count(*) from raw where channel is not null group by channel order by "
        "2 desc"
    ):
        known = names.channel(said)
        if known is None:
            unknown.append(f"{said} ({count:,})")
        else:
            cases.append(f"when {literal(said)} then '{known}'")
    source, medium = reading.expressions["utm_source"], reading.expressions["utm_medium"]
    tagged = f"coalesce({source}, {medium}) is not null"
    otherwise = f"case when {tagged} then null else channel end"
    if unknown:
        listed = ", ".join(unknown[:5]) + (", ..." if len(unknown) > 5 else "")
        reading.notes.append(f"channels of your own, kept where a lead has no UTM fields: {listed}")
    return f"case channel {' '.join(cases)} else {otherwise} end" if cases else otherwise


def _parameter(address: str | None, name: str) -> str:
    """A parameter of an address; null without one."""
    if address is None:
        return "null"
    found = f"replace(regexp_extract({address}, '[?&]{name}=([^&#]*)', 1), '+', ' ')"
    # What is not encoded as UTF-8 stays as it is.
    decoded = f"coalesce(try(url_decode({found})), {found})"
    return f"nullif(replace({decoded}, chr(0), ''), '')"


def _digest(prefix: str, *parts: str) -> str:
    listed = ", ".join(f"coalesce(cast({part} as varchar), '')" for part in parts)
    return f"concat('{prefix}', left(md5(concat_ws('|', {listed})), 20))"
