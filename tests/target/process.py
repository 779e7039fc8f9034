"""The real command in a process of its own, which tests can kill, stop or limit.

A fork server has done the imports, so that a process starts within milliseconds.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from tests.commands import CONTEXT

if TYPE_CHECKING:
    import signal
    from pathlib import Path


@dataclass(frozen=True)
class Result:
    """The exit code and output of a command."""

    exit_code: int
    out: str
    err: str
    peak_mb: int


class Command:
    """`target-apex` with its standard streams in files of a folder."""

    def __init__(self, folder: Path, *args: str, stdin: Path, largest_file: int | None = None):
        self._folder = folder
        for name in ("out", "err"):
            (folder / name).write_bytes(b"")
        self._process = CONTEXT.Process(
            target=_run, args=(folder, list(args), stdin, largest_file), daemon=True
        )
        self._process.start()

    def wait(self, seconds: float | None = 60) -> bool:
        """Wait for the end; returns whether it came within that time."""
        self._process.join(seconds)
        return self._process.exitcode is not None

    def send(self, number: signal.Signals) -> None:
        """Send the process a signal."""
        if self._process.pid is not None and self._process.exitcode is None:
            os.kill(self._process.pid, number)

    def result(self) -> Result:
        """Wait for the end; returns the result."""
        assert self.wait(), "the command hangs"
        peak = self._folder / "peak"
        return Result(
            self._process.exitcode or 0,
            (self._folder / "out").read_text(),
            (self._folder / "err").read_text(),
            int(peak.read_text()) if peak.exists() else 0,
        )


def _run(folder: Path, args: list[str], stdin: Path, largest_file: int | None) -> None:
    """Turn this process into the command."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for number, path, mode in (
        (0, stdin, os.O_RDONLY),
        (1, folder / "out", flags),
        (2, folder / "err", flags),
    ):
        os.dup2(os.open(path, mode, 0o600), number)
    sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115 - file descriptors
    if largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    from target_apex.target import TargetApex

    try:
        TargetApex.cli(args)
    finally:
        sys.stdout.flush()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        if largest_file is None:
            (folder / "peak").write_text(str(peak))


def hold(path: Path, seconds: float) -> None:
    """Hold the database file open for a while in this process."""
    with duckdb.connect(path):
        (path.parent / "held").touch()
        time.sleep(seconds)
