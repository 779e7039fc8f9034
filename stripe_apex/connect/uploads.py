"""Uploaded files, stored in a folder that only this user can enter.

Their names are shown and never used as paths. The folder is locked while its page runs, so that the
next page can recognise the folders that killed pages have left.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from stripe_apex.connect.forms import file_name_of, next_part
from stripe_apex.errors import AppError
from stripe_apex.sources.files import File
from tap_stripe_apex.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from aiohttp import MultipartReader

_PREFIX: Final = "stripe-apex-upload-"
_LONGEST_NAME: Final = 200
_CHUNK: Final = 1 << 18
_MIB: Final = 1 << 20


class UploadError(AppError):
    """Files that are refused; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of an upload.

    Attributes:
        size: bytes of all files together. A million visits are about 100 MB.
        files: number of files.
    """

    size: int = 512 * _MIB
    files: int = 20

    def check_size(self, size: int) -> None:
        """Check the size of an upload.

        Raises:
            UploadError: it is too large.
        """
        if size > self.size:
            raise UploadError(
                f"The files are larger than {self.size / _MIB:,.0f} MiB together, which is the "
                "most that the page takes. Send fewer at once, or use stripe-apex import in the "
                "terminal."
            )


class PrivateFolder:
    """A folder in the system's temporary folder, which only this user can enter."""

    def __init__(self) -> None:
        lock = None
        while lock is None:  # another page that starts now may have deleted it as a leftover
            self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
            lock = _locked(self.path)
        self._lock: Final = lock

    def remove(self) -> None:
        """Delete the folder with its content."""
        shutil.rmtree(self.path, ignore_errors=True)
        with suppress(OSError):
            os.close(self._lock)


def sweep() -> None:
    """Delete the folders of pages that were killed."""
    for path in _leftovers():
        lock = _locked(path)
        if lock is not None:
            shutil.rmtree(path, ignore_errors=True)
            os.close(lock)


async def receive(parts: MultipartReader, folder: Path, limits: Limits) -> list[File]:
    """The files of an upload, written into a folder under numbers as names.

    Raises:
        OSError: they cannot be written.
        UploadError: there are too many, or they are too large.
        ValueError: the body is no form.
    """
    files: list[File] = []
    size = 0
    while (part := await next_part(parts)) is not None:
        name = file_name_of(part)
        if not name:  # another field, or an empty field for files
            continue
        if len(files) == limits.files:
            raise UploadError(f"These are more than {limits.files} files. Send fewer at once.")
        path = folder / str(len(files))
        with _created(path) as file:
            while chunk := await part.read_chunk(_CHUNK):
                size += len(chunk)
                limits.check_size(size)
                file.write(chunk)
        files.append(File(path, shown(name)))
    return files


def shown(name: str) -> str:
    """A file's name in a printable form."""
    return printable(name)[:_LONGEST_NAME]


def _created(path: Path) -> BinaryIO:
    return path.open("xb")


def _leftovers() -> Iterator[Path]:
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if entry.name.startswith(_PREFIX):
                with suppress(OSError):
                    found = entry.stat(follow_symlinks=False)
                    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid():
                        yield Path(entry.path)


def _locked(path: Path) -> int | None:
    """The folder, opened and locked; None if another page has locked it, or it was deleted."""
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
