"""The pair of OAuth tokens on disk: for its owner only, written atomically by one writer at a time.

Each exchange gives a new refresh token and ends the old one. So a process that exchanges tokens
holds the lock, has read the file since it got the lock, and has reserved disk space for the new
pair before it asks for it.
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime  # noqa: TC003 - decoding reads the annotations
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from filelock import FileLock, Timeout

from tap_stripe_apex.errors import CredentialError
from tap_stripe_apex.files import replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_ROOM: Final = 8192
"""Bytes; more than a pair ever takes."""

_PATIENCE: Final = 240.0
"""Seconds to wait for another process; an exchange, with all its retries, takes less."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What Stripe gave for a code or a refresh token.

    Attributes:
        access_token: good for an hour.
        refresh_token: good for a year and for one exchange.
        livemode: whether they are for live money.
        account_id: the account that installed the app (`stripe_user_id`).
        scope: as Stripe has it.
        obtained_at: Stripe's time of the exchange, UTC.
        seed: `fingerprint` of the setting `refresh_token` that the first of these pairs came
            from; None if `stripe-apex connect` got it.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    livemode: bool
    account_id: str
    scope: str
    obtained_at: Annotated[datetime, msgspec.Meta(tz=True)]
    seed: str | None = None


def fingerprint(refresh_token: str) -> str:
    """A hash that tells refresh tokens apart without revealing them."""
    return sha256(refresh_token.encode()).hexdigest()


class TokenFile:
    """Where the tokens are kept; may be shared by threads, and its path by processes.

    Args:
        path: of the file; its folder is made by the first write.
    """

    def __init__(self, path: Path) -> None:
        self.path: Final = path.resolve()  # behind a link, so that renaming keeps the link
        self._new = f"{self.path.name}.new"
        self._threads = threading.RLock()
        # The kernel releases this lock when its process ends. Its file is never deleted: then two
        # processes could each lock a file of that name. A soft lock would outlive a killed process.
        self._processes = FileLock(
            self.path.with_name(f"{self.path.name}.lock"),
            timeout=_PATIENCE,
            mode=0o600,
            thread_local=False,
            fallback_to_soft=False,
        )

    def read(self) -> Tokens | None:
        """The tokens, or None if there are none.

        Raises:
            CredentialError: the file is damaged, or may not be read.
        """
        try:
            content = self.path.read_bytes()
            if self.path.stat().st_mode & 0o077:
                _logger.warning("Others could read %s; from now on only its owner can.", self.path)
                self.path.chmod(0o600)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CredentialError(f"Cannot read {self.path}: {error.strerror}.") from error
        try:
            return msgspec.json.decode(content, type=Tokens)
        except msgspec.DecodeError:
            raise CredentialError(
                f"{self.path} is damaged. Connect again with `stripe-apex connect`."
            ) from None

    def age(self) -> float:
        """Seconds since the tokens were written; 0 if there are none.

        It is wrong if this machine's clock was set in the meantime.
        """
        try:
            return max(0.0, time.time() - self.path.stat().st_mtime)
        except FileNotFoundError:
            return 0.0

    def write(self, tokens: Tokens) -> None:
        """Replace the tokens; once this returns, a crash or power cut leaves the new ones.

        Raises:
            CredentialError: the disk is full or read-only; the old tokens are still there.
        """
        with self.replacing() as put:
            put(tokens)

    @contextmanager
    def replacing(self) -> Iterator[Callable[[Tokens], None]]:
        """Reserve disk space for the next pair; yields the function that writes it."""
        with self.locked():
            try:
                with replacing(self.path, self._new, room=_ROOM) as put:
                    yield lambda tokens: put(msgspec.json.encode(tokens))
            except OSError as error:
                raise self._unwritable(error) from error

    def delete(self) -> None:
        """Forget the tokens.

        Raises:
            CredentialError: the folder may not be written.
        """
        with self.locked():
            try:
                self.path.unlink(missing_ok=True)
                self.path.with_name(self._new).unlink(missing_ok=True)
            except OSError as error:
                raise CredentialError(f"Cannot delete {self.path}: {error.strerror}.") from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock against all other threads and processes. Re-entrant.

        Raises:
            CredentialError: another process does not release the lock, or the folder cannot be
                written.
        """
        with self._threads:
            try:
                make_private_folder(self.path.parent)
                self._processes.acquire()
            except Timeout:
                raise CredentialError(
                    f"Another process has held {self._processes.lock_file} for minutes. End it and "
                    "run again."
                ) from None
            except OSError as error:
                raise self._unwritable(error) from error
            try:
                yield
            finally:
                self._processes.release()

    def _unwritable(self, error: OSError) -> CredentialError:
        return CredentialError(
            f"Cannot write {self.path}: {error.strerror}. Stripe changes the refresh token at "
            "every use, so token_file must name a file that can be written."
        )


def make_private_folder(folder: Path) -> None:
    """Make a folder for secrets that only its owner can enter and that git ignores."""
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / ".gitignore").write_text("*\n", encoding="ascii")
