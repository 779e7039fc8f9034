"""The wire format, as a recorded conversation.

`make record` records it anew: against the simulated account, or against a real test account where
TAP_STRIPE_APEX_API_KEY is set. Keys never reach the file.
"""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
import vcr

from stripe_simulator.account import Account
from stripe_simulator.server import serve
from tap_stripe_apex.wire.api import DEFAULT_API_BASE
from tests.conftest import NOW, sync

CASSETTES = Path(__file__).parent / "cassettes"
RANGE = {"start": "2026-09-01", "end": "2026-10-15"}
RECORDING = os.environ.get("RECORD") == "1"
KEY = os.environ.get("TAP_STRIPE_APEX_API_KEY") if RECORDING else None


def scrub_request(request):
    """The same address whoever answered, and no key."""
    request.uri = re.sub(r"^http://127\.0\.0\.1:\d+", DEFAULT_API_BASE, request.uri)
    request.headers = {"Stripe-Version": request.headers["Stripe-Version"]}
    return request


def scrub_response(response):
    kept = {"Content-Type", "Date", "Request-Id", "Stripe-Version"}
    response["headers"] = {k: v for k, v in response["headers"].items() if k in kept}
    return response


recorder = vcr.VCR(
    cassette_library_dir=str(CASSETTES),
    record_mode="all" if RECORDING else "none",
    match_on=["method", "host", "path", "query"],
    decode_compressed_response=True,
    before_record_request=scrub_request,
    before_record_response=scrub_response,
)


def small_account():
    account = Account(now=NOW)
    customer = account.create_customer("jane@example.com", name="Jane")
    account.create_charge(1999, "usd", customer=customer, metadata={"plan": "pro"})
    account.advance(timedelta(hours=3))
    account.create_charge(500, "jpy", billing_email="guest@example.com")
    account.create_charge(
        2500, "eur", status="pending", payment_method_type="sepa_debit", customer=customer
    )
    refunded = account.create_charge(20675, capture=False)
    account.capture(refunded, 20300)
    account.advance(timedelta(days=30))
    return account


@pytest.fixture
def conversation():
    with recorder.use_cassette("charges.yaml") as cassette:
        if not RECORDING or KEY:
            yield cassette, DEFAULT_API_BASE
        else:
            with serve(small_account()) as server:
                yield cassette, server.url


def test_the_recorded_conversation_is_understood(conversation):
    cassette, api_base = conversation
    output = sync(api_base, api_key=KEY or "rk_test_simulated", date_range=RANGE)
    assert cassette.play_count == (0 if RECORDING else len(cassette))
    assert output.records(), "the account has charges in the range"
    for record in output.records():
        assert record["status"] == "succeeded"
        assert record["id"].startswith(("ch_", "py_"))
        assert record["created"].startswith("2026-")
    assert output.state["bookmarks"]["charges"]["position"]


def test_no_secret_is_in_the_recording():
    text = (CASSETTES / "charges.yaml").read_text()
    assert not re.search(r"(sk|rk|pk|whsec)_(test|live)_|Bearer|Authorization", text)
