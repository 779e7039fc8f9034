"""Exact decimals that the expressions of stream maps can compare and multiply with floats. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_OPERATORS = (
    *("eq", "ne", "lt", "le", "gt", "ge"),
    *("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv"),
    *("floordiv", "rfloordiv", "mod", "rmod", "pow", "rpow", "neg", "pos", "abs"),
)


class Amount(Decimal):
    """An exact number that reads a float as the decimal that was written: Amount("11.01") == 11.01.

    Python's own Decimal("11.01") is not equal to 11.01, and cannot be multiplied with a float.
    """

    __hash__ = Decimal.__hash__


def _taking_floats(operate: Callable[..., Any]) -> Callable[..., Any]:
    def operator(self: Amount, *others: Any) -> Any:
        exact = [Decimal(repr(each)) if isinstance(each, float) else each for each in others]
        result = operate(self, *exact)
        return Amount(result) if isinstance(result, Decimal) else result

    return operator


for _name in _OPERATORS:
    setattr(Amount, f"__{_name}__", _taking_floats(getattr(Decimal, f"__{_name}__")))


def to_amounts(value: Any) -> Any:
    """A record, or a part of it, with `Amount` in place of each `Decimal`."""
    return _each(value, Amount)


def to_decimals(value: Any) -> Any:
    """The result of an expression, with `Decimal` in place of each `Amount`."""
    return _each(value, Decimal)


def _each(value: Any, convert: Callable[[Decimal], Decimal]) -> Any:
    if isinstance(value, Decimal):
        return convert(value)
    if isinstance(value, dict):
        return {name: _each(part, convert) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_each(part, convert) for part in value]
    return value
