"""Which numbers in JSON text DuckDB would round: it reads them as doubles. Pure."""

from __future__ import annotations

import re
from decimal import Decimal

_TO_SHAPE = bytes.maketrans(b"123456789E", b"000000000e")
_MANY_DIGITS = b"0" * 16
_SMALL_EXPONENT = b"0e-000"
_END_OF_SMALL = re.compile(rb"0e-000+[,}\]\s]")
_LONG_NUMBER = re.compile(
    rb"[:,\[]\s*(-?(?:(?=\d+\.\d)[\d.]{17,}|\d{16,}(?=[eE]))(?:[eE][+-]?\d+)?)"
)
_WITH_EXPONENT = re.compile(rb"[:,\[]\s*(-?[\d.]+[eE]-\d{3,})")
_WRITTEN_OTHERWISE = re.compile(rb"[:,\[]\s*-?\d+[.eE]")


def survives_double(number: Decimal) -> bool:
    """Whether the double next to it, written as shortly as possible, is the same number."""
    return not number.is_finite() or Decimal(repr(float(number))) == number


def inexact_rows(data: bytes) -> list[int]:
    """Rows (counted from 0) of JSON lines with a number that DuckDB would round.

    The search for such numbers is slow, so data without 16 digits in a row, whatever point may
    stand between them, and without an exponent below -99 are let through first: fewer digits
    always survive.
    """
    shape = data.translate(_TO_SHAPE, b".")
    rows: set[int] = set()
    if _MANY_DIGITS in shape:
        rows |= _inexact(data, _LONG_NUMBER)
    if _SMALL_EXPONENT in shape and _END_OF_SMALL.search(shape):
        rows |= _inexact(data, _WITH_EXPONENT)
    return sorted(rows)


def _inexact(data: bytes, numbers: re.Pattern[bytes]) -> set[int]:
    rows: set[int] = set()
    row = position = 0
    for match in numbers.finditer(data):
        if not survives_double(Decimal(match[1].decode())):
            row += data.count(b"\n", position, match.start())
            position = match.start()
            rows.add(row)
    return rows


def may_change_as_text(line: bytes) -> bool:
    """Whether a line of JSON may hold a number that DuckDB, making it text, writes otherwise.

    It writes a number with a point or an exponent in its own way: 1.10 as 1.1, 1e2 as 100.0.
    """
    return _WRITTEN_OTHERWISE.search(line) is not None
