"""The demo through the real tap, target and command, once plain and once hashed: the same marts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from stripe_simulator.keys import DEFAULT_KEY
from stripe_simulator.seeds import tables
from stripe_simulator.server import serve
from stripe_simulator.story.history import Story
from tests.commands import run
from tests.tap.catalogs import select
from tests.transform.test_hashed_addresses import COMPARED
from tests.transform.worlds import World, fill

SECRET = "0123456789abcdef" * 4
STREAMS = (
    *("charges", "customers", "refunds", "disputes", "checkout_sessions"),
    "failed_charges",
)
STORY = Story(charges=600)


def loaded(folder: Path, project, *, secret: str | None) -> Path:
    """A warehouse with the story in it, by our programs, and with its models built."""
    path = folder / "warehouse.duckdb"
    with duckdb.connect(str(path)) as warehouse:
        fill(warehouse, World())
        warehouse.execute("drop schema raw_stripe cascade")
        for name, text in tables(STORY).items():
            (folder / f"{name}.csv").write_text(text)
            warehouse.execute(
                f"insert into apex.{name} by name select * from read_csv("
                f"'{folder / name}.csv', all_varchar = true, nullstr = '')"
            )
    with serve(STORY.account()) as server:
        config = {
            "api_key": DEFAULT_KEY,
            "api_base": server.url,
            "date_range": {"start": "2020-01-01"},
            "expand_balance_transactions": True,
            **({"hash_emails": secret} if secret else {}),
        }
        (folder / "tap.json").write_text(json.dumps(config))
        (folder / "catalog.json").write_text(json.dumps(select(server.url, *STREAMS)))
        read = run(
            *("tap-stripe-apex", "--config", folder / "tap.json"),
            *("--catalog", folder / "catalog.json"),
        )
    assert read.returncode == 0, read.stderr
    (folder / "target.json").write_text(json.dumps({"path": str(path)}))
    done = run("target-apex", "--config", folder / "target.json", said=read.stdout)
    assert done.returncode == 0, done.stderr
    if secret:
        assert "@example" not in read.stdout + read.stderr + done.stdout + done.stderr
        hashed = run("stripe-apex", "hash-emails", "--warehouse", path)
        assert hashed.returncode == 0, hashed.stderr
        assert "apex.leads" in hashed.stdout
        assert "raw_stripe" not in hashed.stdout, "the tap left nothing to be hashed"
    build(path, project)
    return path


def build(path: Path, project) -> None:
    """All models, as dbt compiled them."""
    with duckdb.connect(str(path)) as warehouse:
        warehouse.execute("set timezone = 'UTC'")
        warehouse.execute(f"attach '{project.folder / 'warehouse.duckdb'}' as template (read_only)")
        for schema in ("reference", "staging", "intermediate", "marts"):
            warehouse.execute(f"drop schema if exists {schema} cascade; create schema {schema}")
        for (seed,) in warehouse.execute(
            "select table_name from information_schema.tables "
            "where table_catalog = 'template' and table_schema = 'reference'"
        ).fetchall():
            warehouse.execute(
                f"create table reference.{seed} as select * from template.reference.{seed}"
            )
        for step in project.models:
            kind = "view" if step.kind == "view" else "table"
            warehouse.execute(f"create {kind} {step.relation} as {step.sql}")


def rows(path: Path, sql: str):
    with duckdb.connect(str(path), read_only=True) as warehouse:
        return warehouse.execute(sql).fetchall()


def texts(path: Path) -> list[tuple[str, str]]:
    return rows(
        path,
        "select schema_name || '.' || table_name, column_name from duckdb_columns() where "
        "data_type in ('VARCHAR', 'JSON') and not internal and schema_name <> 'reference'",
    )


@pytest.fixture(scope="module")
def plain(tmp_path_factory, default_project):
    return loaded(tmp_path_factory.mktemp("plain"), default_project, secret=None)


@pytest.fixture(scope="module")
def hashed(tmp_path_factory, default_project):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAP_STRIPE_APEX_HASH_EMAILS", SECRET)
        return loaded(tmp_path_factory.mktemp("hashed"), default_project, secret=SECRET)


def test_every_mart_is_the_same_but_for_who_it_is(plain, hashed):
    for mart, columns in COMPARED.items():
        ours, theirs = (
            sorted(map(str, rows(path, f"select {columns} from marts.{mart}")))
            for path in (plain, hashed)
        )
        assert ours == theirs, mart
    ((matched,),) = rows(
        hashed, "select count(*) from marts.fct_revenue where match_status = 'direct'"
    )
    assert matched > 100


def test_no_text_of_any_table_has_an_address(plain, hashed):
    """And neither has the file in any of its blocks."""
    with_one = [
        (table, column)
        for table, column in texts(hashed)
        if rows(hashed, f"select 1 from {table} where cast({column} as varchar) like '%@%' limit 1")
    ]
    assert with_one == []
    assert b"@example" in plain.read_bytes()
    assert b"@example" not in hashed.read_bytes()


def test_a_forgotten_payer_leaves_revenue_as_it_was(plain, default_project, tmp_path):
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(plain.read_bytes())
    ((email, charges),) = rows(
        path,
        "select email, count(*) from marts.fct_revenue where match_status = 'direct' "
        "group by 1 order by 2 desc, 1 limit 1",
    )
    before = rows(
        path,
        "select currency, sum(net_minor), count(*), count(distinct person_id) "
        "from marts.fct_revenue group by 1 order by 1",
    )
    done = run("stripe-apex", "forget", "--yes", "--warehouse", path, email)
    assert done.returncode == 0, done.stderr
    assert email.encode() not in path.read_bytes()
    build(path, default_project)
    assert email.encode() not in path.read_bytes()
    assert before == rows(
        path,
        "select currency, sum(net_minor), count(*), "
        "count(distinct person_id) from marts.fct_revenue "
        "group by 1 order by 1",
    )
    left = rows(path, "select count(*) from marts.fct_revenue where email like 'forgotten_%'")
    assert left == [(charges,)]


def test_old_visits_are_gone_and_the_marts_say_from_when_on_there_are_any(
    plain, default_project, tmp_path
):
    path = tmp_path / "warehouse.duckdb"
    path.write_bytes(plain.read_bytes())
    ((newest,),) = rows(path, "select max(occurred_at) from apex.touchpoints")
    age = (datetime.now(UTC) - newest).days + 60
    done = run(
        "stripe-apex", "forget", "--yes", "--warehouse", path, "--touchpoints-older-than", f"{age}d"
    )
    assert done.returncode == 0, done.stderr
    build(path, default_project)
    ((first,),) = rows(path, "select first_date from marts.mart_inputs where input = 'touchpoints'")
    assert first >= (newest - timedelta(days=61)).date()
    assert rows(path, "select sum(net_minor) from marts.fct_revenue") == rows(
        plain, "select sum(net_minor) from marts.fct_revenue"
    )
