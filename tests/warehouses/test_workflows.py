"""The workflows of GitHub Actions are sound, and call what exists."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.warehouses.project import ROOT

WORKFLOWS = ROOT / ".github" / "workflows"
PROGRAMS = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [["actionlint"], ["zizmor", "--offline", "--no-progress", str(WORKFLOWS)]],
    ids=lambda command: command[0],
)
def test_the_linters_of_workflows_find_nothing(command, tmp_path):
    done = subprocess.run(
        [PROGRAMS / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("workflow", sorted(WORKFLOWS.glob("*.yml")), ids=lambda path: path.stem)
def test_a_linter_would_find_what_is_wrong(workflow, tmp_path):
    """A reference that nobody defined: the linter does read the file."""
    broken = tmp_path / workflow.name
    broken.write_text(workflow.read_text().replace("contents: read", "contents: reed"))
    done = subprocess.run([PROGRAMS / "actionlint", broken], capture_output=True, check=False)
    assert b"reed" in done.stdout
