"""Finds numbers in JSON text that DuckDB would round, since it reads them as doubles. Pure."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_TO_SHAPE = bytes.maketrans(b"123456789.E", b"0000000000e")
"""Digits and points become 0, byte by byte, so that positions in shape and text are the same."""

_MANY_DIGITS = b"0" * 16
_LONG_NUMBER = re.compile(_MANY_DIGITS + rb"0*(?:e[+-]?0+)?")
_SMALL_EXPONENT = b"e-000"
_SMALL_NUMBER = re.compile(rb"0+e-000+")
_BEFORE_NUMBER = b"- \t\r"
_BEFORE_VALUE = b":,["


def survives_double(number: Decimal) -> bool:
    """Whether the nearest double, in its shortest spelling, is the same number."""
    return not number.is_finite() or Decimal(repr(float(number))) == number


def inexact_rows(data: bytes) -> list[int]:
    """Rows (counted from 0) of JSON lines with a number that DuckDB would round.

    Numbers of at most 15 digits always survive, unless their exponent is below -99. Others are
    found by their shape, a search that costs little if there are none.
    """
    shape = data.translate(_TO_SHAPE)
    rows: set[int] = set()
    if _MANY_DIGITS in shape:
        rows |= _rows(data, _LONG_NUMBER.finditer(shape))
    if _SMALL_EXPONENT in shape:
        rows |= _rows(data, _SMALL_NUMBER.finditer(shape))
    return sorted(rows)


def _rows(data: bytes, found: Iterable[re.Match[bytes]]) -> set[int]:
    """The rows of those numbers that would not survive."""
    rows: set[int] = set()
    row = counted = 0
    for match in found:
        place, end = match.span()
        number = data[place:end]
        # Integers do not become doubles.
        if not number.isdigit() and _is_inexact(number) and _is_value(data, place):
            row += data.count(b"\n", counted, place)
            counted = place
            rows.add(row)
    return rows


def _is_inexact(number: bytes) -> bool:
    """Whether it is a number that would be rounded."""
    try:
        double = repr(float(number)).encode()
        return double != number and not survives_double(Decimal(number.decode()))
    except (ArithmeticError, ValueError):
        return False


def _is_value(data: bytes, place: int) -> bool:
    """Whether a JSON value begins there; digits inside a text have other characters before them."""
    while place and data[place - 1] in _BEFORE_NUMBER:
        place -= 1
    return place > 0 and data[place - 1] in _BEFORE_VALUE
