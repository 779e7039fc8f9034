"""Objects that Stripe sends whole within others, instead of as an id."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol, TypeVar

import msgspec


class ExpandedTransaction(msgspec.Struct, frozen=True):
    """What a payment did to the balance. https://docs.stripe.com/api/balance_transactions/object"""

    id: str
    amount: int
    currency: str
    fee: int
    net: int
    exchange_rate: Decimal | None = None
    created: int | None = None


class ExpandedCustomer(msgspec.Struct, frozen=True):
    """Whose charge it is; of a customer that was deleted Stripe tells the id alone."""

    id: str
    email: str | None = None
    created: int | None = None
    metadata: dict[str, str] | None = None


class Promotion(msgspec.Struct, frozen=True):
    """What a promotion code gives."""

    coupon: str | None = None


class ExpandedPromotionCode(msgspec.Struct, frozen=True):
    """What was typed. https://docs.stripe.com/api/promotion_codes/object"""

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
