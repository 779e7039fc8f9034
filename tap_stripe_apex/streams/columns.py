"""Columns that several streams have."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from typing import TYPE_CHECKING, Final

from singer_sdk import typing as th

from tap_stripe_apex import money
from tap_stripe_apex.errors import UnknownCurrencyError

if TYPE_CHECKING:
    import logging

PRECISION: Final = 38
RATE_DECIMALS: Final = 12
"""Of exchange rates; Stripe states no precision, and has sent up to 16 decimals."""


def exact(decimals: int) -> th.CustomType:
    """An exact decimal number with that many decimals, or null.

    The SDK's own extension says so to targets. `multipleOf` would too, but validators compute it
    in binary floating point and refuse 19.99 as no multiple of 0.001.
    """
    return th.CustomType(
        {
            "type": ["number", "null"],
            "x-sql-datatype": "decimal",
            "x-sql-datatype-properties": {"precision": PRECISION, "scale": decimals},
        }
    )


def rounded(value: Decimal | None, decimals: int) -> Decimal | None:
    """A number to the decimals that its column declares, half to even; shorter ones stay."""
    if value is None or -int(value.as_tuple().exponent) <= decimals:
        return value
    with localcontext(prec=PRECISION):
        return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)


class MajorUnits:
    """Amounts in major units, and one warning for each currency of which that is not known.

    Args:
        stream: whose amounts they are.
        logger: takes the warnings.
    """

    def __init__(self, stream: str, logger: logging.Logger) -> None:
        self._stream = stream
        self._logger = logger
        self._unknown: set[str] = set()

    def of(self, minor: int, currency: str) -> Decimal | None:
        """`minor` units in major ones; None where Stripe's table has no such currency."""
        try:
            return money.to_major(minor, currency)
        except UnknownCurrencyError as error:
            if currency not in self._unknown:
                self._unknown.add(currency)
                self._logger.warning(
                    "%s Until then the %s in it have no amount in major units; minor units are "
                    "right.",
                    error,
                    self._stream,
                )
            return None


UPDATED_AT: Final = th.Property(
    "updated_at",
    th.DateTimeType,
    required=True,
    description="When this version became true: the time of the event that told of the change, or "
    "of the listing that found it.",
)
METADATA: Final = th.Property("metadata", th.ObjectType(additional_properties=th.StringType))
CARD_COUNTRY: Final = th.Property(
    "card_country",
    th.StringType,
    description="Of the card, the bank account or the wallet: ISO 3166-1 alpha-2.",
)
BILLING_COUNTRY: Final = th.Property(
    "billing_country", th.StringType, description="Of the billing address: ISO 3166-1 alpha-2"
)
DELETED_AT: Final = th.Property(
    "_sdc_deleted_at", th.DateTimeType, description="Set once it is gone"
)
