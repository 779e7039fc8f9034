"""OAuth of Stripe Apps: single-use codes, tokens of an hour, refresh tokens that are rolled."""

from base64 import b64encode
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
import pytest

from stripe_simulator.api import Api, Request
from stripe_simulator.keys import Permission
from stripe_simulator.oauth import OAuth, StripeApp

BACK = "http://127.0.0.1:8123/callback"
APP = StripeApp(redirect_uris=frozenset({BACK}), permissions=frozenset({Permission.CHARGES}))


@pytest.fixture
def oauth(account, keys):
    return OAuth(account, keys, APP)


@pytest.fixture
def api(account, keys, oauth):
    return Api(account, keys, oauth)


@pytest.fixture
def authorize(api):
    def ask(**changes):
        asked = {"client_id": APP.client_id, "redirect_uri": BACK, "state": "s"} | changes
        answer = api.answer(Request("GET", "/oauth/v2/authorize", urlencode(asked)))
        back = urlsplit(answer.headers.get("Location", ""))
        return answer.status, {name: values[0] for name, values in parse_qs(back.query).items()}

    return ask


@pytest.fixture
def post(api):
    def ask(path="/v1/oauth/token", secret=APP.secret_key, **form):
        basic = b64encode(f"{secret}:".encode()).decode()
        headers = {"authorization": f"Basic {basic}"}
        answer = api.answer(Request("POST", path, "", headers, urlencode(form).encode()))
        return answer.status, msgspec.json.decode(answer.body)

    return ask


@pytest.fixture
def connect(authorize, post):
    def ask():
        return post(grant_type="authorization_code", code=authorize()[1]["code"])[1]

    return ask


def test_the_owner_is_sent_back_with_a_code_and_the_state(authorize):
    status, back = authorize()
    assert status == 302
    assert back["state"] == "s"
    assert back["code"].startswith("ac_")


def test_an_owner_may_decline(oauth, authorize):
    oauth.denies = True
    assert authorize()[1]["error"] == "access_denied"


@pytest.mark.parametrize(
    "changes", [{"client_id": "ca_other"}, {"redirect_uri": "http://127.0.0.1:1/"}]
)
def test_only_the_app_s_own_redirect_is_followed(authorize, changes):
    assert authorize(**changes) == (400, {})


def test_a_code_gives_a_pair_of_tokens_without_an_expiry(connect, account):
    pair = connect()
    assert set(pair) == {
        "access_token",
        "livemode",
        "refresh_token",
        "scope",
        "stripe_publishable_key",
        "stripe_user_id",
        "token_type",
    }
    assert pair["stripe_user_id"] == account.account_id


def test_a_code_works_once_and_for_five_minutes(account, authorize, post):
    code = authorize()[1]["code"]
    assert post(grant_type="authorization_code", code=code)[0] == 200
    status, body = post(grant_type="authorization_code", code=code)
    assert (status, body["error"]) == (400, "invalid_grant")
    late = authorize()[1]["code"]
    account.advance(timedelta(minutes=5))
    assert post(grant_type="authorization_code", code=late)[0] == 400


def test_an_access_token_has_the_app_s_permissions_for_an_hour_of_the_account_s_clock(
    account, connect, get
):
    token = connect()["access_token"]
    assert get("/v1/charges", key=token)[0] == 200
    assert get("/v1/events", key=token)[0] == 403
    account.advance(timedelta(minutes=59))
    assert get("/v1/charges", key=token)[0] == 200
    account.advance(timedelta(minutes=1))
    status, body, _ = get("/v1/charges", key=token)
    assert (status, body["error"]["code"]) == (401, "api_key_expired")


def test_a_refresh_token_is_rolled_and_the_old_one_dies(connect, post, get):
    old = connect()["refresh_token"]
    status, pair = post(grant_type="refresh_token", refresh_token=old)
    assert status == 200
    assert pair["refresh_token"] != old
    assert get("/v1/charges", key=pair["access_token"])[0] == 200
    assert post(grant_type="refresh_token", refresh_token=old)[1]["error"] == "invalid_grant"
    assert post(grant_type="refresh_token", refresh_token=pair["refresh_token"])[0] == 200


def test_a_refresh_token_lives_a_year(account, connect, post):
    token = connect()["refresh_token"]
    account.advance(timedelta(days=365))
    assert post(grant_type="refresh_token", refresh_token=token)[0] == 400


@pytest.mark.parametrize(
    ("form", "secret", "status", "error"),
    [
        ({"grant_type": "refresh_token"}, "sk_test_other", 401, "invalid_client"),
        ({"grant_type": "refresh_token"}, APP.secret_key, 400, "invalid_grant"),
        ({"grant_type": "password"}, APP.secret_key, 400, "unsupported_grant_type"),
        ({}, APP.secret_key, 400, "unsupported_grant_type"),
    ],
    ids=["wrong app", "no token", "another grant", "no grant"],
)
def test_a_wrong_exchange_is_refused_in_oauth_s_own_form(post, form, secret, status, error):
    got, body = post(secret=secret, **form)
    assert (got, body["error"]) == (status, error)
    assert body["error_description"]


def test_after_an_uninstall_every_token_is_dead(account, connect, post, get):
    pair = connect()
    form = {"client_id": APP.client_id, "stripe_user_id": account.account_id}
    assert post("/v1/oauth/deauthorize", **form)[0] == 200
    status, body, _ = get("/v1/charges", key=pair["access_token"])
    assert status == 401
    assert body["error"]["message"].startswith("Invalid API Key provided")
    assert post(grant_type="refresh_token", refresh_token=pair["refresh_token"])[0] == 400


def test_only_a_connected_account_can_be_deauthorised(post, account):
    for form in (
        {"client_id": "ca_other", "stripe_user_id": account.account_id},
        {"client_id": APP.client_id, "stripe_user_id": "acct_other"},
    ):
        assert post("/v1/oauth/deauthorize", **form)[1]["error"] == "invalid_client"
