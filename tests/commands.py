"""Runs our commands in processes of their own, as users do, but without their second of start.

They are forked from a server that has done the imports. Python allows only one fork server per
process, so other modules cannot have another one.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import sys
import tempfile
from importlib.metadata import entry_points
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired
from typing import TYPE_CHECKING

from tests import leaks

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["stripe_apex.cli", "tap_stripe_apex.tap", "target_apex.target"])


def run(
    *command: str | Path,
    said: str = "",
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    timeout: float = 120,
) -> CompletedProcess[str]:
    """Run a command to its end; fails if it shows a secret.

    Args:
        command: the name of the command, and its arguments.
        said: the text of its standard input.
        environment: its whole environment; by default, that of the tests.
        folder: its working directory; by default, that of the tests.
        timeout: the timeout in seconds.

    Raises:
        TimeoutExpired: the command has not ended in time.
    """
    words = [str(word) for word in command]
    leaks.check(" ".join(words), "the command line of a process")
    with tempfile.TemporaryDirectory() as streams:
        (Path(streams) / "0").write_text(said)
        process = CONTEXT.Process(
            target=become,
            args=(words, Path(streams), dict(environment or os.environ), folder or Path.cwd()),
        )
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutExpired(words, timeout)
        code = process.exitcode
        process.close()
        return ended(words, code, Path(streams))


def ended(words: list[str], code: int, streams: Path) -> CompletedProcess[str]:
    """The result of a command; fails if the command has shown a secret."""
    out, err = ((streams / number).read_text() for number in "12")
    for text in (out, err):
        leaks.check(text, words[0])
    return CompletedProcess(words, code, out, err)


def become(words: list[str], streams: Path, environment: dict[str, str], folder: Path) -> None:
    """Turn this process into the command, whose standard streams are files."""
    os.dup2(os.open(streams / "0", os.O_RDONLY), 0)
    for number in (1, 2):
        os.dup2(os.open(streams / str(number), os.O_WRONLY | os.O_CREAT, 0o600), number)
    execute(words, environment, folder)


def execute(words: list[str], environment: dict[str, str], folder: Path) -> None:
    """Run the command in this process, with the standard streams that the process has."""
    sys.stdin, sys.stdout = open(0), open(1, "w")  # noqa: SIM115 - file descriptors
    sys.stderr = open(2, "w", errors="backslashreplace")  # noqa: SIM115 - a file descriptor
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = words
    (command,) = entry_points(group="console_scripts", name=words[0])
    try:
        sys.exit(command.load()())
    finally:
        atexit._run_exitfuncs()
