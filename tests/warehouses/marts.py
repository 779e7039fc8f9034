"""Tables as Python values that are the same for every engine, and their differences."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    Query = Callable[[str], tuple[Sequence[str], Sequence[Sequence[Any]]]]

SHOWN = 3
"""The most differing rows in a message."""


@dataclass(frozen=True)
class Mart:
    """A table: a multiset of the exact values of each row, with the row's floats separately."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]

    @classmethod
    def read(cls, query: Query, name: str) -> Mart:
        """Read all rows; columns are in alphabetical order, since engines differ in it."""
        names, rows = query(name)
        order = sorted(range(len(names)), key=names.__getitem__)
        return cls(
            name,
            tuple(names[i] for i in order),
            [tuple(plain(row[i]) for i in order) for row in rows],
        )

    def exact(self) -> Counter[tuple[Any, ...]]:
        return Counter(tuple(v for v in row if not isinstance(v, float)) for row in self.rows)

    def floats(self) -> list[tuple[Any, ...]]:
        rows = sorted(self.rows, key=lambda row: [str(v) for v in row if not isinstance(v, float)])
        return [tuple(v for v in row if isinstance(v, float)) for row in rows]


COMPLAINTS = {"marts.mart_missing_rates", "marts.mart_unknown_names"}
"""Marts that are empty, since the story has rates for all money and only known names."""


def plain(value: Any) -> Any:
    """A value in a form that is the same for all engines: times in UTC, decimals normalised."""
    match value:
        case bool() | None | str():
            return value
        case datetime():
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        case Decimal():
            return int(value) if value == value.to_integral_value() else value.normalize()
        case date() | int() | float():
            return value
    return str(value)


def differences(one: Mart, two: Mart, names: tuple[str, str]) -> Iterable[str]:
    """The differences in words, with the details to find the cause; empty for equal tables."""
    if one.columns != two.columns:
        yield f"{one.name}: columns {set(one.columns) ^ set(two.columns)} are on one engine only"
        return
    if not one.rows and one.name not in COMPLAINTS:
        yield f"{one.name} is empty: nothing was compared"
    exact_one, exact_two = one.exact(), two.exact()
    for name, only in zip(names, (exact_one - exact_two, exact_two - exact_one), strict=True):
        for row in sorted(only, key=str)[:SHOWN]:
            yield f"{one.name}: only {name} has {row} ({only.total()} such rows)"
    if exact_one == exact_two:
        pairs = zip(one.floats(), two.floats(), strict=True)
        for mine, theirs in [pair for pair in pairs if not close(*pair)][:SHOWN]:
            yield f"{one.name}: {names[0]} has {mine}, {names[1]} has {theirs}"


def close(mine: Sequence[float], theirs: Sequence[float]) -> bool:
    """Whether the floats are equal except for the order in which they were summed."""
    return len(mine) == len(theirs) and all(
        math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-9) for a, b in zip(mine, theirs, strict=True)
    )


def compare(one: Mapping[str, Mart], two: Mapping[str, Mart], names: tuple[str, str]) -> list[str]:
    """All differences between two warehouses."""
    return [line for name in sorted(one) for line in differences(one[name], two[name], names)]
