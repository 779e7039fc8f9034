"""The pipeline of "Sync now": a process group that never outlives the page."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stripe_apex import meltano
from stripe_apex.account import is_checkout
from stripe_apex.leftovers import tidy
from stripe_apex.programs import find_program, search_path

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from datetime import datetime
    from pathlib import Path

_PATIENCE: Final = 10.0
"""Seconds between the request to end and the killing of a pipeline."""
_LONGEST_LINE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The command that reads Stripe into the warehouse of a Meltano project.

    Attributes:
        root: the project.
        command: run in that folder.
    """

    root: Path
    command: Sequence[str]


def find_pipeline(root: Path | None) -> Pipeline | None:
    """The pipeline of a Meltano project: `make run` in a checkout of this one, else its first job.

    A script of another project is never run, whatever its name.

    Args:
        root: the project, if there is one. May block.
    """
    if root is None:
        return None
    script = root / "scripts" / "run"
    if is_checkout(root) and os.access(script, os.X_OK):
        return Pipeline(root, (str(script), "--log-format", "json"))
    program, job = find_program("meltano"), meltano.job_with_tap(root)
    return Pipeline(root, (program, "run", job)) if program and job else None


def last_sync(root: Path) -> datetime | None:
    """When the tap last ran successfully, whoever started it; None for never. May block.

    Runs of the environment `demo` do not count: they read the simulated account.
    """
    ended = [
        run.ended_at
        for run in meltano.runs_of_tap(root)
        if run.succeeded and run.environment != "demo"
    ]
    return max(ended, default=None)


class Process:
    """A running pipeline.

    Read its lines first, then wait for its exit code.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, pipeline: Pipeline) -> Process:
        """Start the pipeline in a process group of its own, which can be ended as a whole.

        Raises:
            OSError: it cannot be started.
        """
        await asyncio.to_thread(tidy, pipeline.root)
        environment = {
            **os.environ,
            "MELTANO_CLI_LOG_FORMAT": "json",
            "PATH": search_path(),
        }
        return cls(
            await asyncio.create_subprocess_exec(
                *pipeline.command,
                cwd=pipeline.root,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
                umask=0o077,
                limit=_LONGEST_LINE,
            )
        )

    async def lines(self) -> AsyncIterator[str]:
        """The lines of its output, until it has ended."""
        stream = self._process.stdout
        while stream is not None:
            try:
                line = await stream.readline()
            except ValueError:  # longer than any line that people read
                continue
            if not line:
                return
            yield line.decode(errors="replace")

    async def wait(self) -> int:
        """Its exit code."""
        return await self._process.wait()

    async def stop(self) -> None:
        """End the process group, first by a signal that lets it clean up."""
        self._signal(signal.SIGTERM)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), _PATIENCE)
        self._signal(signal.SIGKILL)
        await self._process.wait()

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)
