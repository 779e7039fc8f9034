"""Which key may read what, and what is told of it; no key is shown."""

import pytest

from stripe_simulator.keys import ALL, Key, Permission, masked


def test_an_unknown_key_is_invalid_and_masked(get):
    status, body, _ = get("/v1/charges", key="rk_live_abcdefgh1234")
    assert status == 401
    assert body["error"]["message"] == "Invalid API Key provided: rk_live_********1234"


def test_without_a_key_nothing_is_told(get):
    status, body, _ = get("/v1/charges", authorization="")
    assert status == 401
    assert body["error"]["message"].startswith("You did not provide an API key.")


def test_a_key_may_be_sent_as_a_basic_user(account, get):
    assert get("/v1/charges", authorization="Basic cmtfdGVzdF9zaW11bGF0ZWQ6")[0] == 200
    assert get("/v1/charges", authorization="Basic !")[0] == 401


def test_an_expired_key_is_told_from_a_wrong_one(keys, get):
    keys.add("rk_test_old")
    keys.expire("rk_test_old")
    status, body, _ = get("/v1/charges", key="rk_test_old")
    assert (status, body["error"]["code"]) == (401, "api_key_expired")


@pytest.mark.parametrize(
    ("wording", "sentence"),
    [
        (
            "rak",
            "Having the 'rak_balance_transaction_read' permission would allow this request",
        ),
        (
            "label",
            "Enabling \"Balance Transactions Read\" ('balance_transaction_read') permissions on",
        ),
    ],
)
def test_a_missing_permission_is_named_in_either_wording(keys, get, wording, sentence):
    keys.add(Key("rk_test_some", frozenset({Permission.CHARGES}), wording=wording))
    status, body, _ = get("/v1/balance_transactions", key="rk_test_some")
    assert status == 403
    assert sentence in body["error"]["message"]
    assert "rk_test_some" not in body["error"]["message"]


@pytest.mark.parametrize(
    ("path", "field", "permission"),
    [
        ("/v1/charges", "customer", Permission.CUSTOMERS),
        ("/v1/charges", "balance_transaction", Permission.BALANCE_TRANSACTIONS),
        ("/v1/refunds", "charge", Permission.CHARGES),
        ("/v1/checkout/sessions", "discounts.promotion_code", Permission.PROMOTION_CODES),
    ],
)
def test_expanding_takes_the_permission_for_what_is_expanded(keys, get, path, field, permission):
    keys.add(Key("rk_test_some", ALL - {permission}))
    assert get(path, f"expand[]=data.{field}", key="rk_test_some")[0] == 403
    assert get(path, key="rk_test_some")[0] == 200


def test_the_connected_account_is_echoed(get):
    headers = get("/v1/charges", stripe_account="acct_1", stripe_version="2025-01-01.acacia")[2]
    assert headers["Stripe-Account"] == "acct_1"
    assert headers["Stripe-Version"] == "2025-01-01.acacia"


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("rk_live_abcdefgh1234", "rk_live_********1234"),
        ("sk_test_12345678", "sk_test_****5678"),
        ("nonsense", "****ense"),
        ("", "****"),
    ],
)
def test_a_key_is_shown_by_its_kind_and_its_end(key, shown):
    assert masked(key) == shown
