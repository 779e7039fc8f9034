"""What the page leads on to: the report, a remedy, permissions, another range."""

# ruff: noqa: F811 - fixtures of the report's tests
from __future__ import annotations

import json
import re
import shlex
import shutil

import duckdb
import pytest
from playwright.sync_api import expect

from stripe_simulator.keys import DEFAULT_KEY, Key, Permission
from tests.app.connect.conftest import ENDS_WELL
from tests.app.report.conftest import page_of, run_report, warehouse_of  # noqa: F401
from tests.app.sources import exports

CHECK_FAILS = (
    """
say tap-stripe-apex "Asked Stripe 2 times in 3.0 s (records: 19, retries: 0, used 75%)."
say dbt "19:03:53  Failure in test no_rate_is_missing (tests/x.sql)"
echo '{"event": "Block run completed", "success": false, "err": "`dbt build` failed"}'
echo 'test no_rate_is_missing (about fct_revenue): Got 3 results, configured to fail if != 0. """
    "Some money has no exchange rate. Import a CSV of rates with `stripe-apex import`.'\n"
    f"echo '{'a-log-line-without-a-blank/' * 20}'\n"
    "exit 1\n"
)


@pytest.fixture
def builds(project, nowhere, warehouse_of, page_of):
    """A project whose pipeline builds the warehouse and the report of a scenario."""

    def make(scenario: str = "small", ending: str = ENDS_WELL):
        output = nowhere / "output"
        copies = {
            warehouse_of(scenario): output / "account.duckdb",
            page_of(scenario): output / "account-report.html",
        }
        lines = [f"mkdir -p {shlex.quote(str(output))}"]
        lines += [
            f"cp {shlex.quote(str(made))} {shlex.quote(str(place))}"
            for made, place in copies.items()
        ]
        root = project("\n".join(["", *lines, ending]))
        (root / "go").touch()
        return root

    return make


def lines_of(tab):
    return tab.locator(".result dl")


def sync(tab):
    tab.get_by_role("button", name=re.compile("Sync (now|again)")).click()


def test_after_a_sync_three_lines_stand_there_and_the_report_opens(builds, serve_page, visit):
    page, visitor = serve_page(project=builds(), api_key=DEFAULT_KEY), visit()
    tab = visitor.open(page.link)
    expect(tab.get_by_role("link", name="Open the report")).to_have_count(0)
    sync(tab)
    expect(tab.locator(".done")).to_contain_text("Synced.")
    for words in ("Revenue", "net of refunds", "Matched", "is credited to a channel", "Advice"):
        expect(lines_of(tab)).to_contain_text(words)
    visitor.look(tab, "report")
    with tab.context.expect_page() as opened:
        tab.get_by_role("link", name="Open the report").click()
    assert opened.value.url == f"{page.origin}/report"
    expect(opened.value.locator("h1")).to_be_visible()
    opened.value.close()
    watched = visitor.open(f"{page.origin}/report")  # nothing is said in its console
    expect(watched.locator("h1")).to_be_visible()
    assert watched.evaluate("document.styleSheets[0].cssRules.length > 10")


def test_a_report_of_before_is_there_when_the_page_is_opened(
    builds,
    nowhere,
    warehouse_of,
    page_of,
    serve_page,
    visit,
):
    (nowhere / "output").mkdir()
    shutil.copy(warehouse_of("small"), nowhere / "output" / "account.duckdb")
    shutil.copy(page_of("small"), nowhere / "output" / "account-report.html")
    tab = visit().open(serve_page(api_key=DEFAULT_KEY).link)
    expect(tab.get_by_role("link", name="Open the report")).to_be_visible()
    expect(lines_of(tab)).to_contain_text("Revenue")


def test_a_check_that_fails_is_told_by_its_remedy_and_the_log_wraps(builds, serve_page, visit):
    visitor = visit()
    tab = visitor.open(serve_page(project=builds(ending=CHECK_FAILS), api_key=DEFAULT_KEY).link)
    sync(tab)
    expect(tab.get_by_role("alert").locator("#reason")).to_have_text(
        "Stripe was read and loaded, but a check failed: Some money has no exchange rate. Import "
        "a CSV of rates with stripe-apex import."
    )
    expect(tab.locator(".result")).to_contain_text("may be of before")
    expect(lines_of(tab)).to_have_count(0)  # no advice from figures that a check has refused
    tab.get_by_text("What was said during the sync").click()
    log = tab.locator("pre")
    expect(log).to_contain_text("a-log-line-without-a-blank")
    assert log.evaluate("log => log.scrollWidth <= log.clientWidth")
    visitor.look(tab, "check-failed")


