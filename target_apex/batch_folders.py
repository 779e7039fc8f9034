"""The files that a BATCH message may name: those below the folders that this run allows.

A manifest comes from the tap or from the author of a file that is piped in. It must not make the
target load `/etc`, or an address of the internal network, into a table.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self
from urllib.parse import unquote

from upath import UPath

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_LOCAL = ("file", "local")


class NotAllowedError(Exception):
    """This run does not allow the file; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders that a run allows.

    Attributes:
        local: folders on this machine, with all links resolved.
        remote: URLs of folders, as they were given.
    """

    local: tuple[Path, ...]
    remote: tuple[str, ...]

    @classmethod
    def of(cls, addresses: Iterable[str]) -> Self:
        """Paths, or addresses that fsspec reads."""
        local, remote = [], []
        for address in addresses:
            if (path := _local_path(address)) is None:
                remote.append(address.rstrip("/"))
            else:
                local.append(Path(os.path.realpath(path)))
        return cls(tuple(local), tuple(remote))

    def open(self, address: str) -> AbstractContextManager[IO[bytes]]:
        """Open a file of a manifest.

        Raises:
            NotAllowedError: It is not below one of the folders, or is not a regular file.
            OSError: It cannot be opened.
        """
        if "::" in address:
            raise NotAllowedError("it is a chain of addresses, which are never read")
        path = _local_path(address)
        if path is not None:
            return self._open_local(Path(os.path.realpath(path)))
        if not any(is_below(address, folder) for folder in self.remote):
            raise self._refusal()
        opened: IO[bytes] = UPath(address).open("rb")
        return opened

    def _open_local(self, path: Path) -> IO[bytes]:
        if not any(path.is_relative_to(folder) for folder in self.local):
            raise self._refusal()
        # Links were resolved before. Opening a pipe would wait for a writer.
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        if not stat.S_ISREG(os.fstat(number).st_mode):
            os.close(number)
            raise NotAllowedError("it is no regular file")
        return os.fdopen(number, "rb")

    def _refusal(self) -> NotAllowedError:
        return NotAllowedError(
            "it lies below no folder that this run allows; name its folder in batch_folders, or as "
            "the storage root of batch_config"
        )


def _local_path(address: str) -> str | None:
    """The path of a file on this machine; None if the address leads elsewhere."""
    scheme = _SCHEME.match(address)
    if scheme is None:
        return address
    return UPath(address).path if scheme[1] in _LOCAL else None


def is_below(address: str, folder: str) -> bool:
    """Whether an address begins with that of a folder and does not lead out of the folder.

    Libraries differ in what they decode, and in which characters end a name.
    """
    names = re.split(r"[/?#\\]", unquote(unquote(address)))
    return address.startswith(f"{folder}/") and ".." not in names
