"""SQL that tidies the text of a cell before it is read as a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stripe_apex.sources import numbers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stripe_apex.sources.fields import Field

SIGN: Final = r"(?:[A-Za-z]{1,2})?[$€£¥₹]|[A-Za-z]{3}"
"""A sign or code of a currency within a cell."""


def listed(formats: Iterable[str]) -> str:
    """Texts as a list in SQL."""
    return "[" + ", ".join(f"'{item}'" for item in formats) + "]"


def bare(field: Field) -> str:
    """A number without its currency, with one kind of space, and with its sign in front."""
    return bare_money(field.name) if field.type == "money" else _spaced(field.name)


def bare_money(name: str) -> str:
    """A number without its currency."""
    return _spaced(f"regexp_replace({name}, '{SIGN}', '')")


def _spaced(text: str) -> str:
    one = f"trim(translate({text}, '\xa0\u2009\u202f''−', '   ’-'))"
    signed = f"regexp_replace({one}, '^\\((.*)\\)$|^- +(.*)$', '-\\1\\2')"
    nothing = ", ".join(f"'{item}'" for item in numbers.NOTHING)
    return f"(case when {one} in ({nothing}) then null else replace({signed}, ' ', '\u202f') end)"
