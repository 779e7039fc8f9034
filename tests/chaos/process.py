"""Runs tap or target as a process under the conditions of a particular machine."""

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
"""The `Patience` of a run with seconds instead of minutes."""


@dataclass(frozen=True)
class Conditions:
    """The conditions of a process.

    Attributes:
        clock: how far the machine's clock is off.
        hurried: whether timeouts are as short as a test needs them.
        largest_file: the limit of file sizes in bytes, which stands for a full disk.
    """

    clock: timedelta = timedelta(0)
    hurried: bool = False
    largest_file: int | None = None


class Process:
    """A running command.

    Args:
        words: the command, with its arguments.
        stdin: its input; None for none.
        stdout: a pipe, or a file that is overwritten.
        folder: its working directory, with its temporary files in `tmp`.
        conditions: its conditions.
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
        """Send a signal; returns whether the process still existed. Thread-safe."""
        with self._lock:
            if self._process.pid is None or self._process.exitcode is not None:
                return False
            os.kill(self._process.pid, number)
            return True

    def end(self, until: float) -> tuple[int | None, str]:
        """Wait for the end; returns the exit code, or None if it was killed, and its messages."""
        while self._code() is None and time.monotonic() < until:
            time.sleep(0.003)
        code = self._code()
        if code is None:
            self.send(signal.SIGKILL)
            self._process.join(10)
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
    """Turn this process into the command."""
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
    """Set up the conditions in this process."""
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
    """The metaclass of a class whose instances are those of `datetime`."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, datetime)
