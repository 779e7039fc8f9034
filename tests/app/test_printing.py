"""Nothing that Stripe, a file or a table says commands the terminal of whoever reads it."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unicodedata import category

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_apex.failures import failures
from stripe_apex.progress import OutputReader
from stripe_apex.saying import say
from tap_stripe_apex.errors import printable, redact
from tests import commands
from tests.app.report.conftest import run_report
from tests.app.report.scenarios import SCENARIOS
from tests.app.sources.conftest import Imports

ROOT = Path(__file__).parents[2]

COMMANDS = "\x1b]0;title\x07\x1b[2J\x9b31m\u202etxt\x7f\x00\x08"
"""They set the title, clear the screen, choose a colour, and turn the text round."""


def assert_harmless(text):
    dangerous = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert {sign for sign in text if category(sign) in dangerous} <= {"\n"}


@given(st.text())
def test_whatever_a_line_says_it_is_printable(text):
    assert_harmless(printable(text.replace("\n", "")))
    assert_harmless(redact(text))


@given(st.text())
def test_whatever_is_said_only_line_feeds_are_left(text):
    import click
    from click.testing import CliRunner

    done = CliRunner().invoke(click.command()(lambda: say(text)))
    assert done.exit_code == 0
    assert_harmless(done.output)


@given(st.text(), st.booleans())
def test_whatever_a_pipeline_writes_what_people_see_of_it_is_harmless(text, is_json):
    reader = OutputReader()
    line = json.dumps({"event": text, "string_id": "dbt"}) if is_json else text.replace("\n", " ")
    assert_harmless(reader.read(line))
    assert_harmless(reader.progress.reason)


@given(st.text(), st.text())
def test_whatever_dbt_says_of_a_failure_is_one_harmless_line(message, name):
    node = {
        "name": name,
        "resource_type": "test",
        "depends_on": {"nodes": []},
        "description": message,
    }
    result = {"status": "error", "unique_id": "test.x", "message": message}
    (line,) = failures({"nodes": {"test.x": node}}, [result])
    assert_harmless(line)
    assert "\n" not in line


def test_every_command_prints_by_one_way():
    """Whoever prints otherwise would have to think of all this once more."""
    allowed = {"stripe_apex/saying.py", "stripe_apex/connect/opening.py", "stripe_apex/failures.py"}
    others = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "stripe_apex").rglob("*.py")
        if any(way in path.read_text() for way in ("click.echo(", " print(", "stdout.write("))
    }
    assert others - allowed == {"stripe_apex/commands/imports.py"}, "a template of our own"


@contextmanager
def hostile(status):
    """A server in the place of Stripe whose every word commands the terminal."""
    error = {"type": COMMANDS, "code": COMMANDS, "message": f"No. {COMMANDS}", "param": COMMANDS}
    body = json.dumps(
        {"error": error, "object": "list", "data": [], "has_more": False}, ensure_ascii=False
    ).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status, "Nein \x1b[2J")
            self.send_header("Request-Id", "req_1\x1b[2J\x9b31m")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the names that http.server wants

        def log_message(self, *_):
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.server_port}"
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


@pytest.mark.parametrize("status", [400, 401, 403, 404, 302])
@pytest.mark.parametrize("command", ["tap", "check", "connect"])
def test_stripe_or_a_proxy_in_its_place_cannot_command_the_terminal(status, command, tmp_path):
    with hostile(status) as address:
        config = tmp_path / "config.json"
        config.write_text(json.dumps({"api_key": "rk_test_simulated", "api_base": address}))
        words = {
            "tap": ("tap-stripe-apex",),
            "check": ("stripe-apex", "--log-level", "debug", "check"),
            "connect": ("stripe-apex", "connect", "--api-key-stdin"),
        }[command]
        done = commands.run(*words, "--config", config, said="rk_test_simulated")
    assert done.returncode == 1
    assert_harmless(done.stdout + done.stderr)


@pytest.mark.parametrize(
    "content",
    [
        f"Day,Campaign,Currency,Cost,Platform\n2026-11-01,{COMMANDS},USD,1,Meta\n",
        f"Day,Campaign{COMMANDS},Currency,Cost,Platform\n2026-11-01,x,USD,1,Meta\n",
        f"Day,Campaign,Currency,Cost,Platform\n{COMMANDS},x,USD,1,Meta\n",
        f"Day,Campaign,Currency,Cost,Platform\n2026-11-01,x,{COMMANDS},1,Meta\n",
        f"{COMMANDS},Campaign,Currency,Cost{COMMANDS}\n2026-11-01,x,USD,1\n",
        COMMANDS,
    ],
    ids=["value", "heading", "day", "currency", "unclear headings", "everything"],
)
def test_a_file_cannot_command_the_terminal(content, tmp_path):
    imports = Imports(tmp_path, tmp_path / "warehouse.duckdb")
    file = imports.file("spend\x1b[2J.csv", content.replace("\x00", ""))
    for options in (("--dry-run",), ("--yes",), ("--list",), ("--undo", "last")):
        named = (file,) if options[0] in {"--dry-run", "--yes"} else ()
        assert_harmless(imports.run(*options, *named).output)


def test_a_table_cannot_command_the_terminal(tmp_path):
    path = SCENARIOS["small"]().write(tmp_path / "warehouse.duckdb")
    with duckdb.connect(str(path)) as connection:
        found = connection.execute(
            "select table_schema || '.' || table_name, column_name from information_schema.columns"
            " where column_name in ('channel', 'campaign', 'name', 'platform')"
        ).fetchall()
        assert found
        for table, column in found:
            connection.execute(
                f"update {table} set {column} = {column} || ? where {column} is not null",
                [COMMANDS],
            )
    for form in ("html", "text", "json"):
        options = ("--format", form, *(("--output", tmp_path / "x") if form == "html" else ()))
        done = run_report("--warehouse", path, *options)
        assert done.exit_code == 0, done.output
        assert_harmless(done.output)
