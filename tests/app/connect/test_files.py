"""Files on the page by plain HTTP, as a browser without script sends them."""

from __future__ import annotations

import html
import re
import subprocess
import sys
import time
from decimal import Decimal

import duckdb
import pytest

from stripe_apex.sources.kinds import KINDS
from stripe_simulator.keys import DEFAULT_KEY
from tests.app.connect.client import Client, connected
from tests.app.sources import exports
from tests.app.sources.conftest import Imports

THREE = (exports.GOOGLE_CSV, exports.META_CSV, exports.HUBSPOT)
DAYS = (
    "days.csv",
    b"Day,Campaign,Currency,Cost,Platform\n03/11/2026,a,USD,1,Meta\n04/11/2026,a,USD,2,Meta\n",
)


@pytest.fixture
def client(serve_page):
    return Client(serve_page().link).enter()


def sent(*files):
    return [(each.name, each.content) for each in files]


def text_of(page):
    """What stands on a page, without its tags."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page)))


def cards(client):
    """The cards beside the payments, by title; once the warehouse was looked at."""
    while not (
        found := re.findall(
            r'<section class="source".*?</section>', client.ask("GET", "/").text, re.DOTALL
        )
    ):
        time.sleep(0.05)
    return {re.search(r"<h3[^>]*>(.*?)</h3>", card)[1]: text_of(card) for card in found}


def wait_for(client, words):
    while words not in (page := text_of(client.ask("GET", "/").text)):
        time.sleep(0.05)
    return page


def test_files_are_shown_as_the_command_shows_them_and_loaded_as_it_loads_them(
    client, warehouse, tmp_path
):
    assert client.upload(*sent(*THREE)).headers["Location"] == "/files"
    page = text_of(client.files_page())
    command = Imports(tmp_path, tmp_path / "other.duckdb")
    files = [command.file(name, content) for name, content in sent(*THREE)]
    for line in command.run("--dry-run", *files).output.splitlines():
        if line.startswith("  "):
            words = line[17:].replace("`", "").replace("--set timezone=Europe/Berlin", "")
            assert words.strip(" ;").split("; ")[0] in page, line
    assert warehouse.everything() == {}, "nothing is written before it is confirmed"
    client.post("/files/import")
    done = text_of(client.files_page())
    assert "Import 1: 4 rows of Campaign report.csv." in done
    command.load(*files)
    for table in ("ad_spend", "leads"):
        ours, theirs = warehouse.rows(table), command.rows(table)
        for row in (*ours, *theirs):
            row.pop("imported_at")
        assert ours == theirs != []


def test_each_card_says_what_is_there_and_what_is_missing_without_it(client, nowhere):
    before = cards(client)
    assert list(before) == ["Ad spend", "Leads", "Visits", "Experiments"]
    assert "None yet Without ad spend there is no ROAS" in before["Ad spend"]
    client.upload(*sent(*THREE))
    client.files_page()
    client.post("/files/import")
    client.files_page()
    while "8 rows" not in (after := cards(client))["Ad spend"]:
        time.sleep(0.05)
    assert "1 November 2026 to 3 November 2026" in after["Ad spend"]
    assert f"Last import: {exports.META_CSV.name}, " in after["Ad spend"]
    assert "Without" not in after["Ad spend"] + after["Leads"]
    assert "Without visits" in after["Visits"]
    assert "Amounts in EUR and USD: without rates" in after["Exchange rates"]


def test_tables_of_one_s_own_count_too(serve_page, warehouse):
    (warehouse.folder / "output").mkdir()
    with duckdb.connect(warehouse.address) as connection:
        connection.execute("create schema apex")
        connection.execute(
            "create table apex.leads as select 'a@example.com' as email, '2026' as created_at"
        )
        connection.execute(
            "create table apex.touchpoints as select date '2026-11-01' as occurred_at from range(3)"
        )
    found = cards(Client(serve_page().link).enter())
    assert "1 row" in found["Leads"]
    assert "3 rows 1 November 2026" in found["Visits"].replace("rows1", "rows 1")
    assert "Without leads" not in found["Leads"]


def test_what_is_not_clear_is_asked_and_the_answer_decides(client, warehouse):
    client.upload(DAYS)
    page = client.files_page()
    assert "`" not in text_of(page)
    assert "03/11/2026 in row 2 may be read in more than one way" in text_of(page)
    assert "Import</button>" not in page
    assert set(re.findall(r'name="answer" value="([^"]+)"', page)) == {"day-first", "month-first"}
    client.post("/files/answer", file="0", name="dates", answer="month-first")
    assert "its days lie months apart" in text_of(client.files_page()), "one question leads on"
    client.post("/files/answer", file="0", name="dates", answer="day-first")
    assert "2026-11-03 to 2026-11-04, 2 days" in text_of(client.files_page())
    client.post("/files/import")
    client.files_page()
    assert warehouse.sums() == {"usd": Decimal(3)}


def test_an_answer_that_makes_no_sense_changes_nothing(client):
    client.upload(*sent(exports.META_CSV))
    for name, answer in [
        ("timezone", "Nowhere/Else"),
        ("dates", "backwards"),
        ("nonsense", "1"),
        ("column spend", "No such header"),
        ("kind", "ledger"),
        ("", "x"),
    ]:
        client.post("/files/answer", file="0", name=name, answer=answer)
        page = text_of(client.files_page())
        assert "--" not in page, name
        assert "151.53 USD" in page, name
    client.post("/files/answer", file="7", name="dates", answer="day-first")
    client.post("/files/answer", file="x", name="dates", answer="day-first")


REFUSED = {
    b"Day,Campaign,Currency,Cost,Platform\n2026-11-01,a,EUR,x1,Meta\n": (
        "row 2: x1 in the column Cost is no number. Mend it in the file"
    ),
    b"Day,Campaign,Currency,Cost,Platform\n2026-11-31,a,EUR,1,Meta\n": "2026-11-31",
    b"": "is empty. Export it again",
    b"PK\x03\x04 no workbook": "is no spreadsheet that can be read",
    b"\x1f\x8b packed": "is packed. Unpack it",
    b"\x00\x01\x02\x03,\xff\n": "Export it",
}


def test_a_refusal_names_the_line_the_value_and_the_remedy(client, warehouse):
    client.upload(*[(f"{n}.csv", each) for n, each in enumerate(REFUSED)], *sent(exports.META_CSV))
    page = text_of(client.files_page())
    for number, words in enumerate(REFUSED.values()):
        assert words in page.split(f" {number}.csv ", 1)[1].split("Leave this file out")[0]
    client.post("/files/import")
    assert warehouse.everything() == {}, "all or nothing"
    for number in range(len(REFUSED)):
        client.post("/files/leave-out", file=str(number))
    page = client.files_page()
    assert "0.csv" not in page
    client.post("/files/import")
    client.files_page()
    assert warehouse.sums() == {"usd": Decimal("151.53")}


def test_a_kind_is_named_in_the_words_of_the_page(client):
    client.upload(("what.csv", b"foo,Email,When,visitor id\n1,a@example.com,2026-11-01,v1\n"))
    assert "What is this file?" in text_of(client.files_page())
    client.post("/files/answer", file="0", name="kind", answer="Visits")
    assert "No column is understood as occurred_at of visits" in text_of(client.files_page())
    client.post("/files/answer", file="0", name="column occurred_at", answer="When")
    assert "Visits, text with commas" in text_of(client.files_page())


def test_spend_that_may_count_twice_is_asked_about_in_the_words_of_the_page(client, warehouse):
    first = b"Day,Campaign,Account ID,Currency,Cost,Platform\n2026-11-01,a,111,USD,1,Meta\n"
    second = b"Day,Campaign,Account ID,Currency,Cost,Platform\n2026-11-01,a,222,USD,2,Meta\n"
    client.upload(("first.csv", first), ("second.csv", second))
    client.files_page()
    client.post("/files/import")
    page = text_of(client.files_page())
    assert "second.csv: campaigns of 2026-11-01 are there already, with the account 111" in page
    assert "“Account: 111” below" in page
    assert "--set" not in page
    assert warehouse.everything() == {}
    client.post("/files/answer", file="1", name="overlap", answer="keep")
    client.files_page()
    client.post("/files/import")
    client.files_page()
    assert warehouse.sums() == {"usd": Decimal(3)}


def test_the_last_import_is_undone_once_and_what_it_replaced_is_there_again(client, warehouse):
    for cost in (b"1", b"2"):
        client.upload(
            ("spend.csv", b"Day,Campaign,Currency,Cost,Platform\n2026-11-01,a,USD,%s,Meta\n" % cost)
        )
        client.files_page()
        client.post("/files/import")
        client.files_page()
    wait_for(client, "Undo import 2")
    client.post("/undo", **{"import": "2"})
    said = wait_for(client, "Undone: import 2")
    assert "1 row that it replaced is there again" in said
    wait_for(client, "Undo import 1")
    client.post("/undo", **{"import": "2"})  # a second press of the button that was there
    assert warehouse.sums() == {"usd": Decimal(1)}


@pytest.mark.slow
def test_while_a_run_writes_the_warehouse_the_page_says_so_and_tries_again(
    client, warehouse, nowhere
):
    cards(client)
    (nowhere / "output").mkdir(exist_ok=True)
    hold = (
        "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); "
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, warehouse.address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout.readline() == "held\n"
        client.upload(*sent(exports.META_CSV))
        page = text_of(client.files_page())
        assert "A run is writing the warehouse" in page
        assert "Try again when it has ended." in page
        other.stdin.close()
    client.post("/files/again")
    assert "151.53 USD" in client.files_page()


def test_an_import_is_followed_by_an_update_of_the_report(stripe, project, serve_page, warehouse):
    root = project()
    (root / "go").touch()
    client = Client(serve_page(project=root, api_key=DEFAULT_KEY).link).enter()
    assert connected(client)
    client.upload(*sent(exports.META_CSV))
    assert "Import and update the report" in client.files_page()
    client.post("/files/import", then="sync")
    wait_for(client, "Synced. 19,407 records were read.")
    assert warehouse.sums() == {"usd": Decimal("151.53")}
    client.upload(*sent(exports.GOOGLE_CSV))
    client.files_page()
    client.post("/files/import")
    assert "Update the report" in text_of(client.files_page())
    client.post("/sync")
    while "Update the report" in client.ask("GET", "/").text:
        time.sleep(0.05)


def test_a_template_is_a_file_that_the_page_takes(client):
    files = []
    for kind in KINDS:
        answer = client.ask("GET", f"/templates/{kind}.csv")
        assert answer.headers["Content-Type"].startswith("text/csv")
        files.append((f"{kind}.csv", answer.text.encode()))
    client.upload(*files)
    assert "Import</button>" in client.files_page()
    assert client.ask("GET", "/templates/imports.csv").status == 404
