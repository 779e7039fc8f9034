"""What other sites, other users of the machine and other programs try with the page, in vain."""

from __future__ import annotations

import re
import socket
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from stripe_apex.connect.opening import forwarding_file
from stripe_simulator.keys import DEFAULT_KEY
from tests.app.connect.client import Client, connected
from tests.app.connect.conftest import ENDS_BADLY

PAGES = ["/", "/key", "/events", "/report", "/nothing"]
POSTS = ["/key", "/check", "/sync", "/range", "/disconnect"]
PROTECTION = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.fixture
def page(serve_page):
    return serve_page()


@pytest.fixture
def client(page):
    return Client(page.link).enter()


@pytest.fixture
def oauth(serve_page):
    """A client that has pressed Connect, and the state that went to Stripe."""
    client = Client(serve_page(oauth=True).link).enter()
    leaving = client.post("/authorize")
    url = re.search(r'href="(http[^"]+authorize[^"]+)"', leaving.text)[1].replace("&amp;", "&")
    client.stripe = url
    client.state = parse_qs(urlsplit(url).query)["state"][0]
    return client


def brought_back(client) -> str:
    """What the browser asks for after the account's owner has agreed."""
    answer = requests.get(client.stripe, allow_redirects=False, timeout=20)
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


@pytest.mark.parametrize(
    "hosts",
    [
        ["evil.example"],
        ["evil.example:{port}"],
        ["localhost:{port}"],
        ["127.0.0.1"],
        ["127.0.0.1:1"],
        ["127.0.0.1:{port}", "127.0.0.1:{port}"],
        ["127.0.0.1:{port}.evil.example"],
        ["[::1]:{port}"],
        [""],
    ],
)
@pytest.mark.parametrize("path", ["/", "/launch", "/static/page.css"])
def test_a_name_that_was_rebound_to_this_machine_gets_nothing(client, hosts, path):
    port = urlsplit(client.origin).port
    answer = client.ask("GET", path, hosts=[host.format(port=port) for host in hosts])
    # Two Hosts do not get as far as to us: the parser of HTTP refuses them.
    assert answer.status == (400 if len(hosts) > 1 else 421)
    assert "csrf" not in answer.text


COOKIE = "session=a-secret-of-another-page"

REFUSED = {
    "a bad request line": f"GET\r\nCookie: {COOKIE}\r\n\r\n",
    "a bad method": f"G<T / HTTP/1.1\r\nHost: {{host}}\r\nCookie: {COOKIE}\r\n\r\n",
    "a bad version": f"GET / HTTP/9.9\r\nHost: {{host}}\r\nCookie: {COOKIE}\r\n\r\n",
    "a bad header": f"GET / HTTP/1.1\r\nHost: {{host}}\r\nCookie {COOKIE}\r\n\r\n",
    "a huge header": f"GET / HTTP/1.1\r\nHost: {{host}}\r\nCookie: {COOKIE}{'x' * 9000}\r\n\r\n",
    "a huge path": f"GET /{'x' * 9000}{COOKIE} HTTP/1.1\r\nHost: {{host}}\r\n\r\n",
    "two lengths": (
        f"POST / HTTP/1.1\r\nHost: {{host}}\r\nCookie: {COOKIE}\r\n"
        "Content-Length: 1\r\nContent-Length: 2\r\n\r\nx"
    ),
    "a bad chunk": (
        f"POST /key HTTP/1.1\r\nHost: {{host}}\r\nCookie: {COOKIE}\r\n"
        f"Transfer-Encoding: chunked\r\n\r\n{COOKIE}\r\n"
    ),
    "an unmet expectation": (
        f"GET / HTTP/1.1\r\nHost: {{host}}\r\nConnection: close\r\nExpect: {COOKIE}\r\n\r\n"
    ),
    "no HTTP": "\x16\x03\x01\x02\r\n\r\n",
}


