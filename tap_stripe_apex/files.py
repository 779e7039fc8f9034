"""Files that are written whole or not at all: whoever reads never sees half of one."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def write_whole(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Write or replace a file, and its folder where there is none.

    Args:
        path: of the file.
        content: all of it.
        mode: its permissions, of which the process's umask takes some away.

    Raises:
        OSError: it cannot be written; what was there before still is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Another process that writes the same file has an unfinished one of its own.
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    with replacing(path, unfinished, mode=mode) as put:
        put(content)


@contextmanager
def replacing(
    path: Path, unfinished: Path, *, mode: int, room: int = 0
) -> Iterator[Callable[[bytes], None]]:
    """Room on the disk for content that is yet to be got, and what puts it there.

    Once the content was put, a crash or a power cut leaves it, and before that what was there.

    Args:
        path: the file that is written or replaced.
        unfinished: where it is while it is written: in the same folder, one writer at a time.
        mode: its permissions, of which the process's umask takes some away.
        room: bytes to keep free for the content.

    Raises:
        OSError: it cannot be written; what was there before still is.
    """
    unfinished.unlink(missing_ok=True)  # what a crash left behind
    file = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)

    def put(content: bytes) -> None:
        _fill(file, content)
        unfinished.replace(path)
        _keep_names(path.parent)

    try:
        if room:
            _fill(file, b" " * room)
        yield put
    finally:
        os.close(file)
        unfinished.unlink(missing_ok=True)


def _fill(file: int, content: bytes) -> None:
    """Make `content` all that is in an open file, and on the disk."""
    os.lseek(file, 0, os.SEEK_SET)
    view = memoryview(content)
    while view:
        view = view[os.write(file, view) :]
    os.ftruncate(file, len(content))
    os.fsync(file)


def _keep_names(folder: Path) -> None:
    """Make the names in a folder last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
