"""What a file is, by its headers: the kind, which column is which field, and the platform."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stripe_apex.sources import units
from stripe_apex.sources.kinds import AD_SPEND, KINDS
from stripe_apex.sources.names import platform as platform_named
from stripe_apex.sources.questions import Answers, FileError, UnclearError
from stripe_apex.sources.units import Heading
from tap_stripe_apex.money import currencies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stripe_apex.sources.fields import Field, Kind

_SYMBOLS: Final = {
    "€": "eur",
    "£": "gbp",
    "₹": "inr",
    "us$": "usd",
    "ca$": "cad",
    "c$": "cad",
    "a$": "aud",
    "au$": "aud",
    "nz$": "nzd",
    "hk$": "hkd",
    "r$": "brl",
    "mx$": "mxn",
}
"""Symbols that mean one currency; `$` and `¥` mean several."""

_WORDS: Final = {"all", "cup", "gel", "mad", "pen", "sos", "top", "try"}
"""Codes of currencies that are words, too, and are codes in capitals only."""

_BRACKETS: Final = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*$")
_LAST_WORD: Final = re.compile(r"(.*?\w)(?:[ _]+in)?[ _]+([^ _]+)$")
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_DAILY: Final = {
    *("week", "by week", "month", "by month", "quarter", "year", "by year", "week beginning"),
    *("woche", "monat", "quartal", "jahr", "semaine", "mois", "semana", "mes"),
}

_SIGNATURES: Final = {
    "google_ads": (
        {"impr", "cost"},
        {"cost", "currency code", "customer id"},
        {"metrics cost micros"},
        {"impr", "kosten"},
    ),
    "meta_ads": (
        {"amount spent", "reporting starts"},
        {"amount spent", "link clicks"},
        {"amount spent", "results"},
        {"ausgegebener betrag", "berichtsstart"},
        {"inline link clicks", "spend", "date start"},
    ),
    "linkedin_ads": ({"total spent", "start date"}, {"cost in local currency"}),
    "microsoft_ads": (
        {"gregorian date", "spend"},
        {"time period", "spend", "currency code"},
        {"account number", "spend"},
    ),
    "tiktok_ads": ({"by day", "cost"}, {"stat time day", "spend"}),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is read."""

    kind: Kind
    columns: dict[str, int]
    """Position by the name of the field."""
    headings: tuple[Heading, ...]
    platform: str | None
    """The ad platform whose export this seems to be; a column of platforms may say otherwise."""

    @property
    def unread(self) -> list[str]:
        """The headers of columns that are not read."""
        read = set(self.columns.values())
        return [
            heading.text
            for position, heading in enumerate(self.headings)
            if position not in read and heading.text
        ]

    def heading(self, field: str) -> Heading | None:
        """The header of a field, where it has a column."""
        return self.headings[self.columns[field]] if field in self.columns else None


def heading(text: str) -> Heading:
    """A header, without case, punctuation, and what stands in brackets behind it."""
    bare, currency, bracketed = text.strip(), None, []
    while match := _BRACKETS.search(bare):
        found = _code_in_header(match[1].strip().removeprefix("in "))
        currency = found or currency
        bracketed += [] if found else [match[1].strip()]
        bare = bare[: match.start()]
    if any(unit.casefold().removeprefix("in ") == "micros" for unit in bracketed):
        bare = f"{bare} micros"
    parts = _LAST_WORD.match(bare)
    if parts and currency is None and (currency := _code_in_header(parts[2])):
        bare = parts[1]
    if bare.isupper():
        bare = bare.lower()
    words = re.findall(r"\w+", _CAMEL.sub(" ", bare.replace("_", " ")).casefold())
    return Heading(text.strip(), " ".join(words), currency, ", ".join(filter(None, bracketed)))


def _code_in_header(text: str) -> str | None:
    """The currency that a part of a header names; `(all)` is no Albanian lek."""
    code = currency_of(text)
    return None if code in _WORDS and not text.strip().isupper() else code


def currency_of(text: str) -> str | None:
    """The lower-case code of a currency that a code or a symbol names without doubt."""
    said = text.strip().lower()
    return said if said in currencies() else _SYMBOLS.get(said)


def known_words(cells: Sequence[str]) -> int:
    """How many of these cells are headers that some kind knows: how likely it is a header row."""
    return len({heading(cell).plain for cell in cells} & _ALL_WORDS)


def recognise(cells: Sequence[str], answers: Answers) -> Layout:
    """How a file with these headers is read.

    Raises:
        FileError: it is none of the kinds, or lacks a column.
        UnclearError: it may be more than one of them, or two columns may be the same field.
    """
    headings = tuple(heading(cell) for cell in cells)
    kind = _kind(headings, answers)
    columns = _columns(kind, headings, answers, strict=True)
    _refuse_periods(kind, headings, columns, answers)
    for field in kind.fields:
        if field.type == "money" and field.name in columns:
            units.check(field.name, headings[columns[field.name]], headings, answers)
    for field in kind.fields:
        if field.needed and field.name not in columns and field.name not in answers.values:
            said = (
                f"No column is understood as `{field.name}` of {kind.title}; the file has "
                f"{_listed(headings)}."
            )
            raise UnclearError(said, f"column {field.name}", ["..."])
    platform = _platform(headings, answers) if kind is AD_SPEND else None
    if "platform" in columns and not _is_vague(headings[columns["platform"]], answers):
        platform = None
    return Layout(kind, columns, headings, platform)


