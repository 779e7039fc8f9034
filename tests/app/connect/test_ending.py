"""The program behind the page ends when nobody needs it, leaves nothing behind, tells no secret."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from http.client import HTTPException
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest
import requests
from playwright.sync_api import expect

from stripe_apex import meltano
from stripe_apex.connect.news import News
from stripe_apex.connect.presence import Patience
from stripe_apex.connect.server import bind, page_port
from stripe_apex.connect.shelf import Shelf
from stripe_apex.errors import OptionError
from stripe_simulator.keys import DEFAULT_KEY
from tests.app.connect.client import CSRF, Client, connected

ROOT = Path(__file__).parents[3]
COMMAND = Path(sys.executable).with_name("stripe-apex")
SOON = Patience(gone=0.3)


@pytest.fixture
def command(stripe, nowhere, tmp_path):
    """`stripe-apex connect` as a user runs it; gives the process, and a client with its link."""
    with ExitStack() as stack:

        def start(*arguments, shown=False, **environ):
            hidden = [] if shown else ["--no-browser"]
            stderr = stack.enter_context((tmp_path / "stderr").open("w"))
            process = subprocess.Popen(
                [COMMAND, "--log-level", "debug", "connect", *arguments, *hidden],
                cwd=nowhere,
                env=os.environ | {"TAP_STRIPE_APEX_API_BASE": stripe.url} | environ,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            for line in process.stdout:
                if match := re.search(r"http://\S+", line):
                    return process, Client(match[0])
            raise AssertionError((tmp_path / "stderr").read_text())

        yield start


def finish(process):
    said, _ = process.communicate(timeout=60)
    return said


def app_of(stripe):
    app = stripe.oauth.app
    return {"STRIPE_APP_CLIENT_ID": app.client_id, "STRIPE_APP_SECRET_KEY": app.secret_key}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def alive(pid):
    """Whether a process still works: one that is dead and not yet buried does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_closing_the_page_ends_the_program(serve_page, visit):
    page = serve_page(patience=SOON)
    tab = visit().open(page.link)
    expect(tab.locator(".badge")).to_have_text("Not connected")
    tab.close()
    assert page.join() == "The page was closed."


def test_a_reload_and_a_second_tab_keep_it_going(serve_page, visit):
    page, visitor = serve_page(patience=Patience(gone=3)), visit()
    first = visitor.open(page.link)
    expect(first.locator(".badge")).to_have_text("Not connected")
    for _ in range(3):
        first.reload()
    second = visitor.open(page.origin)
    expect(second.locator(".badge")).to_have_text("Not connected")
    first.close()
    second.wait_for_timeout(4000)
    second.get_by_role("link", name="Connect").click()
    expect(second.get_by_label("Restricted key")).to_be_visible()
    visitor.context.close()
    assert page.join() == "The page was closed."


def test_it_waits_for_who_is_at_stripe(stripe, serve_page, visit):
    page, visitor = serve_page(oauth=True, patience=SOON), visit()
    tab = visitor.open(page.link)
    stripe.oauth.app = type(stripe.oauth.app)(redirect_uris=frozenset({"http://127.0.0.1:9/"}))
    tab.get_by_role("button", name="Connect").click()
    tab.wait_for_url(f"{stripe.url}/**")
    visitor.errors.clear()  # Stripe does not like the address, and says so itself
    tab.wait_for_timeout(1500)
    tab.go_back()
    expect(tab.locator(".badge")).to_have_text("Not connected")


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/static/page.css", "/launch?token=guess", "/", "/events"])
def test_strangers_do_not_keep_it_running(serve_page, path):
    page = serve_page(patience=Patience(idle=1))
    stranger, began = Client(page.link), time.monotonic()
    while page._thread.is_alive() and time.monotonic() - began < 15:
        with suppress(OSError, HTTPException):
            assert stranger.ask("GET", path).status in {200, 403}
    assert page.join() == "Nobody used the page for ten minutes."


