"""OAuth of a Stripe App in the tap: one pair of tokens, renewed once by whoever needs it first."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tap_stripe_apex.auth import RolledTokens
from tap_stripe_apex.oauth import StripeApp
from tap_stripe_apex.tokens import TokenFile

BACK = "http://127.0.0.1:8123/callback"


def installed(stripe) -> StripeApp:
    """The app, as its developer's environment names it."""
    environ = {
        "STRIPE_APP_CLIENT_ID": stripe.oauth.app.client_id,
        "STRIPE_APP_SECRET_KEY": stripe.oauth.app.secret_key,
        "TAP_STRIPE_APEX_API_BASE": stripe.url,
    }
    app = StripeApp.from_environment(environ)
    assert app is not None
    return app


def code_of(app: StripeApp) -> str:
    """What the account's owner brings back after a click."""
    answer = requests.get(app.authorize_url(BACK, "s"), allow_redirects=False, timeout=10)
    assert answer.status_code == 302
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert back["state"] == ["s"]
    return back["code"][0]


@pytest.fixture
def app(stripe):
    return installed(stripe)


@pytest.fixture
def tokens(app, stripe, tmp_path):
    """A token file with a fresh pair."""
    file = TokenFile(tmp_path / "secrets" / "tokens.json")
    file.write(app.exchange(code_of(app)))
    stripe.requests.clear()
    return file


def exchanges(stripe) -> int:
    return stripe.requests.count("/v1/oauth/token", status=200)


def test_an_expired_token_is_renewed_once_by_one_of_many_threads(account, app, stripe, tokens):
    credential = RolledTokens(app, tokens)
    used = credential.token()
    account.advance(timedelta(hours=1))
    together = threading.Barrier(16)

    def renew():
        together.wait()
        assert credential.renew(used)
        return credential.token()

    with ThreadPoolExecutor(16) as executor:
        found = {future.result() for future in [executor.submit(renew) for _ in range(16)]}
    assert exchanges(stripe) == 1
    assert found == {tokens.read().access_token}
