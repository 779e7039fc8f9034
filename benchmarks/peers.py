"""Other readers of Stripe, from PyPI, each in a temporary environment of its own."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from measure import KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
FROM_ISO = "2025-05-01T00:00:00Z"
FROM = 1_746_057_600
TO = 1_793_491_201
"""The end of the simulated account's history: the epoch second after its last one."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A reader that runs as `script URL KEY START`.

    Attributes:
        name: the name in tables.
        requirement: the requirement that is installed from PyPI.
        script: a script in peers/, which overrides the API's address as far as the reader allows.
        start: the start of the range, in the reader's own format.
    """

    name: str
    requirement: str
    script: str
    start: str

    def install(self, folder: Path) -> Installed | NotInstalled:
        """Make the peer's environment in `folder`."""
        venv = folder / self.script
        python = venv / "bin" / "python"
        try:
            uv = _run(HERE.parent / "scripts" / "uv").strip()
            _run(uv, "venv", "--quiet", venv)
            _run(uv, "pip", "install", "--quiet", "--python", python, self.requirement)
        except subprocess.CalledProcessError as exc:
            print(exc.stderr, flush=True)
            return NotInstalled()
        return Installed(self, python)


def _run(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class NotInstalled:
    """A peer that could not be installed; the table says so."""


@dataclass(frozen=True, slots=True)
class Installed:
    """A peer that can be run."""

    peer: Peer
    python: Path

    def command(self, url: str, *options: str) -> Sequence[str | Path]:
        """The command that reads all charges of the account at `url`."""
        script = HERE / "peers" / self.peer.script
        return (self.python, script, url, KEY, self.peer.start, *options)


AUTO_PAGING = Peer("stripe 16.1.0 auto-paging", "stripe==16.1.0", "auto_paging.py", str(FROM))
PEERS = (
    AUTO_PAGING,
    Peer("singer-io tap-stripe 3.3.0", "tap-stripe==3.3.0", "singer_io.py", FROM_ISO),
    Peer("dlt 1.31.0 REST source into DuckDB", "dlt[duckdb]==1.31.0", "dlt_rest.py", str(FROM)),
)
