"""Which credential is used is decided by what is there; tokens may be given as settings."""

from __future__ import annotations

import logging
import os

import pytest

from tap_stripe_apex.auth.credential import ApiKey, find_credential
from tap_stripe_apex.auth.oauth import StripeApp
from tap_stripe_apex.auth.renewal import RolledTokens
from tap_stripe_apex.auth.tokens import TokenFile, fingerprint
from tap_stripe_apex.errors import ConfigurationError, CredentialError, NotConnectedError
from tap_stripe_apex.settings import Settings
from tests.conftest import sync

APP = {"STRIPE_APP_CLIENT_ID": "ca_1", "STRIPE_APP_SECRET_KEY": "sk_test_app"}


def credential(config, environ):
    """The credential of a configuration."""
    return find_credential(Settings.of(config), environ)


@pytest.fixture
def connected(oauth):
    """The environment of a project that is connected by OAuth."""
    return os.environ | oauth.environ | {"TAP_STRIPE_APEX_API_BASE": oauth.stripe.url}


def test_both_variables_make_it_oauth_whatever_key_there_is(oauth, connected):
    found = credential({"api_key": "rk_test_simulated"}, connected)
    assert isinstance(found, RolledTokens)
    assert found.oauth
    assert found.account_id == oauth.stripe.account.account_id
    assert found.livemode is False


def test_the_check_names_the_account_of_the_app_and_renews_its_token(account, oauth, command):
    oauth.grow_old(3600)
    result = command("stripe-apex", "check", environ=oauth.environ)
    assert result.returncode == 0, result.stderr
    assert f"Connected (test mode, {account.account_id})." in result.stdout
    assert oauth.exchanges == 1


def test_neither_variable_makes_it_the_key(oauth):
    found = credential({"api_key": "rk_live_abc"}, os.environ)
    assert (found.token(), found.oauth, found.livemode) == ("rk_live_abc", False, True)


@pytest.mark.parametrize("name", sorted(APP))
def test_one_variable_alone_is_a_mistake_that_is_named(name):
    (missing,) = set(APP) - {name}
    with pytest.raises(ConfigurationError, match=f"{missing} is not set"):
        credential({"api_key": "rk_test_abc"}, {**os.environ, name: APP[name]})


def test_the_app_without_tokens_says_connect(nowhere):
    with pytest.raises(NotConnectedError, match="Connect with `stripe-apex connect`"):
        credential({}, os.environ | APP)


def test_tokens_without_the_app_say_what_is_missing(oauth):
    with pytest.raises(CredentialError, match="STRIPE_APP_SECRET_KEY"):
        credential({}, os.environ)
    with pytest.raises(CredentialError, match="STRIPE_APP_SECRET_KEY"):
        credential({"refresh_token": "rt_1"}, os.environ)


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        (APP, "Not connected yet"),
        ({"STRIPE_APP_CLIENT_ID": "ca_1"}, "STRIPE_APP_SECRET_KEY is not set"),
        (APP | {"STRIPE_APP_SECRET_KEY": "pk_live_51Public"}, "STRIPE_APP_SECRET_KEY is no secret"),
        (APP | {"STRIPE_APP_INSTALL_LINK": "https://example.com"}, "STRIPE_APP_INSTALL_LINK must"),
    ],
    ids=["no tokens", "half an app", "a public key", "a link elsewhere"],
)
@pytest.mark.parametrize("name", ["tap-stripe-apex", "stripe-apex"])
def test_what_is_wrong_with_an_app_is_one_line(stripe, command, name, environ, words):
    arguments = [name] if name.startswith("tap") else [name, "check"]
    # The simulated account is its own marketplace; a link is for the real one.
    base = "https://api.stripe.com" if "STRIPE_APP_INSTALL_LINK" in environ else stripe.url
    result = command(*arguments, environ=environ, api_base=base)
    assert result.returncode == 1
    assert words in result.stderr
    assert "Traceback" not in result.stderr
    assert "51Public" not in result.stderr
    assert len(stripe.requests) == 0


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b'{"access_token": 1}', b"\xff\xfe"], ids=repr
)
def test_a_damaged_token_file_says_connect_again(oauth, connected, content):
    oauth.tokens.path.write_bytes(content)
    with pytest.raises(CredentialError, match="is damaged"):
        credential({}, connected).token()


def test_a_token_file_that_others_could_read_is_closed(oauth, caplog):
    oauth.tokens.path.chmod(0o644)
    with caplog.at_level(logging.WARNING):
        assert oauth.tokens.read() is not None
    assert "Others could read" in caplog.text
    assert oauth.tokens.path.stat().st_mode & 0o777 == 0o600


def test_a_token_file_behind_a_link_is_replaced_where_it_is(oauth, tmp_path):
    link = tmp_path / "link.json"
    link.symlink_to(oauth.tokens.path)
    TokenFile(link).write(oauth.tokens.read())
    assert link.is_symlink()


