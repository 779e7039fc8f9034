"""`stripe-apex check` verifies by a single charge, and says what the key may read."""

import json
import logging
import re
from types import SimpleNamespace

import msgspec
import pytest
from click.testing import CliRunner

from stripe_apex import check as check_room
from stripe_apex.check import verify
from stripe_apex.cli import main
from stripe_simulator.keys import Key, Permission
from tap_stripe_apex.errors import UnavailableError
from tap_stripe_apex.tap import TapStripeApex
from tap_stripe_apex.wire.patience import QUESTION
from tap_stripe_apex.wire.session import Session

EVERYTHING = (
    "charges",
    "customers",
    "events",
    "refunds",
    "disputes",
    "balance_transactions",
    "checkout_sessions",
    "promotion_codes",
)


def permissions(result):
    """Which permissions are shown as granted."""
    shown = re.findall(r"^  (yes|no ) +(\w+)", result.stdout.split("Selected")[0], re.MULTILINE)
    return {name: mark == "yes" for mark, name in shown}


@pytest.fixture
def check(tmp_path, stripe):
    def run(*arguments, **settings):
        path = tmp_path / "config.json"
        path.write_text(
            json.dumps({"api_key": "rk_test_simulated", "api_base": stripe.url, **settings})
        )
        return CliRunner().invoke(main, ["check", "--config", str(path), *arguments])

    return run


def test_a_connection_is_verified_by_a_single_charge(account, stripe, check):
    account.create_charge(100)
    result = check()
    assert result.exit_code == 0
    assert "Connected (test mode). Newest charge: 2026-10-01T00:00:00Z." in result.stdout
    assert permissions(result) == dict.fromkeys(EVERYTHING, True)
    assert stripe.requests.count("/v1/account") == 0


def test_whatever_the_account_holds_can_be_asked_for(account, check):
    """The package reads the objects of each answer: one that it cannot read is a crash."""
    code = account.create_promotion_code("PODCAST20", coupon="20-off")
    account.create_session(500, promotion_code=code)
    charge = account.create_charge(900)
    account.refund(charge, 100)
    account.dispute(charge)
    assert permissions(check()) == dict.fromkeys(EVERYTHING, True)


def test_who_asks_waits_half_a_minute_at_most(account, check, monkeypatch):
    found = []
    monkeypatch.setattr(Session, "__init__", _noting(found, Session.__init__))
    check()
    assert [arguments["patience"] for arguments in found] == [QUESTION]


def _noting(found, make):
    def note(session, *args, **kwargs):
        found.append(kwargs)
        make(session, *args, **kwargs)

    return note


def test_an_account_without_charges_is_connected_too(check):
    result = check()
    assert result.exit_code == 0
    assert "Newest charge: none yet" in result.stdout


def test_what_the_key_may_not_read_is_shown(stripe, check):
    stripe.keys.add(Key("rk_test_product", frozenset({Permission.CHARGES, Permission.CUSTOMERS})))
    result = check(api_key="rk_test_product")
    assert result.exit_code == 0
    granted = permissions(result)
    assert {name for name in granted if granted[name]} == {"charges", "customers"}
    assert (
        "  no   balance_transactions  Stripe's fees and exchange rates: what you keep, and totals "
        "over currencies (this key cannot read balance transactions: grant 'Balance Transactions: "
        "Read' to it in the Stripe Dashboard (https://dashboard.stripe.com/apikeys))"
    ) in result.stdout
    assert "  yes  charges               can be read" in result.stdout


@pytest.fixture
def catalog(tmp_path):
    """A catalog that selects these streams."""

    def write(*selected):
        tap = TapStripeApex(validate_config=False)
        found = tap.catalog_dict
        for stream in found["streams"]:
            for entry in stream["metadata"]:
                if not entry["breadcrumb"]:
                    entry["metadata"]["selected"] = stream["tap_stream_id"] in selected
        path = tmp_path / "catalog.json"
        path.write_text(json.dumps(found))
        return str(path)

    return write


def test_a_selected_stream_that_cannot_be_read_fails_the_check(stripe, check, catalog):
    """Whatever else the key may not read does not matter."""
    stripe.keys.add(Key("rk_test_some", frozenset({Permission.CHARGES, Permission.REFUNDS})))
    chosen = catalog("charges", "disputes")
    result = check("--catalog", chosen, api_key="rk_test_some")
    assert result.exit_code == 1
    assert "  no   disputes              This key cannot read disputes. Grant" in result.stdout
    assert "Error: Cannot read what is selected: disputes." in result.stderr
    chosen = catalog("charges", "refunds")
    assert check("--catalog", chosen, api_key="rk_test_some").exit_code == 0


def test_settled_amounts_that_are_asked_for_are_part_of_the_check(stripe, check):
    stripe.keys.add(Key("rk_test_product", frozenset({Permission.CHARGES, Permission.CUSTOMERS})))
    result = check(api_key="rk_test_product", expand_balance_transactions=True)
    assert result.exit_code == 1
    assert "Balance Transactions: Read" in result.stdout


def test_the_check_costs_one_request_a_line_and_one_for_the_charge(account, stripe, check):
    account.create_charge(100)
    check()
    assert len(stripe.requests) == 1 + len(EVERYTHING) + 1
    assert all("limit=1" in request.query.split("&") for request in stripe.requests)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("rk_test_wrong", "Invalid API key"),
        ("rk_test_blind", "Grant 'Charges: Read'"),
        ("hello", "malformed"),
    ],
)
def test_a_refusal_is_one_line_and_exit_code_one(stripe, check, key, words):
    stripe.keys.add(Key("rk_test_blind", frozenset({Permission.EVENTS})))
    result = check(api_key=key)
    assert result.exit_code == 1
    assert words in result.output
    assert "Traceback" not in result.output


def test_debugging_shows_no_answer_of_stripe(account, stripe, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    account.create_charge(100, receipt_email="ann@example.com")
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"api_key": "rk_test_simulated", "api_base": stripe.url}))
    shown = CliRunner().invoke(main, ["--log-level", "debug", "check", "--config", str(config)])
    assert shown.exit_code == 0
    assert "ann@example.com" not in shown.output + caplog.text


@pytest.mark.parametrize("created", ['"x"', "1e30", "null", "[1]", "-1e300"])
def test_an_answer_of_another_form_is_one_error(created):
    """Such as a proxy may give, or another server."""
    charge = f'{{"object": "charge", "id": "ch_1", "livemode": false, "created": {created}}}'
    body = f'{{"object": "list", "has_more": false, "data": [{charge}]}}'.encode()

    class Session:
        credential = SimpleNamespace(masked="rk_test_****", livemode=False, account_id=None)
        account_id = None

        def get(self, path, params, decode, *, what):
            return SimpleNamespace(content=decode(body))

    with pytest.raises(
        UnavailableError, match="does not have the form that its documentation describes"
    ):
        verify(Session())


def test_an_answer_that_is_nested_too_deeply_cannot_be_read():
    with pytest.raises(msgspec.DecodeError):
        check_room._whole(b"[" * 200_000)
