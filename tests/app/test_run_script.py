"""`scripts/run`, which `make run` calls: Ctrl-C is one line, whoever started it."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

STOPPED = "Stopped. Nothing is lost: the next run goes on from here.\n"
SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "run"


@pytest.fixture
def checkout(tmp_path):
    """A folder with the script, a Makefile that calls it, and a program that never ends."""
    program = tmp_path / ".venv/bin/stripe-apex"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho started\nexec sleep 60\n")
    program.chmod(0o755)
    (tmp_path / "scripts").mkdir()
    shutil.copy(SCRIPT, tmp_path / "scripts" / "run")
    (tmp_path / "Makefile").write_text("SHELL := /bin/bash\nrun:\n\t@scripts/run\n")
    return tmp_path


@pytest.mark.parametrize(
    ("command", "code"),
    [("scripts/run", 130), ("make run", -signal.SIGINT)],
    ids=["script", "make"],
)
def test_ctrl_c_is_one_line_and_no_success(checkout, command, code):
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))
    }
    with subprocess.Popen(
        command.split(),
        cwd=checkout,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout.readline() == "started\n"
        os.killpg(process.pid, signal.SIGINT)
        said = process.stdout.read()
    assert (said, process.returncode) == (STOPPED, code)
