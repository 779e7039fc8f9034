"""The currency of each row: of a column, of the header of the money, or of its cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stripe_apex.sources.cells import SIGN
from stripe_apex.sources.headers import currency_of
from stripe_apex.sources.numbers import POINT
from stripe_apex.sources.questions import FileError, UnclearError
from stripe_apex.sources.reading import Reading, literal

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

_SHARED: Final[dict[str, frozenset[str]]] = {
    "$": frozenset(
        (
            *("usd", "cad", "aud", "nzd", "hkd", "sgd", "mxn", "twd", "ars", "clp", "cop", "uyu"),
            *("dop", "jmd", "ttd", "bbd", "bsd", "bzd", "bmd", "bnd", "fjd", "gyd", "kyd", "lrd"),
            *("nad", "sbd", "srd", "xcd", "brl"),
        )
    ),
    "¥": frozenset({"jpy", "cny"}),
}
"""The currencies that a sign may mean, where it means several."""


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
    signs = {sign: _meant(reading, money, sign, row) for sign, row in reading.staged.signs(money)}
    named = {code for codes in signs.values() if len(codes) == 1 for code in codes}
    if heading is not None and heading.currency is not None:
        named.add(heading.currency)
    if name in reading.expressions:
        expression = _of_column(reading, money, name, named)
        for sign, codes in signs.items():
            _refuse_sign(reading, money, sign, f"{expression} not in ({_listed(codes)})")
        return expression
    if len(named) > 1 or (signs and not frozenset.intersection(*signs.values())):
        _refuse_several(reading, money, signs, named)
    if not named:
        said = (
            f"`{next(iter(signs))}` may be of several currencies" if signs else "nothing names one"
        )
        header = heading.text if heading else money
        raise UnclearError(
            f"{reading.name}: the currency of the column `{header}` is not clear; {said}.", name
        )
    code = named.pop()
    for sign, codes in signs.items():
        if code not in codes:
            _refuse_sign(reading, money, sign, "true")
    reading.values[name] = f"{code}, by the column `{heading.text if heading else money}`"
    return literal(code)


def _meant(reading: Reading, money: str, sign: str, row: int) -> frozenset[str]:
    """The currencies that a sign in a cell may mean; letters that mean none may be a unit."""
    code = currency_of(sign)
    codes = frozenset({code}) if code else _SHARED.get(sign)
    if codes is None:
        raise FileError(
            f"{reading.name}, row {row}: `{_cell(reading, money, row)}` has `{sign}`, which is no "
            "currency that is known. Write the amount as a plain number, and a code such as USD."
        )
    return codes


def _refuse_several(
    reading: Reading, money: str, signs: dict[str, frozenset[str]], named: AbstractSet[str]
) -> None:
    heading = reading.layout.heading(money)
    if heading is not None and heading.currency is not None:
        for sign, codes in signs.items():
            if heading.currency not in codes:
                _refuse_sign(reading, money, sign, "true")
    row = max(first for _, first in reading.staged.signs(money))
    kinds = ", ".join(sorted(named) if len(named) > 1 else (f"`{sign}`" for sign in signs))
    raise FileError(
        f"{reading.name}, row {row}: the amounts are in several currencies ({kinds}), as "
        f"`{_cell(reading, money, row)}` shows. Give the file a column Currency with a code in "
        "each row."
    )


def _refuse_sign(reading: Reading, money: str, sign: str, condition: str) -> None:
    """Refuse a sign in rows that are of another currency by their column or their header."""
    row = reading.row_where(
        f"nullif(regexp_extract({money}, '{SIGN}'), '') = {literal(sign)} and {condition}"
    )
    if row is not None:
        raise FileError(
            f"{reading.name}, row {row}: `{_cell(reading, money, row)}` does not go with the "
            "currency that another place names for it. Correct the wrong one in the file."
        )


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


def _cell(reading: Reading, field: str, row: int) -> str:
    """A cell as it stands in the file, for a message."""
    return str(reading.staged.one(f"select {field} from raw where row_number = ?", row)[0])[
        :60
    ].replace(POINT, ".")


def _listed(codes: AbstractSet[str]) -> str:
    return ", ".join(literal(code) for code in sorted(codes))