def test_the_setting_says_where_the_tokens_are(oauth, connected, nowhere):
    moved = nowhere / "elsewhere.json"
    oauth.tokens.path.rename(moved)
    for setting in (str(moved), "elsewhere.json"):
        found = credential({"token_file": setting}, connected)
        assert found.account_id == oauth.stripe.account.account_id


def test_an_access_token_alone_is_used_for_the_hour_that_it_lives(account, oauth):
    account.create_charge(100)
    token = oauth.tokens.read().access_token
    oauth.tokens.path.unlink()
    assert len(sync(oauth.stripe.url, api_key=None, access_token=token).ids) == 1
    assert oauth.exchanges == 0


def test_a_refresh_token_is_exchanged_once_and_then_the_file_goes_on(oauth, connected):
    given = oauth.tokens.read().refresh_token
    oauth.tokens.path.unlink()
    settings = {"refresh_token": given}
    first = credential(settings, connected).token()
    assert oauth.exchanges == 1
    assert credential(settings, connected).token() == first
    assert oauth.exchanges == 1
    oauth.grow_old(3600)
    assert credential(settings, connected).token() != first
    oauth.grow_old(3600)
    credential(settings, connected).token()
    assert oauth.exchanges == 3


def test_another_refresh_token_in_the_settings_begins_anew(oauth, connected):
    used = oauth.tokens.read()
    other = oauth.app.exchange(oauth.code())
    held = credential({"refresh_token": other.refresh_token}, connected)
    assert held.token() not in {used.access_token, other.access_token}
    kept = oauth.tokens.read()
    assert (kept.access_token, kept.seed) == (held.token(), fingerprint(other.refresh_token))


def test_a_spent_refresh_token_in_the_settings_does_not_hide_a_newer_connection(
    oauth, connected, caplog
):
    spent = oauth.tokens.read().refresh_token
    RolledTokens(oauth.app, oauth.tokens).renew(oauth.tokens.read().access_token)
    oauth.install()
    held = credential({"refresh_token": spent}, connected)
    assert held.renew(oauth.tokens.read().access_token)
    assert "Remove the setting" in caplog.text


@pytest.mark.parametrize("name", ["access_token", "refresh_token"])
@pytest.mark.parametrize("value", ["a b", "a\n", 17, "ü"], ids=repr)
def test_a_malformed_token_is_refused_without_showing_it(name, value):
    with pytest.raises(CredentialError, match=f"{name} is malformed") as caught:
        credential({name: value}, os.environ | APP)
    assert str(value) not in str(caught.value).replace(name, "")


def test_the_owner_is_asked_in_stripe_s_marketplace():
    app = StripeApp.from_environment(APP)
    assert app.authorize_url("http://127.0.0.1:8123/cb", "s/1").startswith(
        "https://marketplace.stripe.com/oauth/v2/authorize?client_id=ca_1&redirect_uri="
        "http%3A%2F%2F127.0.0.1%3A8123%2Fcb&state=s%2F1"
    )


def test_an_app_that_is_not_published_has_an_install_link_of_its_own():
    link = "https://marketplace.stripe.com/oauth/v2/chnlink_1/authorize?client_id=ca_1&x=y"
    app = StripeApp.from_environment(APP | {"STRIPE_APP_INSTALL_LINK": link})
    assert app.authorize_url("http://127.0.0.1:1/", "s").startswith(
        "https://marketplace.stripe.com/oauth/v2/chnlink_1/authorize?client_id=ca_1&redirect_uri="
    )


@pytest.mark.parametrize(
    "link",
    [
        "https://marketplace.stripe.com.example.com/oauth/v2/authorize",
        "http://marketplace.stripe.com/oauth/v2/authorize",
        "https://user@marketplace.stripe.com/oauth/v2/authorize",
        "https://marketplace.stripe.com/apps",
        "https://marketplace.stripe.com/oauth/v2/authorize?client_id=ca_other",
    ],
)
def test_an_install_link_leads_to_stripe_and_to_this_app_only(link):
    with pytest.raises(ConfigurationError, match="STRIPE_APP_INSTALL_LINK"):
        StripeApp.from_environment(APP | {"STRIPE_APP_INSTALL_LINK": link})


def test_only_an_account_on_this_machine_is_its_own_marketplace():
    here = StripeApp.from_environment(APP, "http://127.0.0.1:1234/")
    there = StripeApp.from_environment(APP, "https://proxy.example.com")
    assert here.marketplace == "http://127.0.0.1:1234/oauth/v2/authorize"
    assert there.marketplace.startswith("https://marketplace.stripe.com/")
    with pytest.raises(ConfigurationError, match="https://"):
        StripeApp.from_environment(APP, "http://proxy.example.com")


def test_nothing_shows_itself(oauth, connected):
    tokens = oauth.tokens.read()
    shown = f"{tokens} {oauth.app} {credential({}, connected)} {ApiKey('rk_test_abcdefgh')}"
    for secret in (tokens.access_token, tokens.refresh_token, oauth.app.secret_key, "abcdefgh"):
        assert secret not in shown
