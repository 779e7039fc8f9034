"""`stripe-apex status`: what a monitor is told, and when it should wake somebody."""

import json
import re
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import duckdb
import pytest
from click.testing import CliRunner

from stripe_apex.cli import main
from stripe_apex.meltano import TapRun
from stripe_apex.sources.kinds import KINDS
from stripe_apex.status import _problems

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
GOOD = TapRun("dev:tap-stripe-apex-to-target-apex", NOW - timedelta(hours=3), succeeded=True)
BAD = TapRun("dev:tap-stripe-apex-to-target-apex", NOW - timedelta(hours=1), succeeded=False)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder without a Meltano project, whose warehouse holds two charges and a day of spend."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("TAP_STRIPE_APEX_API_KEY", "APEX_WAREHOUSE", "MELTANO_PROJECT_ROOT"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "output").mkdir()
    with duckdb.connect("output/warehouse.duckdb") as warehouse:
        warehouse.execute(
            "create schema raw_stripe; create schema apex;"
            "create table raw_stripe.charges as select timestamptz '2026-10-01 10:00+00' as created"
            " union all select timestamptz '2026-11-25 23:59+00';"
            "create table apex.ad_spend as select date '2026-11-24' as spend_date"
        )
    return tmp_path


def look(*arguments):
    return CliRunner().invoke(main, ["status", *arguments])


def fail_a_check(folder, warehouse="warehouse"):
    """As the models keep it, in their warehouse."""
    with duckdb.connect(str(folder / f"output/{warehouse}.duckdb")) as opened:
        opened.execute(
            "create schema if not exists marts; create table marts.build_failures as "
            "select 'test.stripe_apex.assert_it' as unique_id, 'test' as kind, 'assert_it' as name,"
            " 'fct_revenue' as about, 1::bigint as row_count,"
            " 'Tell ann@example.com.' as description"
        )


def test_the_rows_and_days_of_each_source_are_shown(folder):
    done = look()
    assert done.exit_code == 0, done.output
    assert "account         none: the simulated account is read" in done.output
    assert "charges         2 rows, 2026-10-01 to 2026-11-25" in done.output
    assert "ad spend        1 row, 2026-11-24 to 2026-11-24" in done.output
    assert done.output.endswith("No problem was found.\n")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_that_can_be_imported_has_a_name(folder, kind):
    with duckdb.connect("output/warehouse.duckdb") as warehouse:
        warehouse.execute("drop table apex.ad_spend")
        columns = ", ".join(f"null::varchar as {each.name}" for each in KINDS[kind].columns)
        warehouse.execute(f"create table apex.{kind} as select {columns}")
    done = look()
    assert done.exit_code == 0, done.output
    assert len(re.findall(r"^[a-z ]+ 1 row", done.output, re.MULTILINE)) == 1


def test_without_a_warehouse_there_is_nothing_to_show_and_no_error(folder):
    (folder / "output/warehouse.duckdb").unlink()
    assert look().exit_code == 0
    assert look("--max-age", "2h").exit_code == 1, "no run has gone well"


def test_a_failing_check_is_a_problem(folder):
    fail_a_check(folder)
    done = look("--format", "json")
    assert done.exit_code == 1
    said = json.loads(done.output)
    assert said["holdings"]["charges"] == {"rows": 2, "first": "2026-10-01", "last": "2026-11-25"}
    assert said["problems"] == [
        "Of the last build, test assert_it (about fct_revenue) found 1 row. Tell ann@example.com."
    ]


def test_what_fails_in_another_warehouse_is_no_problem_of_this_one(folder):
    fail_a_check(folder, "account")
    assert look().exit_code == 0
    assert look("--warehouse", "output/account.duckdb").exit_code == 1


def test_the_warehouse_is_that_of_the_project_from_any_folder(folder, monkeypatch):
    fail_a_check(folder)
    monkeypatch.chdir("/")
    monkeypatch.setenv("MELTANO_PROJECT_ROOT", str(folder))
    done = look()
    assert done.exit_code == 1
    assert f"warehouse       {folder}/output/warehouse.duckdb" in done.output
    assert "charges         2 rows" in done.output
    assert "assert_it" in done.output


@pytest.mark.parametrize(
    ("last", "good", "max_age", "words"),
    [
        (GOOD, GOOD, None, []),
        (GOOD, GOOD, timedelta(hours=4), []),
        (GOOD, GOOD, timedelta(hours=2), ["longer ago"]),
        (BAD, GOOD, timedelta(hours=4), ["failed"]),
        (BAD, None, timedelta(hours=4), ["failed", "No run has gone well"]),
        (None, None, None, []),
    ],
)
def test_what_is_a_problem(last, good, max_age, words):
    found = list(_problems(last, good, (), max_age, NOW))
    assert len(found) == len(words)
    assert all(word in problem for word, problem in zip(words, found, strict=True))


def test_a_duration_without_a_unit_is_refused(folder):
    done = look("--max-age", "2")
    assert done.exit_code == 2
    assert "'2' is no duration. Say 90m, 2h or 1d." in done.output


def test_a_run_that_writes_is_no_problem(folder):
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1, flush=True); input()"
    command = [sys.executable, "-c", hold, "output/warehouse.duckdb"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout.readline()
        done = look()
        writer.communicate(b"\n")
    assert done.exit_code == 0, done.output
    assert "A run is writing the warehouse" in done.output


@contextmanager
def webhook(answer=200):
    """A webhook on this machine: its address, and what it was told."""
    told = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(answer)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/hook", told
        server.shutdown()
        thread.join()


def test_a_webhook_is_told_of_problems_and_of_nothing_else(folder, monkeypatch):
    with webhook() as (url, told):
        monkeypatch.setenv("APEX_NOTIFY_URL", url)
        assert look("--notify").exit_code == 0
        assert told == []
        fail_a_check(folder)
        assert look().exit_code == 1
        assert told == []
        assert look("--notify").exit_code == 1
    (message,) = told
    assert message.keys() == {"text"}
    assert message["text"].startswith(
        "tap-stripe-apex, output/warehouse.duckdb: something is wrong."
    )
    assert "assert_it" in message["text"]
    assert "ann@example.com" not in message["text"]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "needs the address of a webhook in APEX_NOTIFY_URL"),
        ("http://hooks.example.com/secret", "must be an https address"),
        ("http://127.0.0.1:9/secret", "cannot be reached (ConnectionError): nobody was told"),
    ],
)
def test_a_webhook_that_cannot_be_told_is_one_line(folder, monkeypatch, url, says):
    fail_a_check(folder)
    monkeypatch.setenv("APEX_NOTIFY_URL", url)
    done = look("--notify")
    assert done.exit_code == 1
    last = done.output.splitlines()[-1]
    assert says in last
    assert "secret" not in last


def test_a_webhook_that_refuses_is_one_line(folder, monkeypatch):
    fail_a_check(folder)
    with webhook(answer=404) as (url, _):
        monkeypatch.setenv("APEX_NOTIFY_URL", url)
        assert "answered 404: nobody was told" in look("--notify").output
