"""Finds and removes a DuckDB file whose creation was interrupted."""

from __future__ import annotations

import fcntl
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_HEADERS = 3 * 4096
"""Size of the headers in bytes; DuckDB writes them first, so a file with data is longer."""

_MAGIC = b"DUCK"
_MAGIC_AT = 8

_logger = logging.getLogger("target-apex")


def remove_unfinished(path: Path) -> bool:
    """Remove a file without data: its process was killed, or its disk was full, at its creation.

    Returns:
        Whether opening the file may now succeed: it was removed, or another process is creating it.
    """
    try:
        path = path.resolve()
        # A device such as /dev/null is empty, too.
        if not path.is_file():
            return False
        with path.open("r+b") as file:
            if not _is_unfinished(file.read(_HEADERS + 1)) or _has_log(path):
                return False
            try:
                # DuckDB's own lock: a process that holds it is creating the file right now.
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return True
            file.seek(0)
            if _is_unfinished(file.read(_HEADERS + 1)):
                path.unlink()
                _logger.warning(
                    "%s was begun by a run that ended before it held any data; it is made anew.",
                    path,
                )
            return True
    except OSError:
        return False


def _has_log(path: Path) -> bool:
    """Whether there is a write-ahead log, which DuckDB starts after the headers."""
    log = path.with_name(f"{path.name}.wal")
    return log.exists() and log.stat().st_size > 0


def _is_unfinished(content: bytes) -> bool:
    """Whether DuckDB wrote only a part of the headers, or the disk lost what was written."""
    if not content.strip(b"\0"):
        return len(content) <= _HEADERS
    if len(content) <= _MAGIC_AT:
        # This is a part of DuckDB's checksum, unless it is a line of text.
        return not (len(content) > 1 and content.isascii() and content.endswith(b"\n"))
    begun = content[_MAGIC_AT : _MAGIC_AT + len(_MAGIC)]
    return len(content) < _HEADERS and _MAGIC.startswith(begun)
