"""Our commands in processes of their own, as users run them, but without a second to start.

A fork server has their imports done. It must be the only one, since Python has one for all.
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
    """Run a command to its end, which must show no secret.

    Args:
        command: its name, and its arguments.
        said: what it finds on standard input.
        environment: its whole environment; by default, that of the tests.
        folder: where it runs; by default, where the tests do.
        timeout: in seconds.

    Raises:
        TimeoutExpired: it hangs.
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
    """A command that ended, which must have shown no secret."""
    out, err = ((streams / number).read_text() for number in "12")
    for text in (out, err):
        leaks.check(text, words[0])
    return CompletedProcess(words, code, out, err)


def become(words: list[str], streams: Path, environment: dict[str, str], folder: Path) -> None:
    """Be the command, from here to the end of the process; its standard streams are files."""
    os.dup2(os.open(streams / "0", os.O_RDONLY), 0)
    for number in (1, 2):
        os.dup2(os.open(streams / str(number), os.O_WRONLY | os.O_CREAT, 0o600), number)
    execute(words, environment, folder)


def execute(words: list[str], environment: dict[str, str], folder: Path) -> None:
    """Run the command in this process, with the standard streams that it has by now."""
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
