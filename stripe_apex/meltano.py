"""Asks Meltano about its project: settings, catalog, runs and state.

Secrets come through pipes, never as arguments, which other users of the machine can see.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from stripe_apex.programs import find_program, search_path
from tap_stripe_apex.errors import redact

if TYPE_CHECKING:
    from pathlib import Path

PLUGIN: Final = "tap-stripe-apex"

_PATIENCE: Final = 120.0
_QUIET: Final = ("--log-level", "disabled")

_logger = logging.getLogger(__name__)


def tap_config(root: Path) -> dict[str, Any] | None:
    """The settings that Meltano passes to the tap, with secrets; None if Meltano cannot tell."""
    return _dumped(root, "config")


def tap_catalog(root: Path) -> dict[str, Any] | None:
    """The catalog that Meltano passes to the tap; None if Meltano cannot tell."""
    return _dumped(root, "catalog")


@dataclass(frozen=True, slots=True)
class TapRun:
    """A run of the tap that has ended.

    Attributes:
        name: the pipeline and its environment; Meltano stores the state under this name.
        ended_at: when it ended, UTC.
        succeeded: whether it succeeded.
    """

    name: str
    ended_at: datetime
    succeeded: bool

    @property
    def environment(self) -> str:
        """Its Meltano environment."""
        return self.name.rpartition(":")[0]


def runs_of_tap(root: Path) -> list[TapRun]:
    """The last runs of the tap, newest first; none if Meltano cannot tell."""
    said = _ask(root, *_QUIET, "logs", "list", "--format", "json", "--limit", "50")
    return [
        TapRun(run["job_name"], datetime.fromisoformat(run["ended_at"]), run["state"] == "SUCCESS")
        for run in _decoded(said).get("runs", [])
        if f"{PLUGIN}-to-" in run["job_name"] and run["ended_at"]
    ]


def state_of(root: Path, name: str) -> dict[str, Any]:
    """The bookmarks in a pipeline's state, by stream; none if it has no state."""
    said = _decoded(_ask(root, *_QUIET, "state", "get", name))
    bookmarks: dict[str, Any] = said.get("singer_state", {}).get("bookmarks", {})
    return bookmarks


def job_with_tap(root: Path) -> str | None:
    """The first job of the project that runs the tap, if there is one."""
    jobs = _decoded(_ask(root, *_QUIET, "job", "list", "--format", "json")).get("jobs", [])
    found = (job["job_name"] for job in jobs if PLUGIN in json.dumps(job["tasks"]))
    return next(found, None)


def _dumped(root: Path, what: str) -> dict[str, Any] | None:
    return _decoded(_ask(root, "invoke", f"--dump={what}", PLUGIN)) or None


def _decoded(said: str | None) -> dict[str, Any]:
    """The JSON object that a command printed; an empty one if it printed something else."""
    try:
        found = json.loads(said or "")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _ask(root: Path, *arguments: str) -> str | None:
    """The output of a Meltano command; None if it fails, or if the tap is not a plugin."""
    meltano = find_program("meltano")
    if meltano is None or not (root / "meltano.yml").is_file():
        return None
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and nothing of a user's in the arguments
            [meltano, *arguments],
            stdin=subprocess.DEVNULL,
            cwd=root,
            env={**os.environ, "PATH": search_path(), "MELTANO_PROJECT_ROOT": str(root)},
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if done.returncode != 0:
        _logger.debug("meltano %s failed: %s", arguments[0], redact(done.stderr[-2000:]))
        return None
    return done.stdout
