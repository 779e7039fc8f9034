"""What `make run` runs, on a copy of the project, against the simulated account's own ledger."""

import os
import pty
import re
import select
import stat
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import duckdb
import psutil
import pytest

from stripe_apex.programs import SECRETS
from stripe_apex.report.text import amount
from stripe_simulator.account import Account
from stripe_simulator.keys import DEFAULT_KEY
from stripe_simulator.server import serve
from stripe_simulator.story.history import Story
from tests.app.report.golden import (
    assert_economics_agree,
    assert_key_figures_agree,
    assert_totals_agree,
)
from tests.conftest import NOW
from tests.stripe_app import Installed
from tests.whole import projects

pytestmark = pytest.mark.dbt

ROOT = Path(__file__).parents[2]


@pytest.fixture
def unfriendly(project):
    return projects.unfriendly(project)


@pytest.fixture
def run(project, unfriendly):
    def run(**environment):
        return projects.run(project, unfriendly | environment)

    return run


def test_make_runs_all_in_an_encoding_that_can_spell_every_folder():
    show = ["make", "--silent", "--eval", "show:; @echo $$LC_ALL", "show"]
    said = subprocess.run(
        show, cwd=ROOT, env=os.environ | {"LC_ALL": "C"}, capture_output=True, text=True, check=True
    )
    assert said.stdout == "C.UTF-8\n"


