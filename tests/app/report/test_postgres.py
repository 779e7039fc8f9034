"""The same marts in Postgres make the same report, to the byte."""

import psycopg
import pytest
from click.testing import CliRunner

from stripe_apex.cli import main
from tests.app.report.conftest import run_report
from tests.app.report.scenarios import SCENARIOS


@pytest.fixture(scope="module")
def server(postgres):
    """The address of a Postgres server."""
    return f"postgresql://{postgres['PGUSER']}@{postgres['PGHOST']}:{postgres['PGPORT']}"


@pytest.fixture(scope="module")
def database_of(server):
    """The address of a scenario's marts in Postgres."""

    def make(name):
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f'create database "{name}"')
        with psycopg.connect(f"{server}/{name}") as connection:
            cursor = psycopg.RawCursor(connection)
            for sql, rows in SCENARIOS[name]().statements():
                if rows:
                    cursor.executemany(sql, rows)
                else:
                    cursor.execute(sql)
        return f"{server}/{name}"

    return make


@pytest.mark.parametrize("scenario", ["small", "empty", "ten_currencies", "wrong_sums"])
def test_postgres_says_the_same_as_duckdb(database_of, warehouse_of, scenario):
    found = [
        run_report("--warehouse", address, "--format", "json")
        for address in (database_of(scenario), warehouse_of(scenario))
    ]
    assert [done.exit_code for done in found] == [0, 0], found[0].output
    assert found[0].output == found[1].output


def test_the_environment_completes_the_address(database_of, postgres, monkeypatch, tmp_path):
    """`postgresql://` is whatever PGHOST, PGUSER and so on name, as for every client."""
    database_of("only_euros")
    monkeypatch.chdir(tmp_path)
    for name, value in (postgres | {"PGDATABASE": "only_euros"}).items():
        monkeypatch.setenv(name, value)
    shown = run_report("--warehouse", "postgresql://", "--format", "text")
    assert "EUR" in shown.output, shown.output
    arguments = ["status", "--warehouse", "postgresql://", "--max-age", "2h"]
    looked = CliRunner().invoke(main, arguments)
    assert "warehouse       postgresql://\n" in looked.output, looked.output


def test_a_database_without_marts_is_told(server):
    done = run_report("--warehouse", f"{server}/postgres", "--format", "text")
    assert done.exit_code == 1
    assert "has no marts yet" in done.output
