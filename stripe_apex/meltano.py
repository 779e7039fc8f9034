"""What is asked of Meltano, where there is one: it knows its project best.

Secrets come through pipes: arguments, which others on the machine can see, never hold one.
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
    """The settings that Meltano gives the tap, secrets included; None if it cannot tell."""
    return _dumped(root, "config")


def tap_catalog(root: Path) -> dict[str, Any] | None:
    """The catalog that Meltano gives the tap, with what is selected; None if it cannot tell."""
    return _dumped(root, "catalog")


@dataclass(frozen=True, slots=True)
class TapRun:
    """A run of the tap that has ended.

    Attributes:
        name: of the pipeline, with its environment: Meltano keeps the state under it.
        ended_at: when it did, UTC.
        succeeded: whether it went well.
    """

    name: str
    ended_at: datetime
    succeeded: bool

    @property
    def environment(self) -> str:
        """The environment of Meltano's that it ran in."""
        return self.name.rpartition(":")[0]


def runs_of_tap(root: Path) -> list[TapRun]:
    """The last runs of the tap, the newest first; none where Meltano cannot tell."""
    said = _ask(root, *_QUIET, "logs", "list", "--format", "json", "--limit", "50")
    return [
        TapRun(run["job_name"], datetime.fromisoformat(run["ended_at"]), run["state"] == "SUCCESS")
        for run in _decoded(said).get("runs", [])
        if f"{PLUGIN}-to-" in run["job_name"] and run["ended_at"]
    ]


def state_of(root: Path, name: str) -> dict[str, Any]:
    """The bookmarks that Meltano keeps for a pipeline, by stream; none where it has no state."""
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
    """The JSON object that a command said; an empty one where it said something else."""
    try:
        found = json.loads(said or "")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _ask(root: Path, *arguments: str) -> str | None:
    """What a command of Meltano's prints; None if it fails, or the tap is none of its plugins."""
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
