"""Numbers with a point or an exponent, exact and as they were written. Pure."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable

_CONTEXT = Context(prec=38)
"""Arithmetic with as many digits as DuckDB's widest DECIMAL."""


def _exact(other: Any) -> Any:
    """A float as the decimal that it is written as: 0.1, not the double nearest to it."""
    return Decimal(repr(other)) if isinstance(other, float) else other


def _operation(compute: Callable[[Any, Any], Decimal], *, swapped: bool = False) -> Any:
    def operate(self: Number, other: Any) -> Any:
        exact = _exact(other)
        if isinstance(exact, bool) or not isinstance(exact, (int, Decimal)):
            return NotImplemented
        result = compute(exact, self) if swapped else compute(self, exact)
        return Number(str(result))

    return operate


class Number(Decimal):
    """A number of a record; 1.50 stays 1.50.

    Expressions of stream maps compute with it as with any number. Floats in an expression count as
    the decimals that are written there, so that 1.10 == 1.1, and 0.1 * 3 is 0.3.
    """

    text: str

    def __new__(cls, text: str) -> Self:  # noqa: D102 - a constructor, as the class says
        number = super().__new__(cls, text)
        number.text = text
        return number

    __hash__ = Decimal.__hash__

    def __eq__(self, other: object) -> bool:
        return super().__eq__(_exact(other))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: Any) -> bool:
        return super().__lt__(_exact(other))

    def __le__(self, other: Any) -> bool:
        return super().__le__(_exact(other))

    def __gt__(self, other: Any) -> bool:
        return super().__gt__(_exact(other))

    def __ge__(self, other: Any) -> bool:
        return super().__ge__(_exact(other))

    def __neg__(self) -> Number:
        return Number(str(self.copy_negate()))

    def __abs__(self) -> Number:
        return Number(str(self.copy_abs()))

    def __round__(self, places: int | None = None) -> Any:
        rounded = super().__round__() if places is None else super().__round__(places)
        return Number(str(rounded)) if isinstance(rounded, Decimal) else rounded

    __add__ = _operation(_CONTEXT.add)
    __radd__ = _operation(_CONTEXT.add, swapped=True)
    __sub__ = _operation(_CONTEXT.subtract)
    __rsub__ = _operation(_CONTEXT.subtract, swapped=True)
    __mul__ = _operation(_CONTEXT.multiply)
    __rmul__ = _operation(_CONTEXT.multiply, swapped=True)
    __truediv__ = _operation(_CONTEXT.divide)
    __rtruediv__ = _operation(_CONTEXT.divide, swapped=True)
    __floordiv__ = _operation(_CONTEXT.divide_int)
    __rfloordiv__ = _operation(_CONTEXT.divide_int, swapped=True)
    __mod__ = _operation(_CONTEXT.remainder)
    __rmod__ = _operation(_CONTEXT.remainder, swapped=True)
    __pow__ = _operation(_CONTEXT.power)
    __rpow__ = _operation(_CONTEXT.power, swapped=True)
