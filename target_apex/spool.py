"""Holds lines until their transaction, in a nameless file that disappears with its process."""

from __future__ import annotations

import tempfile
from bisect import bisect_right
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from target_apex.errors import WarehouseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from target_apex.lines import Run

SMALLEST_OBJECT_SIZE = 2 << 20
"""The smallest size of a line for DuckDB's JSON reader; its buffers are twice as large."""

_OPEN_FILES = Path("/proc/self/fd")


@dataclass(frozen=True, slots=True)
class Segment:
    """Rows from consecutive lines of the input, or of another file."""

    first_row: int
    first_line: int
    source: str


class Spool:
    """JSON lines of one stream, one object each, in their order of arrival."""

    def __init__(self) -> None:
        # A nameless file disappears with its process. Where the system cannot reopen one, the file
        # has a name until it is closed.
        make = tempfile.TemporaryFile if _OPEN_FILES.is_dir() else tempfile.NamedTemporaryFile
        with _writing():
            self._file = make(prefix="target-apex-")
        self._segments: list[Segment] = []
        self.hard_rows: set[int] = set()
        self.received_at = datetime.now(UTC)
        self.rows = 0
        self.largest_object = SMALLEST_OBJECT_SIZE

    @property
    def path(self) -> str:
        """A path under which DuckDB can open the file while it is open here."""
        if isinstance(self._file.name, str):
            return self._file.name
        return str(_OPEN_FILES / str(self._file.fileno()))

    def append(self, run: Run, hard: Iterable[int] = ()) -> None:
        """Add whole lines; `hard` are the indices of those that DuckDB would read inexactly."""
        self.hard_rows.update(self.rows + row for row in hard)
        self._segments.append(Segment(self.rows, run.first_line, run.source))
        with _writing():
            self._file.write(run.data)
        self.rows += run.rows
        self.largest_object = max(self.largest_object, len(run.data))

    def flush(self) -> None:
        """Make all lines readable under `path`."""
        with _writing():
            self._file.flush()

    def lines(self) -> Iterator[bytes]:
        """All lines, from the first."""
        self.flush()
        self._file.seek(0)
        yield from self._file
        self._file.seek(0, 2)

    def place(self, row: int) -> str:
        """The origin of a row (counted from 0), in words."""
        segment = self._segments[
            bisect_right(self._segments, row, key=lambda each: each.first_row) - 1
        ]
        line = f"line {segment.first_line + row - segment.first_row}"
        return f"{line} of {segment.source}" if segment.source else line

    def close(self) -> None:
        """Close the file; unwritten lines are no longer needed."""
        with suppress(OSError):
            self._file.close()


@contextmanager
def _writing() -> Iterator[None]:
    """Name the remedy if a temporary file cannot be written."""
    try:
        yield
    except OSError as error:
        where = tempfile.tempdir or "the folder for temporary files"
        raise WarehouseError(
            f"cannot write a temporary file: {error.strerror}; make room in {where}, or name "
            "another folder in TMPDIR, and run again"
        ) from error
