"""Where the marts are not as they should be, one line says what to do."""

import subprocess
import sys

import pytest

from stripe_apex.errors import WarehouseError
from stripe_apex.warehouse import open_warehouse, redacted
from tests.app.report.conftest import run_report
from tests.app.report.marts import contracts
from tests.app.report.scenarios import small

HOLD = """
import duckdb, sys, time
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def held():
    """Another process that writes a file for a while."""
    holders = []

    def hold(path, seconds):
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(path), str(seconds)], stdout=subprocess.PIPE
        )
        holders.append(holder)
        assert holder.stdout.readline() == b"held\n"

    yield hold
    for holder in holders:
        holder.kill()
        holder.communicate()


def complaint(path):
    done = run_report("--warehouse", path, "--format", "text")
    assert done.exit_code == 1
    assert done.output.count("\n") == 1, done.output
    return done.output


def test_no_file(tmp_path):
    assert "There is no warehouse at" in complaint(tmp_path / "none.duckdb")
    assert not (tmp_path / "none.duckdb").exists()


def test_no_marts(tmp_path):
    path = small().write(tmp_path / "w.duckdb", without=tuple(contracts()))
    assert "has no marts yet. Build them with `make run`" in complaint(path)


def test_one_mart_is_missing(tmp_path):
    path = small().write(tmp_path / "w.duckdb", without=("mart_experiments",))
    assert "lacks mart_experiments. Build all marts" in complaint(path)


def test_no_duckdb_file(tmp_path):
    path = tmp_path / "w.duckdb"
    path.write_bytes(b"not a database" * 1000)
    assert "cannot be opened" in complaint(path)


def test_a_run_is_writing_it(tmp_path, held):
    path = small().write(tmp_path / "w.duckdb")
    held(path, 60)
    impatient = open_warehouse(str(path), lock_wait_seconds=0.5)
    with pytest.raises(WarehouseError, match="A run is writing the warehouse"), impatient:
        pass


@pytest.mark.slow
def test_a_run_that_ends_soon_is_waited_for(tmp_path, held):
    path = small().write(tmp_path / "w.duckdb")
    held(path, 1)
    assert run_report("--warehouse", path, "--format", "text").exit_code == 0


def test_the_file_is_free_again_after_the_look(tmp_path, held):
    path = small().write(tmp_path / "w.duckdb")
    with open_warehouse(str(path)) as marts:
        assert marts.rows("select $1 as one", 1) == [{"one": 1}]
    held(path, 0)


def test_a_password_is_in_no_message():
    place = redacted("postgresql://ann:s3cret@db.example:5432/apex?password=s3cret")
    assert place == "postgresql://ann@db.example:5432/apex"
    done = run_report("--warehouse", "postgresql://ann:s3cret@127.0.0.1:1/apex", "--format", "text")
    assert done.exit_code == 1
    assert "s3cret" not in done.output
    assert done.output.count("\n") == 1
