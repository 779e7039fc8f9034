"""Pieces that the schemas of several streams share."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Protocol, TypeVar

import msgspec
from singer_sdk import typing as th


def exact(decimals: int) -> th.CustomType:
    """An exact decimal number with that many decimals, or null.

    The SDK's own extension says so to targets. `multipleOf` would too, but validators compute it
    in binary floating point and refuse 19.99 as no multiple of 0.001.
    """
    return th.CustomType(
        {
            "type": ["number", "null"],
            "x-sql-datatype": "decimal",
            "x-sql-datatype-properties": {"precision": 38, "scale": decimals},
        }
    )


UPDATED_AT: Final = th.Property(
    "updated_at",
    th.DateTimeType,
    required=True,
    description="When this version became true: the time of the event that told of the change, or "
    "of the listing that found it.",
)
METADATA: Final = th.Property("metadata", th.ObjectType(additional_properties=th.StringType))
DELETED_AT: Final = th.Property(
    "_sdc_deleted_at", th.DateTimeType, description="Set once it is gone"
)


class BalanceTransaction(msgspec.Struct, frozen=True):
    """What a payment did to the balance. https://docs.stripe.com/api/balance_transactions/object"""

    id: str
    amount: int
    currency: str
    fee: int
    net: int
    exchange_rate: Decimal | None = None


class Identified(Protocol):
    """An expanded object."""

    @property
    def id(self) -> str:
        """Stripe's id."""


T = TypeVar("T", bound=Identified)


def reference(field: str | T | None) -> tuple[str | None, T | None]:
    """The id in an expandable field, and the object if it was expanded."""
    if field is None or isinstance(field, str):
        return field, None
    return field.id, field
