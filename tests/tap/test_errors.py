"""An error says what is wrong and what to do, and shows no secret."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_stripe_apex import errors

HEADERS = {"Request-Id": "req_7"}


def reply(status, *, code=None, message="", headers=HEADERS, oauth=False):
    body = msgspec.json.encode({"error": {"code": code, "message": message, "type": "x"}})
    return errors.from_reply(status, body, headers, what="charges", oauth=oauth)


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        pytest.param(
            reply(401, message="Invalid API Key provided: rk_live_****abcd"),
            errors.AuthenticationError,
            ["Invalid API key", "malformed or was revoked", "new restricted key", "req_7"],
            id="wrong key",
        ),
        pytest.param(
            reply(401, code="api_key_expired"),
            errors.ExpiredTokenError,
            ["expired", "new restricted key"],
            id="expired key",
        ),
        pytest.param(
            reply(401, oauth=True), errors.ExpiredTokenError, ["Connect again"], id="expired token"
        ),
        pytest.param(
            reply(403, message="Having the 'rak_charge_read' permission would allow this."),
            errors.PermissionDeniedError,
            ["cannot read charges", "'Charges: Read'"],
            id="permission, first wording",
        ),
        pytest.param(
            reply(403, message="Enabling \"Customers Read\" ('customer_read') permissions on this"),
            errors.PermissionDeniedError,
            ["'Customers: Read'"],
            id="permission, second wording",
        ),
        pytest.param(
            reply(429, headers={"Stripe-Rate-Limited-Reason": "endpoint-rate"}),
            errors.RateLimitedError,
            ["endpoint-rate", "max_requests_per_second"],
            id="limited",
        ),
        pytest.param(reply(503), errors.UnavailableError, ["503", "nothing is lost"], id="down"),
        pytest.param(
            reply(400, message="Invalid integer: x"),
            errors.InvalidRequestError,
            ["Invalid integer: x"],
            id="bad request",
        ),
        pytest.param(
            errors.from_reply(502, b"<html>", {}, what="charges"),
            errors.UnavailableError,
            ["502"],
            id="no JSON",
        ),
        pytest.param(
            errors.from_reply(400, b"[1]", {}, what="charges"),
            errors.InvalidRequestError,
            ["400"],
            id="strange JSON",
        ),
    ],
)
def test_each_refusal_says_what_to_do(error, kind, words):
    assert type(error) is kind
    assert all(word in str(error) for word in words)
    assert "\n" not in str(error)


def oauth_reply(status, error, *, code=False):
    body = msgspec.json.encode({"error": error, "error_description": "Because of rt_Abc."})
    return errors.from_oauth_reply(status, body, HEADERS, code=code)


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        pytest.param(
            oauth_reply(400, "invalid_grant"),
            errors.AuthenticationError,
            ["no longer accepts this connection", "Connect again"],
            id="refresh token",
        ),
        pytest.param(
            oauth_reply(400, "invalid_grant", code=True),
            errors.AuthenticationError,
            ["the code", "five minutes", "Connect again"],
            id="code",
        ),
        pytest.param(
            oauth_reply(401, "invalid_client"),
            errors.AuthenticationError,
            ["STRIPE_APP_SECRET_KEY", "same mode"],
            id="app",
        ),
        pytest.param(
            errors.from_oauth_reply(401, b'{"error": {"message": "No."}}', HEADERS),
            errors.AuthenticationError,
            ["STRIPE_APP_SECRET_KEY"],
            id="app, in the API's form",
        ),
        pytest.param(oauth_reply(429, ""), errors.RateLimitedError, ["limiting"], id="limited"),
        pytest.param(oauth_reply(503, ""), errors.UnavailableError, ["503"], id="down"),
        pytest.param(oauth_reply(302, ""), errors.UnavailableError, ["sends elsewhere"], id="away"),
        pytest.param(
            oauth_reply(400, "invalid_scope"),
            errors.InvalidRequestError,
            ["Because of rt_****", "Connect again"],
            id="another refusal",
        ),
        pytest.param(
            reply(403, message="Having the 'rak_charge_read' permission would help.", oauth=True),
            errors.PermissionDeniedError,
            ["The Stripe App cannot read charges", "manifest"],
            id="an app without the permission",
        ),
    ],
)
def test_a_refusal_of_tokens_says_what_to_do(error, kind, words):
    assert type(error) is kind
    assert all(word in str(error) for word in words)
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("message", "permission"),
    [
        ("Having the 'rak_charge_read' permission would allow this request.", "charge"),
        ("Enabling \"Charges Read\" ('charge_read') permissions on this key", "charge"),
        (
            "Having the 'rak_balance_transaction_source_read' permission",
            "balance_transaction_source",
        ),
        ("No.", None),
    ],
)
def test_a_missing_permission_is_known_by_name(message, permission):
    assert reply(403, message=message).permission == permission


@pytest.mark.parametrize(
    "secret",
    ["rk_live_51Habc", "sk_test_4eC39", "pk_live_x", "sk_org_live_x", "whsec_x1", "rt_Abc"],
)
def test_a_secret_is_never_shown(secret):
    assert secret not in errors.redact(f"the key {secret}, and so on")


def test_an_email_is_never_shown_and_lines_are_joined():
    assert errors.redact("for jane@example.com\n  no") == "for ****@**** no"


@pytest.mark.parametrize("text", ["x" * 400_000, "x@" * 200_000, "a@b" * 100_000, "@." * 200_000])
def test_a_long_text_is_looked_through_in_time_that_grows_with_its_length(text):
    """With the square of its length it would take minutes."""
    said = errors.redact(f"ann@example.com {text}")
    assert "ann@" not in said
    assert len(said) < 5_000


@given(st.text())
def test_no_message_commands_a_terminal(text):
    shown = errors.redact(f"{text} ann@example.com {text} ann%40example.com")
    assert shown.isprintable()
    assert "ann" not in shown or "ann" in text
