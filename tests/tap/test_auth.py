"""A key that cannot be right is refused with its remedy, before anything is sent."""

import pytest

from tap_stripe_apex.auth.credential import check_api_key
from tap_stripe_apex.errors import CredentialError


@pytest.mark.parametrize("key", ["rk_test_abc", "rk_live_abc123", "sk_test_abc"])
def test_a_restricted_key_and_a_test_key_are_accepted(key):
    assert check_api_key(key).token() == key


@pytest.mark.parametrize(
    ("key", "complaint"),
    [
        pytest.param(None, "No Stripe key is configured", id="missing"),
        pytest.param("", "No Stripe key is configured", id="empty"),
        pytest.param("pk_live_abc", "publishable", id="publishable"),
        pytest.param("sk_org_live_abc", "organisation", id="organisation"),
        pytest.param("sk_live_abc", "secret key", id="live secret"),
        pytest.param("whsec_abc", "malformed", id="webhook secret"),
        pytest.param("rk_test_", "malformed", id="nothing after the prefix"),
        pytest.param("rk_test_ab c", "malformed", id="a space inside"),
        pytest.param("rk_test_abc\n", "malformed", id="a line end"),
        pytest.param("rk_test_abcé", "malformed", id="no ASCII"),
        pytest.param("hello", "malformed", id="words"),
        pytest.param(17, "must be text", id="a number"),
    ],
)
def test_a_wrong_key_is_refused_with_what_to_do(key, complaint):
    with pytest.raises(CredentialError, match=complaint) as caught:
        check_api_key(key)
    assert "https://dashboard.stripe.com/apikeys" in str(caught.value)
    assert not key or str(key) not in str(caught.value)


def test_a_live_secret_key_is_accepted_when_asked_for():
    assert check_api_key("sk_live_abc", allow_secret_key=True).token() == "sk_live_abc"


def test_a_key_does_not_show_itself():
    assert "abc123" not in repr(check_api_key("rk_test_abc123"))
