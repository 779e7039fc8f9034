"""Objects that Stripe sends whole inside others, instead of as an id."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol, TypeVar

import msgspec


class ExpandedTransaction(msgspec.Struct, frozen=True):
    """A payment's change of the balance. https://docs.stripe.com/api/balance_transactions/object"""

    id: str
    amount: int
    currency: str
    fee: int
    net: int
    exchange_rate: Decimal | None = None
    created: int | None = None


class ExpandedCustomer(msgspec.Struct, frozen=True):
    """The customer of a charge; for a deleted customer, Stripe sends nothing but the id."""

    id: str
    email: str | None = None
    created: int | None = None
    metadata: dict[str, str] | None = None


class Promotion(msgspec.Struct, frozen=True):
    """The coupon of a promotion code."""

    coupon: str | None = None


class ExpandedPromotionCode(msgspec.Struct, frozen=True):
    """A promotion code. https://docs.stripe.com/api/promotion_codes/object"""

    id: str
    code: str
    promotion: Promotion = Promotion()


class _Identified(Protocol):
    """An expanded object."""

    @property
    def id(self) -> str:
        """Stripe's id."""


T = TypeVar("T", bound=_Identified)


def reference(field: str | T | None) -> tuple[str | None, T | None]:
    """The id in an expandable field, and the object if it was expanded."""
    if field is None or isinstance(field, str):
        return field, None
    return field.id, field
