"""`stripe-apex connect` in a real browser: a key or one click, verified, and a sync to watch."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from stripe_apex.check import PERMISSIONS
from stripe_simulator.keys import DEFAULT_KEY, Key, Permission
from tap_stripe_apex.auth.places import TOKEN_FILE
from tests.app.connect.client import CSRF
from tests.app.connect.conftest import ENDS_BADLY


@pytest.fixture
def charged(account):
    """An account with a charge."""
    account.create_charge(1900)
    account.advance(timedelta(hours=1))
    return account


def submit(tab, key):
    tab.get_by_label("Restricted key").fill(key)
    tab.get_by_role("button", name="Connect").click()


def badge(tab, words):
    expect(tab.locator(".badge")).to_have_text(words)


def reason(tab):
    return tab.get_by_role("alert").locator("#reason")


def test_a_key_is_verified_by_a_single_charge_and_kept(
    charged, stripe, nowhere, project, serve_page, visit
):
    page, visitor = serve_page(project=project()), visit()
    tab = visitor.open(page.link)
    badge(tab, "Not connected")
    visitor.look(tab, "not-connected")
    tab.get_by_role("link", name="Connect").click()
    expect(tab.get_by_text("Developers → API keys → Create restricted key")).to_be_visible()
    for permission in ("Charges", "Customers", "Events"):
        expect(tab.locator(".permissions")).to_contain_text(permission)
    visitor.look(tab, "form")
    submit(tab, f"  {DEFAULT_KEY}\n")
    badge(tab, "Connected")
    assert tab.url == f"{page.origin}/"
    facts = tab.locator(".facts")
    for words in (
        "Test",
        "rk_test_****",
        "1 October 2026, 00:00 UTC",
        "The file .env of this project",
    ):
        expect(facts).to_contain_text(words)
    expect(facts).to_contain_text("Never")
    visitor.look(tab, "connected")
    assert DEFAULT_KEY not in tab.content()
    assert DEFAULT_KEY in (nowhere / ".env").read_text()
    paths = [request.path for request in stripe.requests]
    assert paths[0] == "/v1/charges"
    services = [(each.service or each.name).replace(".", "/") for each in PERMISSIONS]
    assert sorted(paths[1:]) == sorted(f"/v1/{service}" for service in services)


def test_a_connection_that_is_kept_is_found_again(charged, nowhere, serve_page, visit):
    tab = visit().open(serve_page(api_key=DEFAULT_KEY).link)
    badge(tab, "Connected")


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("rk_test_unknown", "Invalid API key: it is malformed or was revoked"),
        ("hello", "Invalid API key: it is malformed"),
        ("rk_test_blind", "Grant 'Charges: Read'"),
        ("sk_live_51Secret", "this is a live secret key, which could move money"),
        ("pk_test_51Public", "this is a publishable key"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused_in_the_words_of_the_documentation(
    stripe, nowhere, serve_page, visit, key, words
):
    stripe.keys.add(Key("rk_test_blind", frozenset({Permission.EVENTS})))
    visitor = visit()
    tab = visitor.open(serve_page().link)
    tab.get_by_role("link", name="Connect").click()
    submit(tab, key)
    expect(reason(tab)).to_contain_text(words)
    field = tab.get_by_label("Restricted key")
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    expect(field).to_have_accessible_description(re.compile(re.escape(words)))
    assert key not in tab.content()
    assert not (nowhere / ".env").exists()
    if key == "rk_test_unknown":
        visitor.look(tab, "form-with-error")
    submit(tab, DEFAULT_KEY)
    badge(tab, "Connected")


def test_a_live_secret_key_is_never_sent_anywhere(stripe, serve_page, visit):
    tab = visit().open(serve_page().link)
    tab.get_by_role("link", name="Connect").click()
    submit(tab, "sk_live_51Secret")
    expect(reason(tab)).to_contain_text("live secret key")
    assert len(stripe.requests) == 0


def test_while_stripe_is_asked_the_page_says_so(stripe, serve_page, visit):
    visitor = visit()
    tab = visitor.open(serve_page().link)
    tab.get_by_role("link", name="Connect").click()
    stripe.latency = 10
    submit(tab, DEFAULT_KEY)
    badge(tab, "Connecting")
    expect(tab.get_by_role("status")).to_have_text("Connecting")
    visitor.look(tab, "connecting")


def test_with_a_stripe_app_connecting_is_one_click(charged, nowhere, serve_page, visit):
    page, visitor = serve_page(oauth=True), visit()
    tab = visitor.open(page.link)
    badge(tab, "Not connected")
    tab.get_by_role("button", name="Connect").click()
    badge(tab, "Connected")
    assert tab.url == f"{page.origin}/"
    expect(tab.locator(".facts")).to_contain_text(charged.account_id)
    visitor.look(tab, "connected-by-oauth")
    tokens = (nowhere / ".secrets" / TOKEN_FILE).read_text()
    assert "rt_" in tokens
    assert not re.search("(sk|rt|ac)_[a-z0-9]", CSRF.sub("", tab.content()))


def test_an_owner_who_declines_is_told_that_nothing_happened(stripe, serve_page, visit):
    stripe.oauth.denies = True
    tab = visit().open(serve_page(oauth=True).link)
    tab.get_by_role("button", name="Connect").click()
    expect(reason(tab)).to_contain_text("declined. Nothing was connected")
    stripe.oauth.denies = False
    tab.get_by_role("button", name="Connect").click()
    badge(tab, "Connected")


def test_the_back_button_neither_sends_again_nor_shows_what_is_no_more(stripe, serve_page, visit):
    page = serve_page()
    tab = visit().open(page.link)
    tab.get_by_role("link", name="Connect").click()
    submit(tab, DEFAULT_KEY)
    badge(tab, "Connected")
    asked = len(stripe.requests)
    for _ in range(3):
        tab.go_back()
        if tab.url == "about:blank":
            break
        badge(tab, "Connected")
    assert len(stripe.requests) == asked


def test_going_back_from_stripe_leads_to_the_card(stripe, serve_page, visit):
    visitor = visit()
    tab = visitor.open(serve_page(oauth=True).link)
    stripe.oauth.app = type(stripe.oauth.app)(redirect_uris=frozenset({"http://127.0.0.1:9/"}))
    tab.get_by_role("button", name="Connect").click()
    tab.wait_for_url(f"{stripe.url}/**")  # Stripe does not like the address, and says so itself
    visitor.errors.clear()
    tab.go_back()
    badge(tab, "Not connected")


def test_a_second_tab_shows_the_same_at_once(serve_page, visit):
    page, visitor = serve_page(), visit()
    first, second = visitor.open(page.link), visitor.open(page.origin)
    badge(second, "Not connected")
    first.get_by_role("link", name="Connect").click()
    submit(first, DEFAULT_KEY)
    badge(first, "Connected")
    badge(second, "Connected")
    second.get_by_text("Disconnect", exact=True).click()
    second.get_by_role("button", name="Disconnect Stripe").click()
    badge(first, "Not connected")


def test_a_key_that_is_being_typed_survives_what_other_tabs_do(stripe, serve_page, visit):
    page, visitor = serve_page(), visit()
    first, second = visitor.open(page.link), visitor.open(f"{page.origin}/key")
    second.get_by_label("Restricted key").fill("rk_test_half")
    first.evaluate("fetch('/')")
    stripe.keys.revoke(DEFAULT_KEY)
    expect(second.get_by_label("Restricted key")).to_have_value("rk_test_half")


def test_disconnecting_deletes_the_key_and_asks_first(nowhere, serve_page, visit):
    visitor = visit()
    tab = visitor.open(serve_page().link)
    tab.get_by_role("link", name="Connect").click()
    submit(tab, DEFAULT_KEY)
    badge(tab, "Connected")
    expect(tab.get_by_role("button", name="Disconnect Stripe")).to_be_hidden()
    tab.get_by_text("Disconnect", exact=True).click()
    visitor.look(tab, "disconnecting")
    tab.get_by_role("button", name="Disconnect Stripe").click()
    badge(tab, "Not connected")
    assert DEFAULT_KEY not in (nowhere / ".env").read_text()


def test_the_keyboard_is_enough(serve_page, visit):
    tab = visit().open(serve_page().link)
    badge(tab, "Not connected")
    tab.keyboard.press("Tab")
    connect = tab.get_by_role("link", name="Connect")
    expect(connect).to_be_focused()
    assert connect.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    tab.keyboard.press("Enter")
    field = tab.get_by_label("Restricted key")
    for _ in range(4):
        if field.evaluate("e => e === document.activeElement"):
            break
        tab.keyboard.press("Tab")
    expect(field).to_be_focused()
    tab.keyboard.type(DEFAULT_KEY)
    tab.keyboard.press("Enter")
    badge(tab, "Connected")
    summary = tab.locator("#leave summary")
    for _ in range(4):
        if summary.evaluate("e => e === document.activeElement"):
            break
        tab.keyboard.press("Tab")
    expect(summary).to_be_focused()
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    expect(tab.get_by_role("button", name="Disconnect Stripe")).to_be_focused()
    tab.keyboard.press("Enter")
    badge(tab, "Not connected")


def test_without_javascript_the_page_works_too(project, serve_page, visit):
    root = project()
    (root / "go").touch()
    tab = visit(java_script_enabled=False).open(serve_page(project=root).link)
    tab.get_by_role("link", name="Connect").click()
    submit(tab, "rk_test_unknown")
    expect(reason(tab)).to_contain_text("Invalid API key")
    submit(tab, DEFAULT_KEY)
    badge(tab, "Connected")
    tab.get_by_role("button", name="Sync now").click()
    expect(tab.locator(".done")).to_have_text("Synced. 19,407 records were read.")


def test_a_sync_is_seen_to_go_on_and_to_end(charged, project, serve_page, visit):
    root, visitor = project(), visit()
    tab = visitor.open(serve_page(project=root, api_key=DEFAULT_KEY).link)
    facts = tab.locator(".facts")
    expect(facts).to_contain_text("Never")
    tab.get_by_role("button", name="Sync now").click()
    expect(tab.locator("#stage")).to_have_text("Reading charges: 63%")
    expect(tab.get_by_text("12,345 records, 1,234/s")).to_be_visible()
    expect(tab.get_by_role("progressbar")).to_have_attribute("value", "63")
    expect(tab.get_by_role("status")).to_have_text("Reading charges: 63%")
    expect(tab.get_by_role("button", name="Sync")).to_have_count(0)
    tab.get_by_text("What was said so far").click()
    visitor.look(tab, "syncing")
    (root / "go").touch()
    expect(tab.locator(".done")).to_have_text("Synced. 19,407 records were read.")
    expect(tab.locator("pre")).to_be_visible()  # what was open stays open
    expect(tab.locator("pre")).to_contain_text("net of refunds    818,858.60")
    expect(facts).not_to_contain_text("Never")
    visitor.look(tab, "synced")


def test_a_sync_that_fails_says_why_and_can_be_tried_again(project, serve_page, visit):
    root, visitor = project(ENDS_BADLY), visit()
    tab = visitor.open(serve_page(project=root, api_key=DEFAULT_KEY).link)
    (root / "go").touch()
    tab.get_by_role("button", name="Sync now").click()
    expect(reason(tab)).to_contain_text("Invalid API key: it is malformed or was revoked.")
    expect(reason(tab)).to_contain_text("<img src=x")  # as text, which does nothing
    assert tab.locator("img[src=x]").count() == 0
    visitor.look(tab, "sync-failed")
    tab.get_by_role("button", name="Sync again").click()
    expect(reason(tab)).to_contain_text("Invalid API key")


def test_outside_of_a_project_there_is_no_sync_and_the_page_says_so(serve_page, visit):
    tab = visit().open(serve_page(api_key=DEFAULT_KEY).link)
    badge(tab, "Connected")
    expect(tab.get_by_text("There is nothing here that a sync could run")).to_be_visible()
    expect(tab.get_by_role("button", name="Sync now")).to_have_count(0)


def test_when_stripe_is_not_reached_the_connection_can_be_checked_again(stripe, serve_page, visit):
    stripe.keys.revoke(DEFAULT_KEY)
    visitor = visit()
    tab = visitor.open(serve_page(api_key=DEFAULT_KEY).link)
    expect(reason(tab)).to_contain_text("Invalid API key")
    visitor.look(tab, "refused")
    stripe.keys.add(DEFAULT_KEY)
    tab.get_by_role("button", name="Check again").click()
    badge(tab, "Connected")


def test_a_link_that_was_used_says_what_to_do(serve_page, visit):
    page = serve_page()
    visit().open(page.link)
    visitor = visit()
    tab = visitor.open(page.link)
    expect(tab.get_by_role("heading", level=1)).to_have_text("This link was used before")
    expect(tab.get_by_text("run stripe-apex connect again")).to_be_visible()
    visitor.errors.clear()  # the browser notes that the answer was 403
    visitor.look(tab, "expired-link")


def test_a_page_whose_program_has_ended_says_so(serve_page, visit):
    page, visitor = serve_page(), visit()
    tab = visitor.open(page.link)
    badge(tab, "Not connected")
    page.stop()
    expect(tab.get_by_role("heading", level=1)).to_have_text("This page has ended")
    visitor.errors.clear()  # the browser notes that nobody answers any more
    visitor.look(tab, "ended")


def test_an_answer_that_comes_after_the_end_does_not_bring_the_card_back(serve_page, visit):
    page, visitor = serve_page(), visit()
    tab = visitor.open(page.link)
    badge(tab, "Not connected")
    held = []
    tab.route(page.origin + "/", lambda route: held.append((route, route.fetch())))
    tab.evaluate("void (window.renewal = renew())")
    while not held:
        tab.wait_for_timeout(10)
    page.stop()
    expect(tab.get_by_role("heading", level=1)).to_have_text("This page has ended")
    route, answer = held.pop()
    route.fulfill(response=answer)
    tab.evaluate("window.renewal")
    expect(tab.get_by_role("heading", level=1)).to_have_text("This page has ended")
    visitor.errors.clear()  # the browser notes that nobody answers any more
