"""The `_sdc_*` columns that the target fills, as expressions over the stage."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from target_apex import sql
from target_apex.streams import TABLE_VERSION

if TYPE_CHECKING:
    from target_apex.spool import Spool
    from target_apex.stage import Staged


class Metadata:
    """The start of the run, and how many rows it has numbered."""

    def __init__(self) -> None:
        self._started = int(datetime.now(UTC).timestamp() * 1000)
        self._rows = 0

    def columns(self, staged: Staged, spool: Spool) -> dict[str, str]:
        """An expression for each column of `streams.METADATA`."""
        # The start in milliseconds, times a million, plus the row number: ordered within a run and
        # across runs, since no run loads a million rows in a millisecond.
        sequence = self._started * 1_000_000 + self._rows
        self._rows += staged.rows
        return {
            "_sdc_extracted_at": "s.time_extracted",
            "_sdc_received_at": f"TIMESTAMPTZ {sql.literal(spool.received_at.isoformat())}",
            "_sdc_batched_at": f"TIMESTAMPTZ {sql.literal(datetime.now(UTC).isoformat())}",
            "_sdc_sequence": f"{sequence} + {staged.place}",
            TABLE_VERSION: "s.version",
            "_sdc_sync_started_at": str(self._started),
        }
