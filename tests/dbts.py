"""Runs dbt in a new process each time, but with the imports done, which saves half of its start.

A server process of this module forks for each run. It is not the fork server of `tests.commands`,
since `make check` starts that one, too, and must not wait for the imports of dbt.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
import traceback
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tests import commands

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from subprocess import CompletedProcess

ROOT = Path(__file__).parents[1]


def run(
    arguments: Sequence[str | Path], *, folder: Path, environment: Mapping[str, str]
) -> CompletedProcess[str]:
    """Run dbt to its end; fails if it shows a secret.

    Args:
        arguments: the arguments of `dbt`.
        folder: its working directory.
        environment: its whole environment.
    """
    words = ["dbt", *map(str, arguments)]
    # This start, too, is reported to the audit hooks that watch which programs tests start.
    sys.audit("subprocess.Popen", words[0], words, folder, environment)
    with tempfile.TemporaryDirectory() as streams:
        (Path(streams) / "0").touch()
        code = _server().ask([words, streams, dict(environment), str(folder)])
        return commands.ended(words, code, Path(streams))


class _Server:
    """The server process, which forks for each run."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", f"from {__name__} import serve; serve()"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, order: list[object]) -> int:
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def end(self) -> None:
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()


@cache
def _server() -> _Server:
    server = _Server()
    atexit.register(server.end)
    return server


def serve() -> None:
    """Fork for each line of the input, and answer with the exit code of the fork."""
    import dbt.adapters.duckdb
    import dbt.cli.main  # noqa: F401 - so that no fork has to

    for line in sys.stdin:
        words, streams, environment, folder = json.loads(line)
        child = os.fork()
        if not child:
            _become(words, Path(streams), environment, Path(folder))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the answer


def _become(words: list[str], streams: Path, environment: dict[str, str], folder: Path) -> None:
    code = 1
    # A new interpreter would search these folders first.
    sys.path[:0] = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    try:
        commands.become(words, streams, environment, folder)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - the end of the process
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
