"""The conditions and columns that queries share: days, currencies and amounts."""

from __future__ import annotations

_CURRENCIES = "cast($3 as text[])"
_IN_CURRENCIES = f"({_CURRENCIES} is null or {{table}}.currency = any({_CURRENCIES}))"


def in_currencies(table: str) -> str:
    """The condition that a row of `table` is in one of the currencies $3."""
    return _IN_CURRENCIES.format(table=table)


def in_scope(table: str, day: str = "revenue_date") -> str:
    """The condition that a row's day is in [$1, $2) and its currency is one of $3."""
    return f"{table}.{day} >= $1 and {table}.{day} < $2 and {in_currencies(table)}"


def amount(kind: str, *, converted: bool) -> str:
    """The column of an amount; the one in the reporting currency if it is `converted`."""
    return f"{kind}_reporting_minor" if converted else f"{kind}_minor"