@pytest.mark.parametrize("request_", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("before", ["", "GET /nothing HTTP/1.1\r\nHost: {host}\r\n\r\n"])
def test_what_the_parser_refuses_is_answered_safely_and_not_told(
    page, caplog, capfd, request_, before
):
    caplog.set_level("DEBUG")
    address = urlsplit(page.origin)
    with socket.create_connection((address.hostname, address.port), timeout=20) as sent:
        sent.sendall((before + request_).format(host=address.netloc).encode())
        answers = b"".join(iter(lambda: sent.recv(65536), b"")).decode()
    last = re.split(r"HTTP/1\.[01] (?=\d{3} )", answers)[-1]
    assert last.startswith("4"), answers
    for name, value in PROTECTION.items():
        assert f"\r\n{name}: {value}\r\n" in last
    assert "Content-Security-Policy: default-src 'none'" in last
    said = caplog.text + "".join(capfd.readouterr())
    assert "Traceback" not in said
    assert "a-secret" not in said


def test_only_this_machine_is_listened_to(page):
    address = urlsplit(page.origin)
    assert address.hostname == "127.0.0.1"
    with socket.socket(socket.AF_INET6) as other, pytest.raises(OSError, match="refused"):
        other.connect(("::1", address.port))
    with socket.socket() as other, pytest.raises(OSError, match="refused"):
        other.connect(("127.0.0.2", address.port))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("cookie", ["", "stripe-apex-{port}=guess", "other=1"])
def test_without_the_launch_link_there_is_no_way_in(page, path, cookie):
    stranger = Client(page.link, cookie.format(port=urlsplit(page.origin).port))
    answer = stranger.ask("GET", path)
    assert answer.status == 403
    assert "csrf" not in answer.text


def test_a_stolen_launch_link_is_of_no_use_and_its_theft_is_seen(page):
    Client(page.link).enter()
    thief = Client(page.link).ask("GET", page.link.removeprefix(page.origin))
    assert thief.status == 403
    assert "Set-Cookie" not in thief.headers
    assert "somebody else on this machine did" in thief.text


def test_the_browser_that_used_the_link_may_use_it_again(client):
    again = client.ask("GET", client.link.removeprefix(client.origin))
    assert (again.status, again.headers["Location"]) == (303, "/")


@pytest.mark.parametrize("token", ["", "guess", "%00", "%C3%A9", "%ff" * 1000])
def test_a_guessed_launch_link_lets_nobody_in(page, token):
    answer = Client(page.link).ask("GET", f"/launch?token={token}")
    assert answer.status == 403
    Client(page.link).enter()


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(page):
    launched = Client(page.link).ask("GET", page.link.removeprefix(page.origin))
    attributes = launched.headers["Set-Cookie"].split("; ")[1:]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} == set(attributes)
    assert str(urlsplit(page.origin).port) in launched.headers["Set-Cookie"]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "http://evil.example",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "https://{host}",
    ],
)
def test_another_origin_cannot_send_forms(stripe, client, path, origin):
    form = {"key": DEFAULT_KEY, "csrf": client.csrf}
    host = urlsplit(client.origin).netloc
    headers = {} if origin is None else {"Origin": origin.format(host=host)}
    assert client.ask("POST", path, form, **headers).status == 403
    assert not connected(client)
    assert len(stripe.requests) == 0


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("csrf", ["", "guess", "é"])
def test_a_form_without_the_page_s_token_is_refused(stripe, client, path, csrf):
    assert client.post(path, csrf=csrf, key=DEFAULT_KEY).status == 403
    assert not connected(client)
    assert len(stripe.requests) == 0


def test_a_token_as_a_file_or_in_json_is_refused(client):
    origin = client.origin
    body = f'{{"csrf": "{client.csrf}"}}'.encode()
    for kind in ("application/json", "text/plain", "multipart/form-data"):
        answer = requests.post(
            f"{origin}/check",
            data=body,
            headers={"Content-Type": kind, "Origin": origin, "Cookie": client.cookie},
            timeout=20,
        )
        assert answer.status_code == 403


@pytest.mark.parametrize("path", POSTS)
def test_a_link_or_an_image_changes_nothing(stripe, serve_page, path):
    client = Client(serve_page(api_key=DEFAULT_KEY).link).enter()
    assert connected(client)
    asked = len(stripe.requests)
    assert client.ask("GET", path).status in {303, 405}
    assert connected(client)
    assert len(stripe.requests) == asked


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"])
def test_other_methods_are_refused(client, method):
    assert client.ask(method, "/").status in {403, 405}


