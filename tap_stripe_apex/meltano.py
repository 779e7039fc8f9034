"""What is asked of Meltano, where there is one: it knows its project best.

Values go through pipes, never through arguments, which others on the machine could see.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

PLUGIN: Final = "tap-stripe-apex"

_PATIENCE: Final = 120.0


def executable() -> str | None:
    """The Meltano of this environment, else that of the PATH, if there is one."""
    beside = Path(sys.executable).with_name("meltano")
    return str(beside) if beside.exists() else shutil.which("meltano")


def tap_config(root: Path) -> dict[str, Any] | None:
    """The settings that Meltano gives the tap, secrets included; None if it cannot tell."""
    return _dumped(root, "config")


def tap_catalog(root: Path) -> dict[str, Any] | None:
    """The catalog that Meltano gives the tap, with what is selected; None if it cannot tell."""
    return _dumped(root, "catalog")


def keep_secret(root: Path, setting: str, value: str) -> bool:
    """Let Meltano keep a sensitive setting of the tap in `.env`; whether it did."""
    kept = _ask(
        root, "config", "set", "--store", "dotenv", "--from-file", "-", PLUGIN, setting, said=value
    )
    return kept is not None


def _dumped(root: Path, what: str) -> dict[str, Any] | None:
    said = _ask(root, "invoke", f"--dump={what}", PLUGIN)
    try:
        dumped = json.loads(said or "")
    except ValueError:
        return None
    return dumped if isinstance(dumped, dict) else None


def _ask(root: Path, *arguments: str, said: str = "") -> str | None:
    """What a command of Meltano's prints; None if it fails, or the tap is none of its plugins."""
    meltano = executable()
    if meltano is None or not (root / "meltano.yml").is_file():
        return None
    command: Sequence[str] = (meltano, *arguments)
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and nothing of a user's in the arguments
            command,
            input=said,
            cwd=root,
            env={**os.environ, "MELTANO_PROJECT_ROOT": str(root)},
            capture_output=True,
            text=True,
            check=False,
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
