"""`stripe-apex refresh` compares all that the marts depend on, in DuckDB and in Postgres.

A script stands for dbt: it succeeds, and changes nothing. tests/whole/test_refresh.py builds.
"""

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import duckdb
import psycopg
import pytest
from click.testing import CliRunner

from stripe_apex.cli import main
from stripe_apex.programs import SECRETS
from stripe_apex.refresh import DbtProject

pytestmark = pytest.mark.dbt

pytestmark = pytest.mark.dbt

STANDS = "Nothing that the models read has changed: the marts are up to date.\n"
TABLES = (
    "create schema raw_stripe",
    "create schema marts",
    "create table raw_stripe.charges (id text, created timestamp with time zone)",
    "insert into raw_stripe.charges values ('ch_1', '2026-01-01T00:00:00Z')",
    "create table marts.mart_revenue_total (net_minor bigint)",
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A dbt project that was built once, as far as its manifest and files tell."""
    source = {"source_name": "raw", "schema": "raw_stripe", "identifier": "charges"}
    manifest = tmp_path / "transform" / "target" / "manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text(json.dumps({"sources": {"source.charges": source}, "nodes": {}}))
    (tmp_path / "transform" / "model.sql").write_text("select 1")
    dbt = tmp_path / "bin" / "dbt"
    dbt.parent.mkdir()
    dbt.write_text("#!/bin/sh\n")
    dbt.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DO_NOT_TRACK", "1")  # dbt would wait for whom it tells of its use
    for name in ("DBT_TARGET", "APEX_WAREHOUSE", "APEX_DEMO_SEEDS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "transform"


@pytest.fixture
def duckdb_file(project, monkeypatch):
    """Change the DuckDB file that the environment names."""
    path = project.parent / "w.duckdb"
    monkeypatch.setenv("APEX_WAREHOUSE", str(path))

    def change(*statements):
        with duckdb.connect(str(path)) as connection:
            for statement in statements:
                connection.execute(statement)

    change(*TABLES)
    return change


@pytest.fixture
def postgres_database(project, postgres, monkeypatch):
    """Change the Postgres database that the environment names."""
    for name, value in postgres.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PGDATABASE", "postgres")
    monkeypatch.setenv("DBT_TARGET", "postgres")

    def change(*statements):
        with closing(psycopg.connect(autocommit=True)) as connection:
            for statement in statements:
                connection.execute(statement)

    change(*TABLES)
    return change


@pytest.fixture(
    params=["duckdb_file", pytest.param("postgres_database", marks=pytest.mark.postgres)]
)
def change(request):
    """Change the warehouse, whichever it is."""
    return request.getfixturevalue(request.param)


def refreshed():
    """Whether dbt ran."""
    with pytest.MonkeyPatch.context() as patch:
        # Programs are looked for beside the Python that runs.
        patch.setattr(sys, "executable", str(Path("bin/python").absolute()))
        done = CliRunner().invoke(main, ["refresh", "build"])
    assert done.exit_code == 0, done.output
    return done.output != STANDS


def test_the_marts_stand_until_a_row_changes(change):
    assert refreshed()
    assert not refreshed()
    change("update raw_stripe.charges set created = '2026-01-01T00:00:01Z'")
    assert refreshed()


ROWS = {"raw_stripe.charges": "1 17"}
ARGUMENTS = ("build", "--quiet")


def test_the_fingerprint_is_of_all_that_the_marts_depend_on(project):
    settings = {"APEX_CURRENCY": "usd", "HOME": "/root"}
    built = DbtProject(project, settings).fingerprint(ROWS, ARGUMENTS)
    others = [
        DbtProject(project, settings).fingerprint({"raw_stripe.charges": "1 18"}, ARGUMENTS),
        DbtProject(project, settings).fingerprint(ROWS, ("build",)),
        DbtProject(project, settings | {"DBT_X": "1"}).fingerprint(ROWS, ARGUMENTS),
        DbtProject(project, {"APEX_CURRENCY": "eur"}).fingerprint(ROWS, ARGUMENTS),
    ]
    (project / "model.sql").write_text("select 2")
    others.append(DbtProject(project, settings).fingerprint(ROWS, ARGUMENTS))
    assert len({built, *others}) == 6
    (project / "model.sql").write_text("select 1")
    (project / "target" / "run_results.json").write_text("{}")
    assert DbtProject(project, {"APEX_CURRENCY": "usd"}).fingerprint(ROWS, ARGUMENTS) == built


def test_without_a_look_at_every_table_there_is_no_fingerprint(project):
    assert DbtProject(project, {}).fingerprint({}, ARGUMENTS) is None
    (project / "target" / "manifest.json").unlink()
    assert DbtProject(project, {}).fingerprint(ROWS, ARGUMENTS) is None


def test_tables_of_other_loaders_are_found_by_dbt_alone_so_it_builds(project):
    manifest = project / "target" / "manifest.json"
    read = {"type": "fivetran_google_ads", "schema": "google_ads"}
    known = json.loads(manifest.read_text())
    assert DbtProject(project, {}).fingerprint(ROWS, ARGUMENTS) is not None
    for reads in ([], [read]):
        known["nodes"] = {"model.loaded": {"config": {"meta": {"reads": reads}}}, "seed.x": {}}
        manifest.write_text(json.dumps(known))
        fingerprint = DbtProject(project, {}).fingerprint(ROWS, ARGUMENTS)
        assert (fingerprint is None) == bool(reads)


def test_a_mart_that_something_else_made_is_built_again(duckdb_file):
    assert refreshed()
    duckdb_file("create or replace table marts.mart_revenue_total (net_minor bigint)")
    assert refreshed()


def test_a_build_without_the_mart_is_a_build(duckdb_file, caplog):
    duckdb_file("drop table marts.mart_revenue_total")
    assert refreshed()
    assert "the next run builds them again" in caplog.text


def test_a_warehouse_that_cannot_be_opened_is_left_to_dbt(duckdb_file, project):
    (project.parent / "w.duckdb").write_bytes(b"not a database" * 1000)
    assert refreshed()


def test_the_exit_code_is_that_of_dbt(duckdb_file):
    done = CliRunner().invoke(main, ["refresh", "--no-such-option"])
    assert done.exit_code == 2


def test_dbt_gets_no_secret_of_stripe(project, tmp_path):
    (tmp_path / "bin" / "dbt").write_text("#!/bin/sh\nenv\n")
    program = "import sys; sys.executable = '/nowhere/python'\nfrom stripe_apex.cli import main\n"
    (tmp_path / "meltano.yml").touch()
    (tmp_path / ".env").write_text("TAP_STRIPE_APEX_API_KEY=rk_test_file\nAPEX_CURRENCY=usd\n")
    done = subprocess.run(
        [sys.executable, "-c", f"{program}main(['refresh', 'build'])"],
        env={"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"} | dict.fromkeys(SECRETS, "a secret"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "APEX_CURRENCY=usd" in done.stdout.splitlines()
    assert not [name for name in SECRETS if name in done.stdout]
    assert "rk_test_file" not in done.stdout


def test_where_there_is_no_dbt_one_line_says_what_to_install(project, monkeypatch):
    program = "import sys; sys.executable = '/nowhere/python'\nfrom stripe_apex.cli import main\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{program}main(['refresh', 'build'])"],
        env={"PATH": "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: dbt is not installed.")
    assert done.stderr.count("\n") == 1
