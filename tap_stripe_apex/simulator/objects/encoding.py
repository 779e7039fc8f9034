"""JSON as the API sends it: compact, with exchange rates as plain numbers."""

from typing import Any

import msgspec

API_VERSION = "2026-10-28.endive"
JsonObject = dict[str, Any]

_encoder = msgspec.json.Encoder(decimal_format="number")


def encode(value: object) -> bytes:
    """Compact JSON of plain data, records and `msgspec.Raw` fragments."""
    return _encoder.encode(value)


def fragment(value: object) -> msgspec.Raw:
    """JSON that is put into other JSON as it is."""
    return msgspec.Raw(_encoder.encode(value))
