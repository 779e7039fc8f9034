"""A DuckDB file that a run began to make and never finished, and how to tell it from others."""

from __future__ import annotations

import fcntl
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_HEADERS = 3 * 4096
"""Bytes of the headers, which DuckDB writes before anything else; no file with data is shorter."""

_MAGIC = b"DUCK"
_MAGIC_AT = 8

_logger = logging.getLogger("target-apex")


def remove_unfinished(path: Path) -> bool:
    """Remove a file that never held data: its process was killed, or its disk full, as it began.

    Returns:
        Whether to try again to open the file: it was removed, or another process is at it.
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
                # The lock that DuckDB takes: whoever holds it is making the file just now.
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
    """Whether there is a write-ahead log, which DuckDB begins after the headers."""
    log = path.with_name(f"{path.name}.wal")
    return log.exists() and log.stat().st_size > 0


def _is_unfinished(content: bytes) -> bool:
    """Whether DuckDB began to write this, but not all of the headers; or a disk lost all of it."""
    if not content.strip(b"\0"):
        return len(content) <= _HEADERS
    if len(content) <= _MAGIC_AT:
        # A part of DuckDB's checksum, unless it is a line of text that somebody wrote.
        return not (len(content) > 1 and content.isascii() and content.endswith(b"\n"))
    begun = content[_MAGIC_AT : _MAGIC_AT + len(_MAGIC)]
    return len(content) < _HEADERS and _MAGIC.startswith(begun)
