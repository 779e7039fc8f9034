"""Translates messages of the command into the words of the page, which has forms for options."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from stripe_apex.sources.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from stripe_apex.check import Grant
    from stripe_apex.connect.desk import Sheet
    from stripe_apex.sources.holdings import Holdings
    from stripe_apex.sources.questions import UnclearError

_QUESTIONS: Final = {
    "kind": "What is this file?",
    "dates": "Which part of its dates comes first?",
    "decimal": "What is the decimal sign of its numbers?",
    "rows": "Is each row of a single day?",
    "end": "Is the file complete?",
    "totals": "Is the file complete, although its total differs?",
    "overlap": "What should happen to the spend that is already there?",
    "sheet": "Which sheet?",
    "platform": "Which ad platform was paid?",
    "currency": "Which currency?",
    "cost_currency": "Which currency?",
}
_ANSWERS: Final = {
    "day-first": "The day: 03/11 is 3 November",
    "month-first": "The month: 03/11 is 11 March",
    "year-first": "The year",
    "point": "The point: 1.5 is one and a half",
    "comma": "The comma: 1,5 is one and a half",
    "daily": "Yes, each row is of a single day",
    "complete": "Yes, it is complete",
    "ignore": "Yes: its total counts what its rows leave out",
    "replace": "Replace it: this file is newer",
    "keep": "Keep both: it is other spend",
    "replace-and-keep": "Replace those campaigns, and keep the other account",
    "google_ads": "Google Ads",
    "meta_ads": "Meta",
    "linkedin_ads": "LinkedIn",
    "microsoft_ads": "Microsoft Advertising",
    "tiktok_ads": "TikTok",
}
_NAMES: Final = {
    "account_id": "Account",
    "timezone": "Time zone",
    "utm_source": "UTM source",
    "utm_medium": "UTM medium",
    "utm_campaign": "UTM campaign",
    "utm_term": "UTM term",
    "utm_content": "UTM content",
    "url_query": "URL query",
    "gclid": "Click id of Google",
    "fbclid": "Click id of Meta",
    "li_fat_id": "Click id of LinkedIn",
    "msclkid": "Click id of Microsoft",
    "kind": "Kind of file",
}
_OPTION: Final = re.compile(
    r"""--(set|column) "?([\w ]+?)=("[^"]*"|\.\.\.|\S+?)"?(?=[.,;:]*(?:\s|$))"""
)


@dataclass(frozen=True, slots=True)
class Permitted:
    """A permission in words: its name in the Dashboard, and its purpose."""

    name: str
    needed: str
    purpose: str


PERMISSIONS: Final = {
    "charges": Permitted("Charges", "Needed", "the revenue"),
    "customers": Permitted(
        "Customers", "Needed", "the customer’s email, by which a payment is matched to its lead"
    ),
    "events": Permitted(
        "Events",
        "Recommended",
        "later syncs read only what has changed; without it, each of them reads everything again",
    ),
    "balance_transactions": Permitted(
        "Balance transactions",
        "Optional",
        "Stripe’s fees and exchange rates, once settled amounts are read, too",
    ),
    "disputes": Permitted("Disputes", "Optional", "what was lost to disputes, once they are read"),
    "refunds": Permitted("Refunds", "Optional", "each refund by itself, once they are read"),
    "checkout_sessions": Permitted(
        "Checkout Sessions",
        "Optional",
        "what a checkout knows of its visitor, once sessions are read",
    ),
    "promotion_codes": Permitted(
        "Promotion Codes",
        "Optional",
        "the code that was typed in a checkout, once sessions are read",
    ),
}

CARDS: Final = (
    ("Ad spend", ("ad_spend",), "Without ad spend there is no ROAS and no cost of a customer."),
    ("Leads", ("leads",), "Without leads, no payment is matched to the channel that brought it."),
    (
        "Visits",
        ("touchpoints",),
        "Without visits there is no path: a customer’s revenue goes to the channel of the lead.",
    ),
    (
        "Experiments",
        ("experiments", "experiment_exposures"),
        "Without experiments and who saw them, there is no lift and no ROI of an experiment.",
    ),
)
"""The cards of the page: title, kinds, and what is missing without them."""