def test_permissions_that_are_missing_stand_on_the_card_until_they_are_granted(
    stripe, serve_page, visit
):
    stripe.keys.revoke(DEFAULT_KEY)
    stripe.keys.add(Key(DEFAULT_KEY, frozenset({Permission.CHARGES, Permission.REFUNDS})))
    visitor = visit()
    tab = visitor.open(serve_page(api_key=DEFAULT_KEY).link)
    missing = tab.locator(".missing-permissions")
    for words in (
        "This key may not read",
        "Customers",
        "by which a payment is matched to its lead",
        "Events",
        "Recommended",
        "Balance transactions",
        "Disputes",
    ):
        expect(missing).to_contain_text(words)
    expect(missing).not_to_contain_text("Refunds")
    link = missing.get_by_role("link", name="Stripe Dashboard")
    expect(link).to_have_attribute("href", "https://dashboard.stripe.com/apikeys")
    expect(tab.locator(".facts")).to_contain_text("Charges, Refunds")
    visitor.look(tab, "permissions")
    asked = len(stripe.requests)
    tab.reload()
    expect(missing).to_be_visible()
    assert len(stripe.requests) == asked, "a reload asks Stripe for nothing"
    stripe.keys.revoke(DEFAULT_KEY)
    stripe.keys.add(DEFAULT_KEY)
    tab.get_by_role("button", name="Ask again").click()
    expect(missing).to_have_count(0)
    expect(tab.locator(".facts")).to_contain_text("Balance transactions")


def test_the_range_is_shown_and_changed(nowhere, serve_page, visit):
    visitor = visit()
    tab = visitor.open(serve_page(api_key=DEFAULT_KEY).link)
    facts = tab.locator(".facts")
    expect(facts).to_contain_text("The last 30 days")
    tab.get_by_text("Change the range").click()
    visitor.look(tab, "range")
    tab.get_by_label("Payments of the last days").fill("400")
    tab.get_by_role("button", name="Read so many days").click()
    expect(facts).to_contain_text("The last 400 days")
    assert "TAP_STRIPE_APEX_DATE_RANGE='{\"last_days\": 400}'" in (nowhere / ".env").read_text()
    tab.get_by_text("Change the range").click()
    tab.get_by_label("All payments since").fill("2026-01-31")
    tab.get_by_role("button", name="Read since that day").click()
    expect(facts).to_contain_text("Since 31 January 2026")


def test_where_the_range_cannot_be_changed_the_page_says_where_it_can(
    serve_page, visit, monkeypatch
):
    value = {"start": "2026-01-01", "end": "2026-02-01"}
    monkeypatch.setenv("TAP_STRIPE_APEX_DATE_RANGE", json.dumps(value))
    tab = visit().open(serve_page(api_key=DEFAULT_KEY, date_range=value).link)
    expect(tab.locator(".facts")).to_contain_text("1 January 2026 to 31 January 2026")
    expect(tab.get_by_text("TAP_STRIPE_APEX_DATE_RANGE is set where this")).to_be_visible()
    expect(tab.get_by_text("Change the range")).to_have_count(0)


def test_what_a_terminal_imports_is_there_after_a_reload(warehouse, serve_page, visit):
    tab = visit().open(serve_page(api_key=DEFAULT_KEY).link)
    spend = tab.locator(".source").filter(has_text="Ad spend")
    expect(spend).to_contain_text("None yet")
    warehouse.load(warehouse.file(exports.META_CSV.name, exports.META_CSV.content))
    tab.reload()
    expect(spend).to_contain_text(exports.META_CSV.name)


def test_spend_that_ends_before_the_payments_is_said(warehouse, serve_page, visit):
    row = b"Day,Campaign,Platform,Currency,Cost\n2026-11-03,A,Meta,EUR,1\n"
    warehouse.load(warehouse.file("spend.csv", row))
    with duckdb.connect(str(warehouse.address)) as connection:
        connection.execute("create schema raw_stripe")
        connection.execute(
            "create table raw_stripe.charges as select 'eur' as currency, "
            "timestamptz '2026-11-26 23:30:00+00' as created"
        )
    tab = visit().open(serve_page(api_key=DEFAULT_KEY).link)
    spend = tab.locator(".source").filter(has_text="Ad spend")
    expect(spend).to_contain_text("Ad spend ends on 3 Nov; payments go on to 26 Nov.")
    tab.get_by_text("Undo the last import").click()
    expect(tab.locator("#undo")).to_contain_text("1 row of spend.csv")
