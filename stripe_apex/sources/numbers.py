"""Numbers as people's locales write them: which sign is the decimal one, by the whole file.

Which texts are numbers in which locale is Babel's knowledge. Only the *shape* of a text matters for
that, so a column of a million amounts is decided by the few shapes that it has.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from babel.numbers import (
    NumberFormatError,
    get_decimal_symbol,
    get_group_symbol,
    parse_decimal,
)

from stripe_apex.sources.questions import UnclearError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

Style = Literal["point", "comma"]

_LOCALES: Final[dict[Style, tuple[str, ...]]] = {
    "point": ("en_US", "en_IN", "de_CH"),
    "comma": ("de_DE", "fr_FR"),
}
"""Locales that between them use each decimal sign with each sign between thousands."""

GROUPS: Final[dict[Style, str]] = {"point": ",’\u202f", "comma": ".’\u202f"}
"""Signs between thousands, where the other sign is the decimal one."""

POINT: Final = "\u066b"
"""A decimal sign that no file needs to decide: that of cells which are numbers."""

NOTHING: Final = ("", "-", "--", "—", "–", "n/a", "N/A", "null", "NULL")
"""What exports write in place of a number."""

_DIGITS: Final = set("-0123456789")
_PLAUSIBLE: Final = re.compile(r"-?[0-9.,](?:[0-9.,’\u202f]*[0-9])?")


def readings(text: str) -> dict[Style, Decimal]:
    """What a text means as a number, for each decimal sign with which it is one."""
    if text.count(POINT) == 1 and _PLAUSIBLE.fullmatch(text.replace(POINT, "")):
        known = parse_decimal(text.replace(POINT, "."), locale="en_US")
        return dict.fromkeys(_LOCALES, known)
    if not _PLAUSIBLE.fullmatch(text):
        return {}
    found: dict[Style, Decimal] = {}
    for style, locales in _LOCALES.items():
        for locale in locales:
            if set(text) - _DIGITS - {get_group_symbol(locale), get_decimal_symbol(locale)}:
                continue  # Babel lets a point pass where the decimal sign is a comma
            try:
                found[style] = parse_decimal(text, locale=locale, strict=True)
                break
            except NumberFormatError:
                continue
    return found


def style_of(columns: Mapping[str, Mapping[str, str]], whole: set[str], said: str | None) -> Style:
    """The decimal sign of a file.

    Args:
        columns: of each column the shapes of its numbers, each a number in some style, and for
            each the value as it stands in the file.
        whole: columns that hold integers.
        said: the user's answer.

    Raises:
        UnclearError: none fits all, or both fit and mean different numbers.
    """
    fits: dict[Style, bool] = {"point": True, "comma": True}
    against: dict[Style, str] = {}
    differing: str | None = None
    for where, found in _readings_of(columns, whole):
        for style in fits:
            if style not in found:
                fits[style] = False
                against.setdefault(style, where)
        if len(set(found.values())) > 1:
            differing = differing or where
    for style, fit in fits.items():
        if said == style:
            if fit:
                return style
            raise UnclearError(
                f"{against[style]} is no number whose decimal sign is the {style}.", "decimal"
            )
    if all(fits.values()) and differing:
        raise UnclearError(
            f"In {differing}, the point or comma may be a decimal sign or part a thousand, and no "
            "other number of the file decides it.",
            "decimal",
            ["point", "comma"],
        )
    if not any(fits.values()):
        raise UnclearError(
            f"The decimal sign changes within the file: {against['point']} needs a comma, "
            f"{against['comma']} a point. Write all of them alike.",
            "decimal",
        )
    return "point" if fits["point"] else "comma"


def _readings_of(
    columns: Mapping[str, Mapping[str, str]], whole: set[str]
) -> Iterator[tuple[str, dict[Style, Decimal]]]:
    """Where each number stands, and what it may mean; a column of integers holds no fraction."""
    for name, shapes in columns.items():
        for shape, text in shapes.items():
            found = readings(shape)
            if name in whole:
                found = {style: n for style, n in found.items() if n == n.to_integral_value()}
            yield f"`{text.replace(POINT, '.')}` in `{name}`", found
