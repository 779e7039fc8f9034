"""The project as it is after cloning, with the Python environment of the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
OURS = ["meltano.yml", "sample_ads.meltano.yml", "sample_config.json", "scripts", "transform"]

NOBODY = "http://127.0.0.1:9"
UNFRIENDLY = {"LC_ALL": "C", "HTTP_PROXY": NOBODY, "http_proxy": NOBODY, "ALL_PROXY": NOBODY}
"""A locale that cannot encode the folder's name, and a proxy that does not answer."""

SAID = "said.txt"


def lay_out(folder: Path) -> Path:
    """Copy the project without the results of earlier runs."""
    folder.mkdir()
    for name in OURS:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("target", "logs", ".user.yml")
            shutil.copytree(source, folder / name, ignore=ignored)
        else:
            shutil.copy(source, folder / name)
    (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)
    return folder


def unfriendly(folder: Path) -> dict[str, str]:
    """The environment of a run: without our own settings, and with unfavourable ones."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TAP_", "TARGET_", "APEX", "MELTANO_"))
    }
    return kept | UNFRIENDLY | {"HOME": str(folder), "DO_NOT_TRACK": "1"}


def run(folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run what `make run` runs once the Python environment is made."""
    return subprocess.run(
        [folder / "scripts/run"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def run_demo(folder: Path) -> None:
    """Lay out the project and run the demo in it, with its output in a file."""
    lay_out(folder)
    done = run(folder, unfriendly(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / SAID).write_text(done.stdout)


def copied(project: Path, folder: Path) -> Path:
    """Copy a project with the results of its runs into another folder."""
    return shutil.copytree(project, folder, symlinks=True)
