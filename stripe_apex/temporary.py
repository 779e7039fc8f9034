"""Temporary folders that only this user can enter, for files with personal data.

A folder is locked while its process uses it. So the next process recognises the folders that killed
ones have left, and deletes them.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_PREFIX: Final = "stripe-apex-upload-"


class PrivateFolder:
    """A folder in the system's temporary folder, which only this user can enter."""

    def __init__(self) -> None:
        lock = None
        while lock is None:  # another process may have deleted it as a leftover
            self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
            lock = _locked(self.path)
        self._lock: Final = lock

    def remove(self) -> None:
        """Delete the folder with its content."""
        shutil.rmtree(self.path, ignore_errors=True)
        with suppress(OSError):
            os.close(self._lock)


def sweep() -> None:
    """Delete the folders of processes that were killed."""
    for path in _leftovers():
        lock = _locked(path)
        if lock is not None:
            shutil.rmtree(path, ignore_errors=True)
            os.close(lock)


@contextmanager
def private_folder() -> Iterator[str]:
    """The path of a `PrivateFolder`, which is deleted at the end; older ones are swept away."""
    sweep()
    folder = PrivateFolder()
    try:
        yield str(folder.path)
    finally:
        folder.remove()


def _leftovers() -> Iterator[Path]:
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if entry.name.startswith(_PREFIX):
                with suppress(OSError):
                    found = entry.stat(follow_symlinks=False)
                    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid():
                        yield Path(entry.path)


def _locked(path: Path) -> int | None:
    """The folder, opened and locked; None if another process has locked it, or it was deleted."""
    try:
        opened = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(opened), path.stat()):
            return opened
    except OSError:
        pass
    os.close(opened)
    return None
