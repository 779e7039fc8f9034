"""A disk that can be full: a small file system of its own if root may mount one.

Elsewhere, as in most CI, no file of the process may grow (RLIMIT_FSIZE). The kernel then says
EFBIG instead of ENOSPC, and only to the target.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SIZE = 48 << 20


class Disk:
    """A folder, which may be a mounted file system."""

    def __init__(self, folder: Path, *, mounted: bool) -> None:
        self.folder = folder
        self.mounted = mounted

    @contextmanager
    def full(self, spare: int) -> Iterator[int | None]:
        """Leave only `spare` bytes free; yields the size limit for a process's files.

        It is None if the file system itself enforces this.
        """
        if not self.mounted:
            files = [path.stat().st_size for path in self.folder.rglob("*") if path.is_file()]
            yield max(files, default=0) + spare
            return
        filler = self.folder / "filler"
        found = os.statvfs(self.folder)
        with filler.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(found.f_bavail * found.f_frsize - spare, 1))
        try:
            yield None
        finally:
            filler.unlink()


@contextmanager
def disk(folder: Path) -> Iterator[Disk]:
    """A context manager that makes a disk in a new folder."""
    folder.mkdir()
    mounted = False
    if os.geteuid() == 0:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "tmpfs", folder]
        mounted = not subprocess.run(mount, check=False, capture_output=True).returncode
    try:
        yield Disk(folder, mounted=mounted)
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", folder], check=True)