@pytest.mark.slow
def test_after_ten_idle_minutes_it_ends_even_if_the_page_is_open(serve_page):
    page = serve_page(patience=Patience(idle=4))
    client = Client(page.link).enter()
    with requests.get(
        f"{page.origin}/events", headers={"Cookie": client.cookie}, stream=True, timeout=30
    ) as follower:
        assert b'"phase": "ended"' in follower.content
    assert page.join() == "Nobody used the page for ten minutes."


def test_a_sync_is_finished_though_the_page_was_closed(project, serve_page, visit):
    root = project("touch finished\n")
    page = serve_page(project=root, patience=SOON, api_key=DEFAULT_KEY)
    tab = visit().open(page.link)
    tab.get_by_role("button", name="Sync now").click()
    expect(tab.locator("#stage")).to_have_text("Reading charges: 63%")
    tab.close()
    assert not (root / "finished").exists()
    (root / "go").touch()
    assert page.join() == "The page was closed."
    assert (root / "finished").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "stubborn"),
    [(signal.SIGINT, False), (signal.SIGHUP, False), (signal.SIGTERM, True)],
)
def test_a_signal_ends_the_sync_with_everything_that_it_started(project, command, number, stubborn):
    root = project("exit 3\n")
    script = root / "scripts" / "run"
    started = "sleep 600 & echo $! > child\necho $$ > parent\n"
    first = "#!/bin/sh\n" + ("trap '' TERM\n" if stubborn else "")
    script.write_text(script.read_text().replace("#!/bin/sh\n", first + started))
    process, client = command(TAP_STRIPE_APEX_API_KEY=DEFAULT_KEY, MELTANO_PROJECT_ROOT=str(root))
    assert connected(client.enter())
    client.post("/sync")
    while "Reading charges: 63%" not in client.ask("GET", "/").text:
        pass
    pids = [int((root / name).read_text()) for name in ("child", "parent")]
    assert all(map(alive, pids))
    process.send_signal(number)
    assert "Stopped." in finish(process)
    assert process.returncode == 0
    assert not any(map(alive, pids))


def test_slow_clients_do_not_hold_up_the_end(serve_page):
    page = serve_page()
    client = Client(page.link).enter()
    address = urlsplit(page.origin)
    slow = []
    for said in (b"", b"GET / HT", b"POST /key HTTP/1.1\r\nHost: %s\r\nContent-Length: 9\r\n\r\nc"):
        slow.append(socket.create_connection((address.hostname, address.port)))
        slow[-1].sendall(said.replace(b"%s", address.netloc.encode()))
    with requests.get(
        f"{page.origin}/events", headers={"Cookie": client.cookie}, stream=True, timeout=30
    ) as follower:
        page.stop()  # fails if it takes long
        assert b'"phase": "ended"' in follower.content
    for each in slow:
        each.close()


def test_the_browser_is_opened_without_the_link_on_its_command_line(command, tmp_path):
    browser, opened = tmp_path / "browser", tmp_path / "opened"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}.part; mv {opened}.part {opened}\n')
    browser.chmod(0o755)
    _, client = command(shown=True, BROWSER=str(browser), HOME=str(tmp_path))
    while not opened.exists():
        pass
    address = opened.read_text().strip()
    assert re.fullmatch(rf"file://{tmp_path}/stripe-apex-\w+/connect.html", address)
    file = Path(address.removeprefix("file://"))
    assert client.link in file.read_text()
    client.enter()
    assert not file.parent.exists()


@pytest.mark.slow
def test_a_second_program_on_the_same_port_says_so(stripe, command):
    with bind(0) as first:
        uri = f"http://127.0.0.1:{first.getsockname()[1]}/oauth/callback"
        with pytest.raises(AssertionError, match="If another stripe-apex connect is running"):
            command("--redirect-uri", uri, **app_of(stripe))


@pytest.mark.parametrize(
    "uri",
    [
        "https://127.0.0.1:8123/oauth/callback",
        "http://evil.example:8123/oauth/callback",
        "http://127.0.0.1/oauth/callback",
        "http://127.0.0.1:8123/oauth/callback?next=http://evil.example",
        "http://127.0.0.1:8123@evil.example/oauth/callback",
        "http://127.0.0.1:99999/oauth/callback",
        "http://127.0.0.1:8123/",
        "8123",
    ],
)
def test_stripe_sends_the_browser_to_this_page_or_to_nobody(uri):
    with pytest.raises(OptionError, match="--redirect-uri must be"):
        page_port(uri, oauth=True)


