"""One of the two commands as a process of its own, under conditions that a machine may have."""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from tap_stripe_apex.reading import reader
from tap_stripe_apex.tap import TapStripeApex
from tap_stripe_apex.wire.patience import RUN
from tests import commands, leaks

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

HURRIED = replace(
    RUN,
    limited=2.0,
    unavailable=2.0,
    unreadable=2.0,
    first_pause=0.02,
    longest_pause=0.2,
    silence=1.0,
    unless_told=0.02,
)
"""The patience of a run with seconds for minutes."""


@dataclass(frozen=True)
class Conditions:
    """What a process finds.

    Attributes:
        clock: how far the machine's clock is off.
        hurried: whether Stripe is waited for only as long as a test can wait.
        largest_file: in bytes, where the disk of a file is full from there on.
    """

    clock: timedelta = timedelta(0)
    hurried: bool = False
    largest_file: int | None = None


class Process:
    """A command that is under way.

    Args:
        words: the command, with its arguments.
        stdin: what it reads; None for nothing.
        stdout: a pipe, or a file that is written anew.
        folder: where it runs, and keeps its temporary files in `tmp`.
        conditions: what it finds.
    """

    def __init__(
        self,
        words: list[str],
        *,
        stdin: Connection | None,
        stdout: Connection | Path,
        folder: Path,
        conditions: Conditions,
    ) -> None:
        self.name = words[0]
        leaks.check(" ".join(words), "the command line of a process")
        self._err = folder / f"{self.name}.err"
        self._lock = threading.Lock()
        self._process = commands.CONTEXT.Process(
            target=_become, args=(words, stdin, stdout, self._err, folder, conditions), daemon=True
        )
        self._process.start()

    def send(self, number: signal.Signals) -> bool:
        """Whether there was still a process to get the signal; for any thread."""
        with self._lock:
            if self._process.pid is None or self._process.exitcode is not None:
                return False
            os.kill(self._process.pid, number)
            return True

    def end(self, until: float) -> tuple[int | None, str]:
        """Its exit code, None where it had to be killed for it hung, and what it said."""
        while self._code() is None and time.monotonic() < until:
            time.sleep(0.003)
        code = self._code()
        if code is None:
            self.send(signal.SIGKILL)
        said = self._err.read_text(errors="replace") if self._err.exists() else ""
        self._err.unlink(missing_ok=True)
        return code, said

    def _code(self) -> int | None:
        with self._lock:
            return self._process.exitcode


def _become(
    words: list[str],
    stdin: Connection | None,
    stdout: Connection | Path,
    err: Path,
    folder: Path,
    conditions: Conditions,
) -> None:
    """Be the command, from here to the end of the process."""
    write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    os.dup2(os.open(os.devnull, os.O_RDONLY) if stdin is None else stdin.fileno(), 0)
    os.dup2(os.open(stdout, write, 0o600) if isinstance(stdout, Path) else stdout.fileno(), 1)
    os.dup2(os.open(err, write, 0o600), 2)
    for connection in (stdin, stdout):
        if connection is not None and not isinstance(connection, Path):
            connection.close()
    _prepare(conditions)
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    environment = {
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "MELTANO_PROJECT_ROOT": str(folder),
        "PATH": os.environ["PATH"],
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "TMPDIR": str(temporary),
    }
    commands.execute(words, environment, folder)


def _prepare(conditions: Conditions) -> None:
    """Let the process find what it should."""
    if conditions.hurried:
        TapStripeApex.patience = HURRIED
    reader._BATCH = 10  # type: ignore[misc] - the real batches, smaller
    if conditions.largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (conditions.largest_file,) * 2)
    if conditions.clock:
        _set_clock(conditions.clock)


def _set_clock(by: timedelta) -> None:
    """Shift the wall clock for all Python code of this process, whatever it has imported."""
    right = time.time

    class Shifted(datetime, metaclass=_AnyDatetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return datetime.now(tz) + by  # type: ignore[return-value] - of the parent's class

    time.time = lambda: right() + by.total_seconds()
    for module in list(sys.modules.values()):
        if module.__name__.partition(".")[0] in {"tap_stripe_apex", "target_apex", "singer_sdk"}:
            for name, value in list(vars(module).items()):
                if value is datetime:
                    setattr(module, name, Shifted)
    sys.modules["datetime"].datetime = Shifted  # type: ignore[attr-defined]


class _AnyDatetime(type):
    """Of a class whose instances are those of `datetime`."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, datetime)