def query(warehouse, sql):
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def status(project, environment, *options):
    return subprocess.run(
        [project / ".venv/bin/stripe-apex", "status", *options],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_demo_agrees_with_the_ledger_to_the_cent(demo, tmp_path):
    ledger = Story().account().ledger()
    said = (demo / projects.SAID).read_text()
    project = projects.copied(demo, tmp_path / "Größe")
    unfriendly = projects.unfriendly(project)
    assert "reading the simulated account" in said

    warehouse = project / "output/warehouse.duckdb"
    raw = query(
        warehouse,
        "select id, currency, amount_captured, amount_refunded, customer_email, status"
        " from raw_stripe.charges",
    )
    assert {row[0]: row[1:] for row in raw} == {
        id_: (e.currency, e.amount_captured, e.amount_refunded, e.email, "succeeded")
        for id_, e in ledger.charges.items()
    }
    totals = query(
        warehouse,
        "select currency, count(*), sum(gross_minor), sum(net_minor)"
        " from marts.fct_revenue group by currency",
    )
    assert {row[0]: tuple(map(int, row[1:])) for row in totals} == {
        currency: (total.charges, total.gross, total.net)
        for currency, total in ledger.totals.items()
    }
    credited = query(
        warehouse,
        "select a.attribution_model, r.currency, sum(a.credit_minor) from marts.fct_attribution a"
        " join marts.fct_revenue r using (charge_id) group by all",
    )
    assert credited
    assert all(int(net) == ledger.totals[currency].net for _, currency, net in credited)

    assert_shown(said, "README.md", r"\$ make run\n(.+?)\nReport: ")
    assert_shown(said, "docs/report.md", r"```text\n(Simulated .+?)\nReport: ")
    table = said.split("Revenue ", 1)[1]
    for currency, total in ledger.totals.items():
        assert f" {currency.upper()} " in table
        assert f" {amount(total.gross, currency)}" in table
        assert f" {amount(total.net, currency)}" in table
    assert "paid_search" in table
    assert "unattributed" in table
    page = project / "output/report.html"
    assert f"Report: {(demo / 'output/report.html').resolve().as_uri()}" in table
    assert "checks passed" in page.read_text()
    assert_totals_agree(warehouse)
    for period, mart_period in (
        ("last_90_days", "last_90_days"),
        ("2026-07", "month"),
        ("last-30-days", "last_30_days"),
        ("last-month", "month"),
    ):
        assert_economics_agree(warehouse, period, mart_period)
    assert_key_figures_agree(warehouse, "last-30-days")
    first_page = page.read_bytes()
    before = said.partition("Simulated account: ")[0]
    assert before.startswith("No Stripe key is configured: reading the simulated account.")
    assert "takes about a minute" in before
    assert before.splitlines()[1:] == [
        f"{stage} ..."
        for stage in (
            *("Starting", "Reading charges", "Reading checkout sessions", "Loading"),
            *("Building the models", "Finishing"),
        )
    ]

    seen = status(project, unfriendly, "--max-age", "1d")
    assert seen.returncode == 0, seen.stdout + seen.stderr
    assert "last run        went well" in seen.stdout
    assert "read            100% of the date range from 2025-05-01 on" in seen.stdout
    assert seen.stdout.endswith("No problem was found.\n")

    again = projects.run(project, unfriendly)
    assert again.returncode == 0
    assert "The last run took" in again.stdout
    there, here = (folder.resolve().as_uri() for folder in (demo, project))
    assert again.stdout.split("Revenue ", 1)[1] == table.replace(there, here)
    assert page.read_bytes() == first_page
    assert_customers_can_be_predicted(project, warehouse)


def assert_shown(said, page, example):
    """The page shows what was said, in this order; `...` stands for lines that it leaves out."""
    (shown,) = re.findall(example, (ROOT / page).read_text(), flags=re.DOTALL)
    rest = f"\n{said}"
    for part in re.split(r"^\.\.\.$", shown, flags=re.MULTILINE):
        block = "\n" + part.strip("\n") + "\n"
        assert block in rest, f"{page} shows what was not said there:{block}"
        rest = "\n" + rest.split(block, 1)[1]


def assert_customers_can_be_predicted(project, warehouse):
    """With the var on; here, since the demo is built here."""
    before = query(warehouse, "from marts.dim_customers order by person_id")
    done = subprocess.run(
        [
            *(project / ".venv/bin/dbt", "build", "--select", "int_ltv__customers+"),
            *("--vars", "predict_ltv: true", "--project-dir", "transform"),
            *("--profiles-dir", "transform/profiles"),
        ],
        cwd=project,
        env=os.environ
        | {"HOME": str(project), "APEX_WAREHOUSE": str(warehouse), "PYTHONWARNINGS": "once"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert not done.stderr, "Meltano, too, would show this in its log"
    assert query(warehouse, "from marts.dim_customers order by person_id") == before
    rows = query(
        warehouse,
        "select count(*), count(predicted_ltv), bool_and(probability_alive between 0 and 1),"
        " bool_and(predicted_revenue >= 0) from marts.mart_predicted_ltv",
    )
    paid = query(warehouse, "select count(*) from marts.dim_customers where ltv_minor > 0")
    assert rows == [(*paid[0], *paid[0], True, True)]
    verdict = query(warehouse, "select verdict, currency from marts.mart_predicted_ltv_fit")
    assert verdict == [("doubtful", "usd")]


@dataclass
class Seen:
    """What another process saw of a run, many times a second.

    Attributes:
        programs: those that were started in the folder of the project.
        know_a_secret: those of them whose environment leads into the account.
        others_can_read: files that they made and that are not for their owner alone.
    """

    programs: set[str] = field(default_factory=set)
    know_a_secret: set[str] = field(default_factory=set)
    others_can_read: set[str] = field(default_factory=set)

    def look(self, project: Path) -> None:
        for process in psutil.process_iter(["cmdline", "cwd", "environ"]):
            told = process.info
            if told["cwd"] is None or not Path(told["cwd"]).is_relative_to(project):
                continue
            words = told["cmdline"] or []
            name = max({Path(word).name for word in words[:2]} & PROGRAMS, default="")
            name = "refresh" if name == "stripe-apex" and "refresh" in words else name
            self.programs.add(name)
            environment = told["environ"] or {}
            if any(environment.get(each) for each in SECRETS) or any(
                DEFAULT_KEY in value for value in environment.values()
            ):
                self.know_a_secret.add(name)
        for folder in (".meltano", "output", "transform/target", "transform/logs"):
            for path in (project / folder).rglob("*"):
                with suppress(FileNotFoundError):
                    if path.lstat().st_mode & 0o077 and not path.is_symlink():
                        self.others_can_read.add(str(path))


PROGRAMS = {"run", "stripe-apex", "meltano", "tap-stripe-apex", "target-apex", "dbt"}


@contextmanager
def watched(project):
    seen, stop = Seen(), threading.Event()

    def look():
        while not stop.wait(0.05):
            seen.look(project)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join()
        seen.look(project)


@pytest.mark.parametrize("way", ["key", "tokens"])
def test_a_connected_account_is_read_into_a_warehouse_of_its_own(project, run, way):
    account = Account(now=NOW)
    for number in range(5):
        account.create_charge(1000 + number, billing_email=f"b{number}@example.com")
        account.advance(timedelta(hours=1))
    with serve(account) as server:
        if way == "key":
            connection = {"TAP_STRIPE_APEX_API_KEY": "rk_test_simulated"}
        else:
            oauth = Installed.on(server, project)
            oauth.grow_old(3600)
            connection = oauth.environ
        lines = connection | {"TAP_STRIPE_APEX_API_BASE": server.url}
        (project / ".env").write_text("".join(f"{k}={v}\n" for k, v in lines.items()))
        left = project / ".meltano/run/tap-stripe-apex/tap.killed.config.json"
        left.parent.mkdir(parents=True)
        left.write_text('{"api_key": "rk_test_left"}')
        (project / ".meltano/run").chmod(0o700)
        left.parent.chmod(0o700)
        left.chmod(0o600)
        os.utime(left, (past := time.time() - 3600, past))
        with watched(project) as seen:
            result = run()
        assert server.requests.count("/v1/oauth/token", status=200) == (way == "tokens")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Reading your Stripe account" in result.stdout
    assert "rk_test_simulated" not in result.stdout + result.stderr
    assert not left.exists()
    assert {"tap-stripe-apex", "target-apex", "dbt"} <= seen.programs
    assert seen.know_a_secret <= {"run", "stripe-apex", "meltano", "tap-stripe-apex"}
    assert seen.others_can_read == set()
    assert stat.S_IMODE((project / ".meltano").stat().st_mode) == 0o700
    assert not (project / "output/warehouse.duckdb").exists()
    (total,) = query(
        project / "output/account.duckdb", "select sum(net_minor) from marts.fct_revenue"
    )
    assert int(total[0]) == account.ledger().totals["usd"].net
    assert "which channel brings this money?" in result.stdout


def test_without_rates_every_currency_is_shown_and_the_run_says_what_is_missing(project, run):
    account = Account(now=NOW)
    for currency in ("usd", "jpy"):
        account.create_charge(1500, currency, billing_email="b@example.com")
    with serve(account) as server:
        result = run(
            TAP_STRIPE_APEX_API_KEY="rk_test_simulated", TAP_STRIPE_APEX_API_BASE=server.url
        )
    assert result.returncode == 1
    assert " 15.00" in result.stdout
    assert " 1,500" in result.stdout
    assert (project / "output/account-report.html").exists()
    assert not (project / "output/report.html").exists(), "that is the demo's"
    assert "assert_no_rate_is_missing" in result.stderr
    assert "Import a CSV of the rates of these days" in result.stderr


def test_a_refused_key_stops_the_run_and_writes_nothing(project, run, unfriendly):
    with serve(Account(now=NOW)) as server:
        result = run(TAP_STRIPE_APEX_API_KEY="rk_test_wrong", TAP_STRIPE_APEX_API_BASE=server.url)
    assert result.returncode != 0
    assert "Invalid API key" in result.stdout + result.stderr
    assert "rk_test_wrong" not in result.stdout + result.stderr
    seen = status(project, unfriendly | {"TAP_STRIPE_APEX_API_KEY": "rk_test_wrong"})
    assert seen.returncode == 1
    assert "account         your own, by a key in the environment" in seen.stdout
    assert "last good run   none" in seen.stdout
    assert "failed." in seen.stdout
    warehouse = project / "output/account.duckdb"
    assert not warehouse.exists() or not query(
        warehouse, "select * from duckdb_tables() where schema_name = 'raw_stripe'"
    )


@pytest.mark.parametrize("seconds", [0.1, 1.5, 6], ids=["start", "tap", "target"])
def test_ctrl_c_is_one_line_and_leaves_no_process(terminal_run, seconds):
    shown, code, left = terminal_run(ctrl_c_after=seconds)
    assert code == 130, shown
    last = shown.replace("^C", "").rstrip().rpartition("\n")[2]
    assert last.endswith("Stopped. Nothing is lost: the next run goes on from here.")
    assert "Traceback" not in shown
    assert left == []


@pytest.fixture
def terminal_run(project, unfriendly):
    """Runs scripts/run in a terminal, and presses Ctrl-C there."""

    def run(ctrl_c_after):
        controller, terminal = pty.openpty()
        process = subprocess.Popen(
            ["setsid", "--ctty", project / "scripts/run"],
            cwd=project,
            env=unfriendly,
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
        )
        os.close(terminal)
        shown, pressed, began = b"", False, time.monotonic()
        while True:
            if select.select([controller], [], [], 0.1)[0]:
                try:
                    shown += os.read(controller, 4096)
                except OSError:  # nobody has the terminal any more
                    break
            if not pressed and time.monotonic() - began > ctrl_c_after:
                pressed = os.write(controller, b"\x03") == 1
        code = process.wait(30)
        os.close(controller)
        left = [
            each.info["cmdline"]
            for each in psutil.process_iter(["cmdline", "cwd"])
            if each.info["cwd"] and Path(each.info["cwd"]).is_relative_to(project)
        ]
        return shown.decode(), code, left

    return run
