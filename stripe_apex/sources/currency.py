"""The currency of each row: of a column, of the header of the money, or of its cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stripe_apex.sources.headers import currency_of
from stripe_apex.sources.questions import FileError, UnclearError
from stripe_apex.sources.reading import Reading, literal

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet


def currency(reading: Reading, money: str, name: str) -> str:
    """The expression of the currency of a column of money.

    Args:
        reading: the file.
        money: the field that holds the money.
        name: the field that holds its currency.

    Raises:
        FileError: a row has none, or the file names two for one amount.
        UnclearError: nothing names one.
    """
    heading = reading.layout.heading(money)
    signs = {sign: currency_of(sign) for sign, _ in reading.staged.signs(money)}
    named = {code for code in signs.values() if code}
    if heading is not None and heading.currency is not None:
        named.add(heading.currency)
    if name in reading.expressions:
        return _of_column(reading, money, name, named)
    if len(named) > 1:
        raise FileError(
            f"{reading.name}: the amounts are in several currencies ({', '.join(sorted(named))}). "
            "Give the file a column Currency with a code in each row."
        )
    if not named:
        said = (
            f"`{next(iter(signs))}` may be of several currencies" if signs else "nothing names one"
        )
        header = heading.text if heading else money
        raise UnclearError(
            f"{reading.name}: the currency of the column `{header}` is not clear; {said}.", name
        )
    code = named.pop()
    reading.values[name] = f"{code}, by the column `{heading.text if heading else money}`"
    return literal(code)


def _of_column(reading: Reading, money: str, name: str, named: AbstractSet[str]) -> str:
    expression = reading.expressions[name]
    for code in named:
        other = reading.row_where(f"{expression} <> {literal(code)}")
        if other is not None:
            raise FileError(
                f"{reading.name}, row {other}: one place names {code.upper()} as the currency, "
                "another names another one. Correct the wrong one in the file."
            )
    amount = reading.expressions[money]
    without = reading.row_where(f"{expression} is null and coalesce({amount}, 0) <> 0")
    if without is not None and not named:
        raise FileError(
            f"{reading.name}, row {without}: no currency is named. Write its code, such as USD."
        )
    # A row without money may be without a currency: it takes any that the file names.
    fallback = literal(next(iter(named))) if named else f"(select max({expression}) from raw)"
    return f"coalesce({expression}, {fallback})"
