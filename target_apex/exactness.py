"""Which numbers in JSON text DuckDB would round: it reads them as doubles. Pure."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS_TO_ZERO = bytes.maketrans(b"123456789", b"000000000")
_MANY_DIGITS = b"0" * 16
_LONG_NUMBER = re.compile(
    rb"[:,\[]\s*(-?(?:(?=\d+\.\d)[\d.]{17,}|\d{16,}(?=[eE]))(?:[eE][+-]?\d+)?)"
)


def survives_double(number: Decimal) -> bool:
    """Whether the double next to it, written as shortly as possible, is the same number."""
    return not number.is_finite() or Decimal(repr(float(number))) == number


def inexact_rows(data: bytes) -> list[int]:
    """Rows (counted from 0) of JSON lines with a number that DuckDB would round.

    The search for long numbers is slow, so data without 16 digits in a row, whatever point may
    stand between them, are let through first: fewer digits always survive.
    """
    if _MANY_DIGITS not in data.translate(_DIGITS_TO_ZERO, b"."):
        return []
    rows: list[int] = []
    row = position = 0
    for match in _LONG_NUMBER.finditer(data):
        if not survives_double(Decimal(match[1].decode())):
            row += data.count(b"\n", position, match.start())
            position = match.start()
            if not rows or rows[-1] != row:
                rows.append(row)
    return rows
