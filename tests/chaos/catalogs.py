"""Catalogs as `--discover` writes them, with selected streams and columns."""

from __future__ import annotations

import json
import signal
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.tap.catalogs import discover

if TYPE_CHECKING:
    from tests.chaos.campaign import Catalog


def catalog(wanted: Catalog) -> dict[str, Any]:
    """The catalog with this selection."""
    found: dict[str, Any] = json.loads(_discovered())
    for stream in found["streams"]:
        name = stream["tap_stream_id"]
        if wanted.anew:
            stream["replication_method"] = "FULL_TABLE"
        for entry in stream["metadata"]:
            column = entry["breadcrumb"][-1] if entry["breadcrumb"] else None
            if column is None:
                entry["metadata"]["selected"] = name in wanted.streams
            elif (name, column) in wanted.left_out:
                entry["metadata"]["selected"] = False
    return found


@cache
def _discovered() -> str:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    found = json.dumps(discover("http://127.0.0.1:9"))
    for number, handler in handlers.items():
        signal.signal(number, handler)  # the tap would end by them, but this is no run of it
    return found
