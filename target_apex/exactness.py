"""Which numbers in JSON text DuckDB would round: it reads them as doubles. Pure."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TO_SHAPE = bytes.maketrans(b"123456789.E", b"0000000000e")
"""Digits and points become 0, byte by byte, so that a place in the shape is one in the text."""

_MANY_DIGITS = b"0" * 16
_SMALL_EXPONENT = b"e-000"
_NUMBER = re.compile(rb"[\d.]+(?:[eE][+-]?\d+)?")
_OF_MANTISSA = b"0123456789."
_BEFORE_NUMBER = b"- \t\r"
_BEFORE_VALUE = b":,["


def survives_double(number: Decimal) -> bool:
    """Whether the double next to it, written as shortly as possible, is the same number."""
    return not number.is_finite() or Decimal(repr(float(number))) == number


def inexact_rows(data: bytes) -> list[int]:
    """Rows (counted from 0) of JSON lines with a number that DuckDB would round.

    Numbers of at most 15 digits always survive, unless their exponent is below -99. Others are
    found by their shape, which costs little where there are none.
    """
    shape = data.translate(_TO_SHAPE)
    return sorted(_rows(data, _long_numbers(shape)) | _rows(data, _small_numbers(data, shape)))


def _long_numbers(shape: bytes) -> Iterator[int]:
    """Where digits and points begin of which there are at least 16."""
    place = shape.find(_MANY_DIGITS)
    while place >= 0:
        yield place
        while shape.startswith(_MANY_DIGITS, place):
            place += len(_MANY_DIGITS)
        place = shape.find(_MANY_DIGITS, place)


def _small_numbers(data: bytes, shape: bytes) -> Iterator[int]:
    """Where the numbers begin whose exponent is below -99."""
    end = shape.find(_SMALL_EXPONENT)
    while end >= 0:
        place = end
        while place and data[place - 1] in _OF_MANTISSA:
            place -= 1
        if place < end:
            yield place
        end = shape.find(_SMALL_EXPONENT, end + 1)


def _rows(data: bytes, places: Iterator[int]) -> set[int]:
    """The rows of those places where a value begins that would not survive."""
    rows: set[int] = set()
    row = counted = 0
    for place in places:
        found = _NUMBER.match(data, place)
        if found and _is_inexact(found[0]) and _is_value(data, place):
            row += data.count(b"\n", counted, place)
            counted = place
            rows.add(row)
    return rows


def _is_inexact(number: bytes) -> bool:
    """Whether a number would be rounded; integers are not, since they do not become doubles."""
    if number.isdigit():
        return False
    text = number.decode()
    try:
        return repr(float(text)) != text and not survives_double(Decimal(text))
    except (ArithmeticError, ValueError):
        return False


def _is_value(data: bytes, place: int) -> bool:
    """Whether a JSON value begins there: inside of a text, other things stand before digits."""
    while place and data[place - 1] in _BEFORE_NUMBER:
        place -= 1
    return place > 0 and data[place - 1] in _BEFORE_VALUE
