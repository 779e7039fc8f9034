"""The same marts in Postgres make the same report, to the byte."""

import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest

from tests import servers
from tests.app.report.conftest import run_report
from tests.app.report.scenarios import SCENARIOS


@pytest.fixture(scope="module")
def postgres():
    """The address of a cluster of its own."""
    try:
        servers.postgres_binaries()
    except servers.ServerError as missing:
        pytest.skip(str(missing))
    # Where the user `postgres` may go, too; pytest's own folders are root's alone.
    folder = Path(tempfile.mkdtemp(prefix="report-"))
    folder.chmod(0o755)
    try:
        with servers.postgres(folder) as found:
            yield f"postgresql://{found['PGUSER']}@{found['PGHOST']}:{found['PGPORT']}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def database_of(postgres):
    """The address of a scenario's marts in Postgres."""

    def make(name):
        with psycopg.connect(f"{postgres}/postgres", autocommit=True) as connection:
            connection.execute(f'create database "{name}"')
        with psycopg.connect(f"{postgres}/{name}") as connection:
            cursor = psycopg.RawCursor(connection)
            for sql, rows in SCENARIOS[name]().statements():
                if rows:
                    cursor.executemany(sql, rows)
                else:
                    cursor.execute(sql)
        return f"{postgres}/{name}"

    return make


@pytest.mark.parametrize("scenario", ["small", "empty", "ten_currencies", "wrong_sums"])
def test_postgres_says_the_same_as_duckdb(database_of, warehouse_of, scenario):
    found = [
        run_report("--warehouse", address, "--format", "json")
        for address in (database_of(scenario), warehouse_of(scenario))
    ]
    assert [done.exit_code for done in found] == [0, 0], found[0].output
    assert found[0].output == found[1].output


def test_a_database_without_marts_is_told(postgres):
    done = run_report("--warehouse", f"{postgres}/postgres", "--format", "text")
    assert done.exit_code == 1
    assert "has no marts yet" in done.output