def _kind(headings: tuple[Heading, ...], answers: Answers) -> Kind:
    if answers.kind is not None:
        return KINDS[answers.kind]
    fits = {}
    for kind in KINDS.values():
        columns = _columns(kind, headings, answers, strict=False)
        known = columns.keys() | answers.values.keys()
        if kind is AD_SPEND and any(item.plain in _NOT_DAILY for item in headings):
            known |= {"spend_date"}  # to be refused for what it is
        needed = {field.name for field in kind.fields if field.needed}
        if needed <= known and known & set(kind.some_of):
            fits[kind.name] = len(columns)
    if not fits:
        said = f"The headers ({_listed(headings)}) are of no kind that is known."
        raise UnclearError(said, "kind", KINDS)
    best = [name for name, score in fits.items() if score == max(fits.values())]
    by_id = [name for name in fits if _has_own_id(KINDS[name], headings)]
    if len(by_id) == 1:
        best = by_id
    if len(best) > 1:
        raise UnclearError(f"This may be {' or '.join(best)}.", "kind", best)
    return KINDS[best[0]]


def _has_own_id(kind: Kind, headings: tuple[Heading, ...]) -> bool:
    """Whether a header names the key of this kind and of no other."""
    own = {word for word in kind.field(kind.key[0]).words if len(_KEYS_BY_WORD[word]) == 1}
    return kind.unique and any(item.plain in own for item in headings)


def _columns(
    kind: Kind, headings: tuple[Heading, ...], answers: Answers, *, strict: bool
) -> dict[str, int]:
    columns: dict[str, int] = {}
    for name, header in answers.columns.items():
        if name in {field.name for field in kind.fields}:
            columns[name] = _position(headings, header, name)
    for field in kind.fields:
        taken = set(columns.values())
        found = _candidates(field, headings, taken)
        if field.name in columns or field.name in answers.values or not found:
            continue
        texts = [headings[position].text for position in found]
        if strict and field.sole and len(found) > 1:
            raise UnclearError(
                f"Each of the columns {', '.join(f'`{text}`' for text in texts)} may be "
                f"`{field.name}`.",
                f"column {field.name}",
                texts,
            )
        columns[field.name] = found[0]
    return columns


def _candidates(field: Field, headings: tuple[Heading, ...], taken: set[int]) -> list[int]:
    """The columns that may be this field, those with the best word first."""
    words = (field.name.replace("_", " "), *field.words)
    free = [
        (words.index(item.plain), position)
        for position, item in enumerate(headings)
        if item.plain in words and position not in taken
    ]
    return [position for _, position in sorted(free)]


def _listed(headings: tuple[Heading, ...]) -> str:
    """The headers of a file for a message, not too many."""
    texts = [f"`{item.text[:40]}`" for item in headings if item.text]
    return ", ".join(texts[:20]) + (", ..." if len(texts) > 20 else "")


def _position(headings: tuple[Heading, ...], header: str, name: str) -> int:
    exact = [i for i, item in enumerate(headings) if item.text == header.strip()]
    found = exact or [i for i, item in enumerate(headings) if item.plain == heading(header).plain]
    if len(found) == 1:
        return found[0]
    how = "no column" if not found else f"{len(found)} columns"
    raise FileError(
        f"--column {name}={header}: {how} of that name; the file has {_listed(headings)}."
    )


def _refuse_periods(
    kind: Kind, headings: tuple[Heading, ...], columns: dict[str, int], answers: Answers
) -> None:
    coarse = [item.text for item in headings if item.plain in _NOT_DAILY]
    if kind is AD_SPEND and "spend_date" not in columns and coarse and not answers.columns:
        raise FileError(
            f"The column `{coarse[0]}` says that rows are of more than a day, which cannot be "
            "divided without guessing. Export it again with one row for each day."
        )


def _platform(headings: tuple[Heading, ...], answers: Answers) -> str | None:
    """Whose export it is, by its headers, or as the user says."""
    words = {item.plain for item in headings}
    found = [
        name
        for name, signatures in _SIGNATURES.items()
        if any(signature <= words for signature in signatures)
    ]
    said = platform_named(answers.values.get("platform", ""))
    return found[0] if len(found) == 1 else said


def _is_vague(column: Heading, answers: Answers) -> bool:
    """Whether a column such as Channel may be something else in a platform's own export."""
    return "platform" not in answers.columns and column.plain not in {"platform", "ad platform"}


_ALL_WORDS: Final = {
    word
    for kind in KINDS.values()
    for field in kind.fields
    for word in (field.name.replace("_", " "), *field.words)
} | _NOT_DAILY

_KEYS_BY_WORD: Final = {
    word: [
        kind.name
        for kind in KINDS.values()
        if word in kind.field(kind.key[0]).words and kind.unique
    ]
    for kind in KINDS.values()
    for word in kind.field(kind.key[0]).words
}
