"""Cells of spreadsheets and Parquet files as text that can be read in one way only."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


class Number(str):
    """The text of a cell that is a number: its point is a decimal one, whatever other cells say."""

    __slots__ = ()


class Rounded(Number):
    """The text of a number that a spreadsheet keeps with 15 digits."""

    __slots__ = ()


def texts_of(cells: Iterable[Any]) -> list[str]:
    """Typed cells as text."""
    return [text_of(cell) for cell in cells]


def text_of(cell: Any) -> str:
    """A typed cell as text.

    Spreadsheets keep 15 digits of a number and show no more; the binary fraction behind them is
    noise (58.419999999999995 is 58.42).
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float | int | Decimal):
        return _number(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)


def _number(cell: float | Decimal) -> str:
    exact = Decimal(f"{cell:.15g}") if isinstance(cell, float) else Decimal(cell)
    if not exact.is_finite():
        return ""
    text = f"{exact:f}"
    return Rounded(text) if isinstance(cell, float) else Number(text)
