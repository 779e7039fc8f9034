"""What every DuckDB connection of the target has in common: session, memory, error texts."""

from __future__ import annotations

import logging
import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

logger = logging.getLogger("target-apex")

MEMORY_LIMIT_MB = 128
"""DuckDB's memory limit, beyond which it spills to disk."""

_KB_PER_COLUMN = 100
"""DuckDB works on 2,048 rows at once, with some vectors for each column."""

SESSION = (
    # A date-time without an offset is UTC.
    "SET TimeZone = 'UTC'",
    # DuckDB must not fetch extensions from the network.
    "SET autoinstall_known_extensions = false",
    f"SET memory_limit = '{MEMORY_LIMIT_MB}MB'",
    # Each checkpoint compresses the last, partly filled row group of a table again, so they are
    # rare.
    "SET checkpoint_threshold = '256MB'",
)


_DAMAGED = re.compile(
    "not a valid DuckDB|Could not read enough bytes|[Cc]orrupt|[Cc]hecksum|replaying WAL"
)


class Memory:
    """DuckDB's memory limit, small at first, doubled for a batch that needs more."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._limit = MEMORY_LIMIT_MB
        for statement in SESSION:
            connection.execute(statement)

    def reserve(self, columns: int) -> None:
        """Allow the memory that rows of so many columns need beside the size of a batch."""
        while self._limit * 1024 < columns * _KB_PER_COLUMN and self.grow():
            pass

    def grow(self) -> bool:
        """Double the limit; False if that would exceed half of the machine's memory."""
        machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        if self._limit << 21 > machine // 2:
            return False
        self._limit *= 2
        logger.info("A batch needs more memory: DuckDB may take %d MB from now on.", self._limit)
        self._connection.execute(f"SET memory_limit = '{self._limit}MB'")
        return True


def reason(error: duckdb.Error) -> str:
    """The first line of DuckDB's message without its class, and a remedy if one is known."""
    text = str(error).partition("\n")[0]
    text = text.partition("Error: ")[2] or text
    if "No space left" in text or "too large" in text:
        text += "; make room on that disk and run again"
    elif _DAMAGED.search(text):
        text += (
            "; the file is damaged, or no DuckDB file: put a backup in its place, or move it away "
            "and read everything again, without a state"
        )
    return text
