"""A copy of the project, like a clone on another machine, and its commands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
FOREIGN = ("APEX_", "AWS_", "DBT_", "MELTANO_", "PG", "SPARK_", "TAP_", "TARGET_")
"""Prefixes of variables in the developer's own environment, which are removed."""


class RunError(Exception):
    """A command ended with an error; its output says which."""


@dataclass(frozen=True)
class Clone:
    """A clone, and the environment of its commands."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, folder: Path, environment: Mapping[str, str]) -> Clone:
        """Copy what the pipeline needs, without the results of earlier runs."""
        ignored = shutil.ignore_patterns("target", "logs", ".user.yml")
        shutil.copytree(ROOT / "transform", folder / "transform", ignore=ignored)
        shutil.copytree(ROOT / "scripts", folder / "scripts")
        shutil.copy(ROOT / "meltano.yml", folder)
        (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)
        return cls(folder, environment)

    def start(self, *command: str, **environment: str) -> subprocess.Popen[str]:
        """Start a command of the locked environment."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
        programs = Path(sys.executable).parent
        return subprocess.Popen(
            [str(programs / command[0]), *command[1:]],
            cwd=self.folder,
            env=kept
            | {"PATH": f"{programs}:{kept['PATH']}", "HOME": str(self.folder), "DO_NOT_TRACK": "1"}
            | dict(self.environment)
            | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *command: str, **environment: str) -> str:
        """Run a command; returns its output.

        Raises:
            RunError: the command failed; the message has its output.
        """
        with self.start(*command, **environment) as process:
            said, _ = process.communicate()
        if process.returncode:
            raise RunError(f"{' '.join(command)}\n{said}")
        return said

    def meltano(self, name: str, *arguments: str, **environment: str) -> str:
        """Run `meltano` in an environment of the project; returns its output."""
        return self.run("meltano", "--environment", name, *arguments, **environment)
