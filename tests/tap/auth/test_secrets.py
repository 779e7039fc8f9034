"""Keys, tokens and codes go to Stripe and to their file, and nowhere else."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from stripe_apex.check import verify
from stripe_simulator.faults import Fault, FaultKind
from tap_stripe_apex.auth.credential import ApiKey
from tap_stripe_apex.auth.oauth import StripeApp
from tap_stripe_apex.errors import PermissionDeniedError, UnavailableError
from tap_stripe_apex.wire.session import open_session
from tests import leaks

APP_KEY = "sk_test_51App0Developer0Key"
KEY = "rk_test_51Reads0Everything"


@contextmanager
def server(status, location=""):
    """Answers everything with a status, and remembers who came and with what."""
    came = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            came.append(dict(self.headers))
            self.send_response(status)
            self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET  # noqa: N815 - the names that http.server wants

        def log_message(self, *_):
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.server_port}", came
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


def test_a_connected_account_is_named_in_every_request():
    with server(403) as (address, came):
        session = open_session(ApiKey(KEY), {"api_base": address, "account_id": "acct_7"})
        with pytest.raises(PermissionDeniedError):
            verify(session)
    (headers,) = came
    assert headers["Stripe-Account"] == "acct_7"
    assert headers["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_with_a_key_a_token_or_a_code(status):
    with server(200) as (thief, stolen), server(status, thief) as (address, came):
        app = StripeApp("ca_1", APP_KEY, address)
        for ask in (
            lambda: verify(open_session(ApiKey(KEY), {"api_base": address})),
            lambda: app.exchange("ac_1"),
            lambda: app.refresh("rt_1"),
        ):
            with pytest.raises(UnavailableError, match="where no key is ever sent"):
                ask()
        assert len(came) == 3
        assert stolen == []


def test_a_netrc_does_not_replace_the_app_s_key(oauth, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert oauth.app.refresh(oauth.tokens.read().refresh_token).access_token


@pytest.fixture
def everything(oauth, command):
    """What all commands write, in good times and bad, with all there is to tell."""
    oauth.stripe.oauth.app = replace(oauth.stripe.oauth.app, secret_key=APP_KEY)
    oauth.stripe.keys.add(KEY)
    loudly = ("--log-level", "debug")
    environ = {"STRIPE_APP_CLIENT_ID": oauth.app.client_id, "STRIPE_APP_SECRET_KEY": APP_KEY}
    oauth.stripe.account.create_charge(100)

    def runs():
        tap = ("tap-stripe-apex", *loudly)
        yield command(*tap, api_key=KEY)
        yield command(*tap, api_key=KEY[:-1])
        yield command(*tap, "--test", api_key=KEY[:-1])
        yield command(*tap, api_key=f"{KEY} ")
        yield command(*tap, api_key={"key": KEY})
        yield command(*tap, refresh_token=[KEY], environ=environ)
        yield command(*tap, colour=KEY, api_key=KEY)
        yield command(*tap, api_key=KEY, api_base=f"https://{KEY}@127.0.0.1:9")
        yield command(*tap, environ=environ, token_file=None)
        oauth.grow_old(3600)
        yield command(*tap, environ=environ, token_file=None)
        oauth.stripe.faults.inject(Fault(FaultKind.GARBAGE, path="/v1/oauth/token"))
        oauth.grow_old(3600)
        yield command(*tap, environ=environ, token_file=None)
        yield command(*tap, environ=environ, token_file=None)
        yield command(*tap, environ=environ, refresh_token=oauth.tokens.read().refresh_token)
        yield command("tap-stripe-apex", "--about", "--format", "json")
        apex = ("stripe-apex", *loudly)
        yield command(*apex, "check", api_key=KEY)
        yield command(*apex, "check", environ=environ)
        yield command(*apex, "connect", "--api-key-stdin", said=KEY)
        yield command(*apex, "connect", "--api-key-stdin", said=f"{KEY} {KEY}")
        yield command(*apex, "disconnect", environ=environ)

    done = list(runs())
    assert {result.returncode for result in done} == {0, 1}
    return done


@pytest.mark.slow
def test_no_command_shows_a_secret_whatever_happens(everything):
    told = "\n".join(result.stdout + result.stderr for result in everything)
    assert "Traceback" in told, "all there is to tell was told"
    assert not leaks.shown(told)


def test_the_state_knows_the_account_and_no_secret(account, oauth, command):
    account.create_charge(100)
    written = command("tap-stripe-apex", environ=oauth.environ, token_file=None).stdout
    states = [json.loads(line) for line in written.splitlines() if '"type":"STATE"' in line]
    assert account.account_id in json.dumps(states)
    assert not leaks.shown(written)


@pytest.mark.parametrize(
    "secret",
    ["rk_live_51Abc", "sk_test_abc", "pk_test_abc", "uk_live_abc", "rt_Abc1", "ac_Abc1"],
)
def test_what_is_looked_for_would_be_found(secret):
    assert leaks.shown(f"token={secret}&x") == {secret}
    with pytest.raises(AssertionError, match="shows a secret"):
        leaks.check(secret, "it")


def test_a_command_line_with_a_secret_fails_the_test_that_starts_it(command):
    with pytest.raises(AssertionError, match="the command line of a process shows a secret"):
        command("stripe-apex", "check", KEY)
