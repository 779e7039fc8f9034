"""JSON as the API sends it: compact, with exchange rates as plain numbers."""

from typing import TypeAlias

import msgspec

API_VERSION = "2026-10-28.endive"

_encoder = msgspec.json.Encoder(decimal_format="number")


class StripeObject(msgspec.Struct, gc=False):
    """An object of the API; a field whose default is None is null in every simulated account."""


Expandable: TypeAlias = str | StripeObject | msgspec.Raw | None
"""An id, or the object itself where a request wants it expanded."""

Null: TypeAlias = None
"""A field that Stripe sends as null, and the simulated account never fills."""

Absent: TypeAlias = msgspec.UnsetType
"""A field that Stripe leaves out where it has nothing to say; the default is `ABSENT`."""

ABSENT: Absent = msgspec.UNSET


def encode(value: object) -> bytes:
    """Compact JSON of plain data, objects and `msgspec.Raw` fragments."""
    return _encoder.encode(value)


def fragment(value: object) -> msgspec.Raw:
    """JSON that is put into other JSON as it is."""
    return msgspec.Raw(_encoder.encode(value))


EMPTY = fragment({})
"""Stripe's way to say that a group of optional fields has none."""

EMPTY_LIST = fragment([])
"""A list that nothing is in."""
