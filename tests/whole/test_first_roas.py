"""From a connected account and three exports to the first true ROAS, as a person does it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import expect

from stripe_simulator.account import Account
from stripe_simulator.server import serve
from tests.browser import drop_files
from tests.conftest import NOW

pytestmark = [pytest.mark.dbt, pytest.mark.slow, pytest.mark.browser]

GOOGLE = b"""Campaign report
"September 20, 2026 - September 21, 2026"
Day,Campaign,Currency code,Cost,Impr.,Clicks,Conversions
2026-09-20,brand,USD,"1,000.25","13,614",326,12.00
2026-09-21,generic,USD,250.75,812,19,0.00
Total: Account, --,USD,"1,251.00","14,426",345,12.00
"""
META = (
    b"\xef\xbb\xbfCampaign name,Day,Amount spent (USD),Impressions,Link clicks,Results,"
    b"""Reporting starts,Reporting ends
,,400.5,7310,92,19,2026-09-20,2026-09-21
prospecting,2026-09-20,300.25,3001,44,9,2026-09-20,2026-09-20
prospecting,2026-09-21,100.25,3109,28,6,2026-09-21,2026-09-21
"""
)
PAGE = "https://acme.example/?utm_source="
HUBSPOT = f"""Record ID,First Name,Email,Create Date,Original Source,First Page Seen
1,Ann,ann@example.com,2026-09-20 09:05,Paid Search,{PAGE}google&utm_medium=cpc
2,Ben,BEN@example.com,2026-09-20 11:00,Paid Social,{PAGE}facebook&utm_medium=paid_social
3,Cy,cy@example.com,2026-09-21 08:30,Direct Traffic,https://acme.example/
4,Di,di@example.com,2026-09-21 08:45,Paid Search,{PAGE}google&utm_medium=cpc
""".encode()
FILES = {"Campaign report.csv": GOOGLE, "meta.csv": META, "hubspot.csv": HUBSPOT}

PAYMENTS = {
    "ann@example.com": 306_900,
    "ben@example.com": 34_042,
    "cy@example.com": 9_900,
    "di@example.com": 125_200,
}
"""In cents. Ann and Di came by Google's ads, Ben by Meta's, Cy by himself."""

ROAS = {
    "paid search": (Decimal("3069.00") + Decimal("1252.00")) / Decimal("1251.00"),
    "paid social": Decimal("340.42") / Decimal("400.50"),
}
"""By hand: what they paid for what was spent."""


@contextmanager
def page_of(folder, **environment):
    """`stripe-apex connect` in a project; the link that it prints."""
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("TAP_", "TARGET_", "MELTANO_"))
    }
    program = [Path(sys.executable).parent / "stripe-apex", "connect", "--no-browser"]
    with subprocess.Popen(
        program,
        cwd=folder,
        env=kept | {"HOME": str(folder), "DO_NOT_TRACK": "1"} | environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            yield next(
                found[1] for line in running.stdout if (found := re.search(r"^  (http\S+)$", line))
            )
        finally:
            running.terminate()
            running.stdout.read()


def test_three_files_and_one_press_show_the_roas_that_is_true(project, browser):
    account = Account(now=NOW - timedelta(days=5))
    for email, amount in PAYMENTS.items():
        account.create_charge(amount, receipt_email=email)
        account.advance(timedelta(hours=1))
    account.advance(timedelta(days=1))
    with (
        serve(account) as server,
        page_of(project, TAP_STRIPE_APEX_API_BASE=server.url) as link,
        browser.new_context() as context,
    ):
        tab = context.new_page()
        tab.goto(link)
        tab.get_by_role("link", name="Connect").click()
        tab.get_by_label("Restricted key").fill("rk_test_simulated")
        tab.get_by_role("button", name="Connect").click()
        expect(tab.locator(".badge")).to_have_text("Connected", timeout=60_000)
        expect(tab.locator(".rows.none")).to_have_count(4, timeout=60_000)
        drop_files(tab, FILES)
        tab.get_by_role("button", name="Import and update the report").click(timeout=60_000)
        expect(tab.locator(".done, .notice")).to_contain_text("Synced.", timeout=300_000)
        revenue = f"${sum(PAYMENTS.values()) / 100:,.2f} net of refunds"
        expect(tab.locator(".result dl")).to_contain_text(revenue, timeout=60_000)
        with context.expect_page() as opened:
            tab.get_by_role("link", name="Open the report").click()
        opened.value.wait_for_load_state()
        report = opened.value.content()
    rows = [
        re.sub(r"(<[^>]+>|\s)+", " ", row).strip()
        for row in re.findall(r"<tr>.*?</tr>", report, re.DOTALL)
    ]
    for channel, roas in ROAS.items():
        assert any(row.startswith(channel) and f" {roas:.2f}× " in row for row in rows), channel
