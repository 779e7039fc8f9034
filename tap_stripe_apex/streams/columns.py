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
"""Decimals of exchange rates; Stripe states no precision, and has sent up to 16."""


def exact(decimals: int) -> th.CustomType:
    """The schema of an exact decimal number with that many decimals, or null.

    It uses the SDK's extension for decimals. `multipleOf` would say the same, but validators
    compute it in binary floating point, and refuse 19.99 as no multiple of 0.001.
    """
    return th.CustomType(
        {
            "type": ["number", "null"],
            "x-sql-datatype": "decimal",
            "x-sql-datatype-properties": {"precision": PRECISION, "scale": decimals},
        }
    )


def rounded(value: Decimal | None, decimals: int) -> Decimal | None:
    """A number rounded half to even to its column's decimals; fewer decimals stay."""
    if value is None or -int(value.as_tuple().exponent) <= decimals:
        return value
    with localcontext(prec=PRECISION):
        return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)


class MajorUnits:
    """Converts amounts to major units, and warns once for each currency of unknown decimals.

    Args:
        stream: the name of their stream.
        logger: gets the warnings.
    """

    def __init__(self, stream: str, logger: logging.Logger) -> None:
        self._stream = stream
        self._logger = logger
        self._unknown: set[str] = set()

    def of(self, minor: int, currency: str) -> Decimal | None:
        """`minor` units in major units; None if Stripe's table lacks the currency."""
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
    "of the listing that found it",
)
METADATA: Final = th.Property(
    "metadata", th.ObjectType(additional_properties=th.StringType), description="As you set it"
)
CARD_COUNTRY: Final = th.Property(
    "card_country",
    th.StringType,
    description="Of the card, the bank account or the wallet, as ISO 3166-1 alpha-2 in capitals; "
    "null where the payment method tells none",
)
BILLING_COUNTRY: Final = th.Property(
    "billing_country",
    th.StringType,
    description="Of the billing address, as ISO 3166-1 alpha-2 in capitals; null where the payment "
    "form did not ask for it",
)
DELETED_AT: Final = th.Property(
    "_sdc_deleted_at",
    th.DateTimeType,
    description="Set once it was deleted; the other columns keep what they were then",
)
