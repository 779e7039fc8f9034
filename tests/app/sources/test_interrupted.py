"""An import that is ended leaves no copy of a file behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from stripe_apex.temporary import private_folder

ROWS = 60_000


@pytest.fixture
def importing(tmp_path):
    """A running import of many leads; its temporary folders are in the folder `tmp`."""
    (tmp_path / "tmp").mkdir()
    lines = (f"lead{number}@example.com,2026-10-01 09:00" for number in range(ROWS))
    (tmp_path / "leads.csv").write_text("\n".join(["Email,Create Date", *lines, ""]))
    with subprocess.Popen(
        [Path(sys.executable).with_name("stripe-apex"), "import", "--yes", "leads.csv"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TMPDIR": str(tmp_path / "tmp")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while not list((tmp_path / "tmp").glob("*/*")) and process.poll() is None:
            time.sleep(0.01)
        yield process
        process.kill()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_without_a_trace(importing, tmp_path, number):
    importing.send_signal(number)
    assert importing.wait(timeout=60) != 0  # 1 if it came while DuckDB ran a query
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.slow
def test_what_a_killed_one_left_is_deleted_by_the_next(importing, tmp_path, monkeypatch):
    importing.kill()
    importing.wait(timeout=60)
    assert list((tmp_path / "tmp").iterdir())
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    with private_folder() as folder:
        assert [str(path) for path in (tmp_path / "tmp").iterdir()] == [folder]
    assert list((tmp_path / "tmp").iterdir()) == []
