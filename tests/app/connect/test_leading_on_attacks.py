"""What a report may not do, and what nobody gets in its place; what a range may not say."""

from __future__ import annotations

import re

import pytest

from stripe_simulator.keys import DEFAULT_KEY
from tests.app.connect.client import Client, connected
from tests.app.connect.test_attacks import PROTECTION


@pytest.fixture
def client(serve_page):
    return Client(serve_page().link).enter()


@pytest.fixture
def hostile(nowhere, serve_page):
    """A client of a page whose report tries what no report may."""
    output = nowhere / "output"
    output.mkdir()
    (output / "account-report.html").write_text(
        "<title>Report</title><h1>Report</h1><script>document.title = 'boom'</script>"
        "<img src=http://evil.example/a.png onerror=\"document.title = 'boom'\">"
        "<form action=/disconnect method=post><button>Press</button></form>"
    )
    return Client(serve_page().link).enter()


def test_the_report_has_a_policy_of_its_own_and_runs_nothing(hostile):
    answer = hostile.ask("GET", "/report")
    assert answer.status == 200
    assert PROTECTION.items() <= dict(answer.headers).items()
    assert len(answer.headers.get_all("Content-Security-Policy")) == 1
    policy = answer.headers["Content-Security-Policy"].split("; ")
    assert policy[0] == "default-src 'none'"
    assert {"form-action 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(policy)
    (sandbox,) = (part for part in policy if part.startswith("sandbox"))
    assert not {"allow-scripts", "allow-same-origin", "allow-forms"} & set(sandbox.split())
    assert not re.search(r"script-src|\*|https?:", answer.headers["Content-Security-Policy"])


@pytest.mark.browser
def test_what_a_report_tries_does_nothing(hostile, browser):
    with browser.new_context() as context:
        name, _, value = hostile.cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": hostile.origin}])
        asked = []
        context.route("**/*", lambda route: (asked.append(route.request.url), route.fallback()))
        tab = context.new_page()
        tab.goto(f"{hostile.origin}/report")
        tab.get_by_role("button", name="Press").click()
        tab.wait_for_timeout(200)
        assert tab.title() == "Report"
        assert tab.url == f"{hostile.origin}/report"
        assert asked == [f"{hostile.origin}/report"]


@pytest.mark.parametrize(
    "path",
    [
        "/report/../account.duckdb",
        "/report/account.duckdb",
        "/report%2f..%2faccount.duckdb",
        "/report/",
        "//report",
    ],
)
def test_no_other_file_is_served_in_the_place_of_the_report(hostile, path):
    assert hostile.ask("GET", path).status in {403, 404}


def test_a_name_in_the_address_does_not_change_the_report(hostile, nowhere):
    (nowhere / ".env").write_text("SECRET=1\n")
    for query in ("?path=../.env", "?name=.env", "?/../.env"):
        answer = hostile.ask("GET", f"/report{query}")
        assert "SECRET" not in answer.text
        assert "Report" in answer.text


def test_without_a_report_the_answer_says_what_makes_one(client):
    answer = client.ask("GET", "/report")
    assert answer.status == 404
    assert "There is no report yet" in answer.text
    assert "press Sync now" in answer.text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"last_days": "0"}, "Enter a whole number of days"),
        ({"last_days": "99999"}, "Enter a whole number of days"),
        ({"last_days": "9" * 5000}, "Enter a whole number of days"),
        ({"last_days": "\u0663"}, "Enter a whole number of days"),
        ({"last_days": "<b>boom</b>"}, "Enter a whole number of days"),
        ({"start": "boom\nAPEX=1"}, "Enter a day before today"),
        ({"start": "9999-01-01"}, "Enter a day before today"),
        ({}, "Enter a day before today"),
    ],
)
def test_a_range_that_is_none_is_not_kept_and_not_repeated(serve_page, nowhere, form, words):
    client = Client(serve_page(api_key=DEFAULT_KEY).link).enter()
    assert connected(client)
    assert client.post("/range", **form).status == 303
    text = client.ask("GET", "/").text
    assert words in text
    assert "boom" not in text
    assert not (nowhere / ".env").exists()
