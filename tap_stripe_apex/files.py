"""Files that are written atomically, and that only their owner can read."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PRIVATE_FILE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
# With O_PATH, the folders on the way need not be readable, only enterable.
_WALK: Final = os.O_DIRECTORY | os.O_CLOEXEC | getattr(os, "O_PATH", os.O_RDONLY)


def write_whole(path: Path, content: bytes) -> None:
    """Write or replace a file, and its folder where there is none.

    A link at the file's own place is replaced, not followed; for links before it, see
    `open_folder`.

    Args:
        path: of the file.
        content: all of it.

    Raises:
        OSError: the file cannot be written; its previous content is kept.
    """
    # Nobody can place a link at a name that cannot be guessed.
    unfinished = f".{path.name}.{secrets.token_hex(8)}.unfinished"
    with replacing(path, unfinished) as put:
        put(content)


@contextmanager
def replacing(path: Path, unfinished: str, *, room: int = 0) -> Iterator[Callable[[bytes], None]]:
    """Reserve disk space for content that is not known yet; yields the function that writes it.

    After a crash or a power cut the file has its old content or the new one, never a part of it.

    Args:
        path: the file that is written or replaced.
        unfinished: the file's name while it is written; one writer at a time may use it.
        room: bytes to reserve for the content.

    Raises:
        OSError: the file cannot be written; its previous content is kept.
    """
    folder = open_folder(path.parent)
    try:
        with suppress(FileNotFoundError):
            os.unlink(unfinished, dir_fd=folder)  # what a crash left behind
        file = os.open(
            unfinished,
            os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC,
            PRIVATE_FILE,
            dir_fd=folder,
        )

        def put(content: bytes) -> None:
            _fill(file, content)
            os.replace(unfinished, path.name, src_dir_fd=folder, dst_dir_fd=folder)
            _keep_names(folder)

        try:
            if room:
                _fill(file, b" " * room)
            yield put
        finally:
            os.close(file)
            with suppress(FileNotFoundError):
                os.unlink(unfinished, dir_fd=folder)
    finally:
        os.close(folder)


def open_folder(folder: Path) -> int:
    """A descriptor of a folder, which is made for its owner alone where there is none.

    A link in a folder that everybody can write to is not followed, since anybody may have made it.

    Raises:
        OSError: there is such a link on the way, or the folder cannot be made or entered.
    """
    opened = os.open(folder.anchor or ".", _WALK)
    try:
        for name in folder.parts[1 if folder.anchor else 0 :]:
            inner = _enter(opened, name, folder)
            os.close(opened)
            opened = inner
    except BaseException:
        os.close(opened)
        raise
    return opened


def _enter(folder: int, name: str, way: Path) -> int:
    """The folder of this name in another one."""
    is_public = os.fstat(folder).st_mode & stat.S_IWOTH
    flags = _WALK | (os.O_NOFOLLOW if is_public else 0)
    try:
        return os.open(name, flags, dir_fd=folder)
    except FileNotFoundError:
        with suppress(FileExistsError):
            os.mkdir(name, PRIVATE_FOLDER, dir_fd=folder)
        return os.open(name, _WALK | os.O_NOFOLLOW, dir_fd=folder)
    except OSError as error:
        if is_public and stat.S_ISLNK(os.lstat(name, dir_fd=folder).st_mode):
            raise OSError(
                errno.ELOOP, f"{name} is a link in a folder that everybody can write", str(way)
            ) from error
        raise


def others_can_read(path: Path) -> bool:
    """Whether others than the owner of a file may read it; False where there is no file."""
    try:
        return bool(path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH))
    except OSError:
        return False


def make_private(path: Path) -> None:
    """Let only its owner use a file or folder, if it exists.

    Raises:
        OSError: it belongs to somebody else.
    """
    with suppress(FileNotFoundError):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & _OTHERS:
            path.chmod(mode & ~_OTHERS)


def _fill(file: int, content: bytes) -> None:
    """Make `content` all that is in an open file, and on the disk."""
    os.lseek(file, 0, os.SEEK_SET)
    view = memoryview(content)
    while view:
        view = view[os.write(file, view) :]
    os.ftruncate(file, len(content))
    os.fsync(file)


def _keep_names(folder: int) -> None:
    """Sync a folder, so that the names in it survive a power cut."""
    descriptor = os.open(".", os.O_RDONLY | os.O_CLOEXEC, dir_fd=folder)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