_EXCHANGE: Final = (
    "Exchange rates",
    ("fx_rates",),
    (
        "Amounts in {currencies}: without rates, those in another currency than the report’s are "
        "in no total, unless Stripe settled them in it."
    ),
)

_CODES: Final = (
    "Promotion codes",
    ("promotion_codes",),
    "Without their channels, promotion codes tell of no podcast, partner or newsletter.",
)


def cards(held: Holdings) -> list[tuple[str, Sequence[str], str]]:
    """The cards that matter: title, kinds, and what is missing without them."""
    codes = [_CODES] if "promotion_codes" in held.kinds else []
    if set(held.currencies) <= {"usd"} and "fx_rates" not in held.kinds:
        return [*CARDS, *codes]
    title, kinds, missing = _EXCHANGE
    currencies = [code.upper() for code in held.currencies] or ["several currencies"]
    *first, last = currencies
    listed = f"{', '.join(first)} and {last}" if first else last
    return [*CARDS, *codes, (title, kinds, missing.format(currencies=listed))]


def granted(grants: Sequence[Grant]) -> str:
    """The granted permissions, in a line."""
    return ", ".join(PERMISSIONS[each.permission.name].name for each in grants if each.granted)


def spend_lags(held: Holdings, kinds: Sequence[str]) -> str:
    """A sentence if payments continue after the last day of spend; else empty.

    Exports do not contain today's spend yet, so one day is no lag.
    """
    spend = held.kinds.get("ad_spend") if "ad_spend" in kinds else None
    if spend is None or spend.last is None or held.payments is None or held.payments.last is None:
        return ""
    if held.payments.last - spend.last <= timedelta(days=1):
        return ""
    years = spend.last.year != held.payments.last.year
    return (
        f"Ad spend ends on {_short(spend.last, year=years)}; payments go on to "
        f"{_short(held.payments.last, year=years)}."
    )


def _short(day: date, *, year: bool) -> str:
    return f"{day.day} {day:%b %Y}" if year else f"{day.day} {day:%b}"


def question(unclear: UnclearError) -> str:
    """The text of a question, as the label of its answers."""
    if unclear.name.startswith("column "):
        return f"Which column of the file is “{label(unclear.name.removeprefix('column '))}”?"
    if unclear.name.startswith("platform "):
        said = unclear.name.removeprefix("platform ")
        return f"Which ad platform is “{said}”?"
    return _QUESTIONS.get(unclear.name, f"{label(unclear.name)}?")


def choices(unclear: UnclearError) -> Mapping[str, str]:
    """The possible answers, in words; none if any text is possible."""
    if "..." in unclear.choices:
        return {}
    return {choice: answer(choice) for choice in unclear.choices}


def answer(choice: str) -> str:
    """An answer in words."""
    if choice in KINDS:
        return capital(KINDS[choice].title)
    return _ANSWERS.get(choice, choice)


def settable(sheet: Sheet) -> Mapping[str, Mapping[str, str]]:
    """The further settings of a file, in groups, each with a label."""
    kind = sheet.reading.kind if sheet.reading else None
    groups = {"The whole file": {name: label(name) for name in ("kind", "timezone", "sheet")}}
    if kind is not None:
        own = [
            field for field in kind.fields if field.stored and field.type in {"text", "currency"}
        ]
        groups["A value for all rows"] = {field.name: label(field.name) for field in own}
        groups["Which column is meant by"] = {
            f"column {field.name}": label(field.name) for field in kind.fields
        }
    return groups


def kinds() -> str:
    """The kinds, in words that `kind_named` understands."""
    return ", ".join(kind.title for kind in KINDS.values())


def kind_named(said: str) -> str:
    """The kind with this title; any other text stays as it is."""
    named = {kind.title: kind.name for kind in KINDS.values()}
    return named.get(said.strip().lower(), said)


def label(name: str) -> str:
    """The label of a field or a question."""
    return _NAMES.get(name, capital(f"{name} ".replace("_", " ").replace(" id ", " ID").strip()))


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def on_the_page(text: str) -> str:
    """The text with the page's words in place of the command's options."""

    def instead(found: re.Match[str]) -> str:
        way, name, value = found.groups()
        name = f"Column of {label(name)}" if way == "column" else label(name)
        return f"“{name}” below" if value == "..." else f"“{name}: {value}” below"

    return _OPTION.sub(instead, text).replace("--set ", "").replace("--column ", "")
