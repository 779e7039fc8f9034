"""Tap and target as a pipeline: the tap's output is passed to the target line by line.

As Meltano does, the pipeline stands between the two, and keeps the last whole line that the target
wrote as the state of the next run.
"""

from __future__ import annotations

import json
import os
import select
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.chaos.process import Conditions, Process
from tests.commands import CONTEXT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.chaos.campaign import Signal, Victim

LONGEST = 300.0
"""The timeout of a run in seconds, after which it counts as hanging."""

RECORD = b'{"type":"RECORD"'


@dataclass
class End:
    """How a run ended.

    Attributes:
        codes: the exit code of each process; None for one that hung.
        said: the standard error of each process.
        state: the last whole line of the target's output; None if there is none.
        signals: the signals that reached a process.
    """

    codes: dict[Victim, int | None] = field(default_factory=dict)
    said: dict[Victim, str] = field(default_factory=dict)
    state: str | None = None
    signals: list[Signal] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return set(self.codes.values()) == {0}


class Pipeline:
    """A run of tap and target.

    Args:
        folder: the working directory of both.
        signals: the signals that are sent during the run.
        conditions: the conditions of each process.
        states: the file that the target writes states to.
    """

    def __init__(
        self,
        folder: Path,
        signals: Sequence[Signal],
        conditions: dict[Victim, Conditions],
        states: Path,
    ) -> None:
        self._folder = folder
        self._waiting = list(signals)
        self._conditions = conditions
        self._states = states
        self._requests = self._records = 0
        self._end = End()
        self._processes: dict[Victim, Process] = {}

    def passed(self, line: bytes) -> bytes:
        """A line as it reaches the target: unchanged, unless a test simulates a loss."""
        return line

    def kept(self, state: str) -> str:
        """A state as it is kept: unchanged, unless a test simulates a loss."""
        return state

    def asked(self) -> None:
        """Count a request to Stripe; must be called before it is answered."""
        self._requests += 1
        self._strike("request", self._requests)

    def run(self, tap: list[str], target: list[str]) -> End:
        """Run both to their end."""
        from_tap, tap_writes = CONTEXT.Pipe(duplex=False)
        target_reads, to_target = CONTEXT.Pipe(duplex=False)
        folder = self._folder
        if self._states.is_file():
            self._states.unlink()
        self._processes["target"] = Process(
            target,
            stdin=target_reads,
            stdout=self._states,
            folder=folder,
            conditions=self._conditions["target"],
        )
        self._processes["tap"] = Process(
            tap,
            stdin=None,
            stdout=tap_writes,
            folder=folder,
            conditions=self._conditions["tap"],
        )
        tap_writes.close()
        target_reads.close()
        deadline = time.monotonic() + LONGEST
        with from_tap, to_target:
            self._pass_on(from_tap.fileno(), to_target.fileno(), deadline)
        self._strike_at_the_end()
        for name, process in self._processes.items():
            code, said = process.end(deadline)
            self._end.codes[name], self._end.said[name] = code, said
        self._end.state = self._last_state()
        return self._end

    def _pass_on(self, source: int, sink: int, deadline: float) -> None:
        """Pass lines on until the tap has ended, or the target has stopped reading."""
        os.set_blocking(sink, False)
        rest = b""
        while time.monotonic() < deadline:
            if not select.select([source], [], [], 1.0)[0]:
                continue
            chunk = os.read(source, 1 << 16)
            lines = (rest + chunk).splitlines(keepends=True)
            rest = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
            try:
                for line in lines:
                    self._write(sink, self.passed(line), deadline)
                if not chunk:
                    self._write(sink, rest, deadline)
                    return
            except BrokenPipeError:
                return

    def _write(self, sink: int, line: bytes, deadline: float) -> None:
        if line.startswith(RECORD):
            self._records += 1
            half = len(line) // 2
            self._pour(sink, line[:half], deadline)
            if self._strike("half a record", self._records):
                time.sleep(0.01)  # whoever got the signal has had it in the middle of a line
            line = line[half:]
        self._pour(sink, line, deadline)
        self._strike("record", self._records)

    def _pour(self, sink: int, rest: bytes, deadline: float) -> None:
        while rest and time.monotonic() < deadline:
            select.select([], [sink], [], 1.0)
            with suppress(BlockingIOError):
                rest = rest[os.write(sink, rest) :]

    def _strike(self, of: str, count: int) -> bool:
        struck = [s for s in self._waiting if s.moment.of == of and s.moment.nth <= count]
        for each in struck:
            self._waiting.remove(each)
            self._send(each)
        return bool(struck)

    def _strike_at_the_end(self) -> None:
        """The tap has written all; the target reads the last of it and commits."""
        for each in self._waiting:
            if each.moment.of == "end":
                time.sleep(each.moment.after)
                self._send(each)

    def _send(self, each: Signal) -> None:
        there = [name for name in each.victims if name in self._processes]
        if any([self._processes[name].send(each.number) for name in there]):  # noqa: C419 - to all
            self._end.signals.append(each)

    def _last_state(self) -> str | None:
        """What Meltano would keep, to which an empty state and a line that is no JSON are none."""
        lines = self._states.read_text().splitlines() if self._states.is_file() else []
        whole = [line for line in lines if _is_state(line)]
        return self.kept(whole[-1]) if whole else None


def _is_state(line: str) -> bool:
    try:
        return bool(json.loads(line))
    except ValueError:
        return False
