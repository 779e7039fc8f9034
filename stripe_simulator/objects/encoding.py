"""Encodes JSON as the API sends it: compact, with exchange rates as plain numbers."""

from typing import TypeAlias

import msgspec

API_VERSION = "2026-10-28.endive"

_encoder = msgspec.json.Encoder(decimal_format="number")


class StripeObject(msgspec.Struct, gc=False):
    """An object of the API; a field with the default None is null in every simulated account."""


Expandable: TypeAlias = str | StripeObject | msgspec.Raw | None
"""An id, or the object itself if a request expands it."""

Null: TypeAlias = None
"""The type of a field that the simulated account never fills, and sends as null."""

Absent: TypeAlias = msgspec.UnsetType
"""The type of a field that Stripe leaves out if it is empty; its default is `ABSENT`."""

ABSENT: Absent = msgspec.UNSET


def encode(value: object) -> bytes:
    """Compact JSON of plain data, objects and `msgspec.Raw` fragments."""
    return _encoder.encode(value)


def fragment(value: object) -> msgspec.Raw:
    """Encoded JSON that is inserted into other JSON unchanged."""
    return msgspec.Raw(_encoder.encode(value))


EMPTY = fragment({})
"""The empty object, which Stripe sends for a group of optional fields that are all missing."""

EMPTY_LIST = fragment([])
"""The empty list."""