def test_a_state_is_good_for_one_answer(oauth, stripe):
    path = brought_back(oauth)
    first = oauth.ask("GET", path)
    assert (first.status, first.headers["Location"]) == (303, "/")  # an address without a secret
    assert connected(oauth)
    again = oauth.ask("GET", path)
    assert again.status == 400
    assert "belongs to no request" in again.text
    assert stripe.requests.count("/v1/oauth/token") == 1


@pytest.mark.parametrize("state", ["", "guess", "%C3%A9", "%00", None])
def test_an_answer_that_was_not_asked_for_is_not_taken(oauth, stripe, state):
    query = "code=ac_stolen" + ("" if state is None else f"&state={state}")
    answer = oauth.ask("GET", f"/oauth/callback?{query}")
    assert answer.status == 400
    assert len(stripe.requests) == 0
    assert not connected(oauth)


def test_another_browser_cannot_bring_the_answer(oauth, stripe):
    path = f"/oauth/callback?code=ac_stolen&state={oauth.state}"
    assert Client(oauth.link).ask("GET", path).status == 403
    assert len(stripe.requests) == 0
    assert oauth.ask("GET", brought_back(oauth)).status == 303  # the state is still good
    assert connected(oauth)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (
            "error=access_denied&error_description=Call+0900",
            "owner declined. Nothing was connected",
        ),
        ("error=%3Cscript%3Eboom()%3C/script%3E", "Stripe did not authorise the app."),
        ("error=server_error&code=ac_1", "Stripe did not authorise the app (server_error)."),
        ("error=" + "x" * 2000, "Stripe did not authorise the app."),
        ("", "Stripe did not authorise the app."),
    ],
    ids=["declined", "script", "both", "long", "nothing"],
)
def test_what_stands_in_the_address_is_not_what_the_page_says(oauth, query, words):
    assert oauth.ask("GET", f"/oauth/callback?state={oauth.state}&{query}").status == 303
    text = oauth.ask("GET", "/").text
    assert words in text
    for injected in ("0900", "boom", "xxxx"):
        assert injected not in text


def test_what_stripe_or_a_pipeline_says_is_shown_as_text(serve_page, project):
    root = project(ENDS_BADLY)
    (root / "go").touch()
    client = Client(serve_page(project=root, api_key=DEFAULT_KEY).link).enter()
    assert connected(client)
    client.post("/sync")
    while 'data-phase="syncing"' in (text := client.ask("GET", "/").text):
        pass
    assert "&lt;img src=x onerror=boom()&gt;" in text
    assert "<img src=x" not in text


def test_a_key_that_is_markup_is_refused_and_not_repeated(client):
    client.post("/key", key='"><script>boom()</script>')
    assert not connected(client)
    assert "boom" not in client.ask("GET", "/key").text


def test_every_answer_is_protected(client):
    client.post("/check")
    client.post("/check", csrf="guess")
    client.ask("GET", "/", hosts=["evil.example"])
    for path in [*PAGES, "/launch", "/static/page.js", "/static/page.css", "/static/../guard.py"]:
        client.ask("GET", path)
    Client(client.link).ask("GET", "/")
    for answer in client.answers:
        assert PROTECTION.items() <= dict(answer.headers).items()
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'self'" in policy
        assert not re.search(r"unsafe|\*|https?:|data:", policy)


def test_pages_carry_no_script_or_style_of_their_own(client, oauth):
    for text in (client.ask("GET", "/").text, client.ask("GET", "/key").text):
        assert not re.search(
            r"<style|<script(?! src=\"/static/)|\son\w+=|\sstyle=|javascript:", text
        )


@pytest.mark.parametrize(
    "path", ["/static/../guard.py", "/static/%2e%2e/guard.py", "/static//etc/passwd"]
)
def test_nothing_but_the_page_s_own_files_is_served(client, path):
    assert client.ask("GET", path).status in {403, 404}


def test_a_huge_form_is_refused(client):
    assert client.post("/key", key="x" * 100_000).status == 413


def test_the_browser_is_led_to_the_page_without_the_token_on_a_command_line(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    link = "http://127.0.0.1:1/launch?token=secret"
    with forwarding_file(link) as file:
        assert link in file.read_text()
        assert "secret" not in file.as_uri()
        assert file.stat().st_mode & 0o077 == 0
        assert file.parent.stat().st_mode & 0o077 == 0
        assert not file.parent.name.startswith(".")
    assert not file.exists()
    assert list(tmp_path.iterdir()) == []