@pytest.mark.slow
def test_no_key_is_told_to_the_terminal_or_to_other_users(stripe, command, tmp_path):
    process, client = command()
    client.enter()
    for key in ("rk_test_51Wrong", "sk_live_51Secret", DEFAULT_KEY):
        client.post("/key", key=key)
        connected(client)
    assert connected(client)
    told = " ".join(psutil.Process(process.pid).cmdline())
    process.terminate()
    told += finish(process) + (tmp_path / "stderr").read_text()
    told += "".join(answer.text + str(answer.headers) for answer in client.answers)
    assert not re.search(r"51Wrong|51Secret|" + DEFAULT_KEY, told)
    assert "Traceback" not in told


@pytest.mark.slow
def test_no_code_or_token_is_told_to_the_terminal_or_to_other_users(stripe, command, tmp_path):
    uri = f"http://127.0.0.1:{free_port()}/oauth/callback"
    process, client = command("--redirect-uri", uri, **app_of(stripe))
    page = client.enter().post("/authorize").text
    leaving = re.search(r'href="(http[^"]+)"', page)[1].replace("&amp;", "&")
    asked = parse_qs(urlsplit(leaving).query)
    assert asked["redirect_uri"] == [uri]
    back = urlsplit(requests.get(leaving, allow_redirects=False, timeout=20).headers["Location"])
    code = parse_qs(back.query)["code"][0]
    assert client.ask("GET", f"{back.path}?{back.query}").headers["Location"] == "/"
    assert connected(client)
    told = " ".join(psutil.Process(process.pid).cmdline())
    process.terminate()
    told += finish(process) + (tmp_path / "stderr").read_text()
    told = told.replace(client.link, "")
    shown = "".join(answer.text for answer in client.answers if answer.text != page)
    shown = CSRF.sub("", shown)
    for secret in (code, asked["state"][0], "rt_", stripe.oauth.app.secret_key, client.cookie):
        assert secret not in told + shown


@pytest.mark.parametrize("missing", ["aiohttp", "jinja2"])
def test_without_the_extra_one_line_says_what_to_install(nowhere, missing):
    program = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        "from stripe_apex.cli import main; main(['connect'])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=nowhere, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert f"The page needs {missing}: install tap-stripe-apex[connect]" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.dbt
def test_in_a_meltano_project_the_page_connects_and_runs_the_job(account, command, tmp_path):
    for number in range(3):
        account.create_charge(1000 + number)
    ours = (ROOT / "meltano.yml").read_text()
    (tmp_path / "meltano.yml").write_text(ours.replace(" dbt:refresh report:build", ""))
    (tmp_path / "output").mkdir()
    _, client = command(MELTANO_PROJECT_ROOT=str(tmp_path), HOME=str(tmp_path))
    assert not connected(client.enter())
    client.post("/key", key=DEFAULT_KEY)
    assert connected(client)
    assert f"TAP_STRIPE_APEX_API_KEY='{DEFAULT_KEY}'" in (tmp_path / ".env").read_text()
    client.post("/sync")
    while 'data-phase="syncing"' in (text := client.ask("GET", "/").text):
        time.sleep(0.2)
    assert "Synced. 3 records were read." in text
    assert len(meltano.runs_of_tap(tmp_path)) == 1


def test_a_look_into_the_warehouse_is_finished_before_the_program_ends(tmp_path):
    finished = []

    def slow():
        time.sleep(0.3)
        finished.append(True)

    async def run():
        shelf = Shelf(str(tmp_path / "none.duckdb"), News(), tmp_path / "none.html")
        asked = asyncio.create_task(shelf.ask(slow))
        await asyncio.sleep(0.05)
        asked.cancel()
        await shelf.stop()

    # The browser of other tests has an event loop in this thread.
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(lambda: asyncio.run(run())).result()
    assert finished == [True]
