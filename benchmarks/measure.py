"""Measures processes (wall time, CPU, memory and lines), and runs the account that they read."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import requests

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BIN = Path(sys.executable).parent
KEY = "rk_test_simulated"

CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
"""If there are several, a measured reader runs on the first and the account on the others."""


@dataclass(frozen=True, slots=True)
class Usage:
    """The resources that a process used.

    Attributes:
        seconds: wall time from start to end.
        reading: seconds from the first line of output to the end, so without the imports.
        cpu: CPU seconds, user and system together.
        peak: the peak of resident memory in megabytes.
        lines: the number of lines of output.
    """

    seconds: float
    reading: float
    cpu: float
    peak: float
    lines: int


def measure(command: Sequence[str | Path], env: dict[str, str] | None = None) -> Usage:
    """Run a command to its end on one core, with its output in a pipe that is read at once.

    Raises:
        RuntimeError: the command failed; the message ends with the last of its output.
    """
    with tempfile.TemporaryFile() as log:
        began = first = time.monotonic()
        process = subprocess.Popen(
            list(map(str, command)),
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, **(env or {})},
        )
        _keep_to(process, CORES[:1])
        assert process.stdout is not None
        lines = 0
        while chunk := os.read(process.stdout.fileno(), 1 << 20):
            if not lines:
                first = time.monotonic()
            lines += chunk.count(b"\n")
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        ended = time.monotonic()
        process.stdout.close()
        if process.returncode:
            log.seek(0)
            said = log.read().decode(errors="replace")
            raise RuntimeError(f"{command[0]} ended with {process.returncode}: {said[-2000:]}")
    return Usage(
        seconds=ended - began,
        reading=ended - first,
        cpu=used.ru_utime + used.ru_stime,
        peak=used.ru_maxrss / 1024,
        lines=lines,
    )


def _keep_to(process: subprocess.Popen[bytes], cores: Sequence[int]) -> None:
    """Pin the process to these cores, if the machine has several."""
    if len(CORES) > 1:
        os.sched_setaffinity(process.pid, cores)


class Account:
    """A simulated account that runs as a process of its own."""

    def __init__(self, url: str) -> None:
        self.url = url

    def requests(self) -> int:
        """The number of requests that were answered since the last `forget`."""
        return int(self._ask("GET", "requests?totals")["count"])

    def forget(self) -> None:
        """Reset the count of requests."""
        self._ask("DELETE", "requests")

    def succeeded(self) -> int:
        """The number of charges that succeeded."""
        totals = self._ask("GET", "ledger?totals")["totals"]
        return sum(int(total["charges"]) for total in totals.values())

    def _ask(self, method: str, what: str) -> Any:
        answer = requests.request(method, f"{self.url}/_simulator/{what}", timeout=60)
        answer.raise_for_status()
        return msgspec.json.decode(answer.content)


@contextmanager
def account(charges: int, *options: str) -> Iterator[Account]:
    """A context manager that runs a simulated account with that many charges."""
    with tempfile.TemporaryDirectory() as folder:
        url_file = Path(folder) / "url"
        process = subprocess.Popen(
            [
                BIN / "stripe-apex", "simulate", "--charges", str(charges),
                "--url-file", url_file, *options,
            ],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        _keep_to(process, CORES[1:])
        try:
            while not url_file.exists():
                if process.poll() is not None:
                    raise RuntimeError("The simulated account did not start.")
                time.sleep(0.1)
            yield Account(url_file.read_text(encoding="utf-8"))
        finally:
            process.terminate()
            process.wait()
