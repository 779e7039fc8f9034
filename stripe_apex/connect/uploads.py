"""Uploaded files: their names are shown and never used as paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stripe_apex.connect.forms import file_name_of, next_part
from stripe_apex.errors import AppError
from stripe_apex.sources.files import File
from tap_stripe_apex.errors import printable

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from aiohttp import MultipartReader

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
