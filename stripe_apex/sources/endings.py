"""Whether the last value of a file is whole, where no line end says so."""

from __future__ import annotations

import re
from typing import Final

from stripe_apex.sources import dates

NUMERIC: Final = ("money", "decimal", "integer")
"""Types of fields that hold numbers."""


def vouched(type_: str, value: str, others: list[str]) -> bool:
    """Whether other rows show that the last value of a file is whole."""
    if type_ in NUMERIC:
        decimals = {_decimals(text) for text in (value, *others)}
        return bool(others) and len(decimals) == 1 and 0 not in decimals
    if type_ in {"day", "time"}:
        return dates.shape(value) in {dates.shape(other) for other in others}
    return value in others


def _decimals(text: str) -> int:
    """How many digits stand behind the last point or comma; 0 without either."""
    found = re.search(r"[.,]([0-9]+)[^0-9.,]*$", text)
    return len(found[1]) if found else 0
