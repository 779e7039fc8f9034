"""Columns that several streams have."""

from __future__ import annotations

from typing import Final

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
