"""Access tokens live an hour, refresh tokens die when used: one exchange, and no pair is lost."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from stripe_simulator.faults import Fault, FaultKind
from stripe_simulator.server import serve
from tap_stripe_apex.auth.renewal import RolledTokens
from tap_stripe_apex.errors import AuthenticationError
from tests.conftest import sync

TOKEN = "/v1/oauth/token"

ASK = """
import os
from tap_stripe_apex.auth.credential import find_credential
from tap_stripe_apex.settings import Settings
find_credential(Settings.of({}), os.environ).token()
"""

RENEW = """
import os, sys, threading
from tap_stripe_apex.auth.credential import find_credential
from tap_stripe_apex.settings import Settings
held = find_credential(Settings.of({}), os.environ)
used = held.token()
print("ready", flush=True)
sys.stdin.readline()
threads = [threading.Thread(target=held.renew, args=(used,)) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(held.token() != used, flush=True)
"""


def test_an_ended_token_is_renewed_once_by_one_of_many_threads(account, oauth):
    credential = RolledTokens(oauth.app, oauth.tokens)
    used = credential.token()
    account.advance(timedelta(hours=1))
    together = threading.Barrier(16)

    def renew():
        together.wait()
        assert credential.renew(used)
        return credential.token()

    with ThreadPoolExecutor(16) as executor:
        found = {future.result() for future in [executor.submit(renew) for _ in range(16)]}
    assert oauth.exchanges == 1
    assert found == {oauth.tokens.read().access_token}


@pytest.mark.slow
def test_an_ended_token_is_renewed_once_by_one_of_many_processes(oauth):
    """Each with threads of its own, and all at the same moment."""
    environ = os.environ | oauth.environ | {"TAP_STRIPE_APEX_API_BASE": oauth.stripe.url}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", RENEW],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environ,
            text=True,
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    oauth.stripe.latency = 1  # long enough for all to get there
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=60)[0] for process in processes] == ["True\n"] * 4
    assert oauth.stripe.requests.count(TOKEN) == oauth.exchanges == 1


@pytest.mark.slow
def test_a_run_in_which_the_token_ends_goes_on_with_a_new_one(account, oauth):
    """It ends while many requests are in flight; every charge is read, by one exchange."""
    for _ in range(6000):
        account.create_charge(100)
        account.advance(timedelta(minutes=5))
    oauth.install()
    stripe, asked = oauth.stripe, 0
    stripe.latency = 0.2

    def end_the_token(request):
        nonlocal asked
        asked += request.path == "/v1/charges"
        if asked == 30:
            stripe.keys.expire(oauth.tokens.read().access_token)

    stripe.on_request = end_the_token
    with pytest.MonkeyPatch.context() as patch:
        for name, value in oauth.environ.items():
            patch.setenv(name, value)
        output = sync(stripe.url, api_key=None, max_concurrency=16)
    assert len(output.ids) == len(set(output.ids)) == 6000
    assert oauth.exchanges == 1
    refused = stripe.requests.count("/v1/charges", status=401)
    assert 1 < refused <= 16, "several were in flight, and each was repeated once"
    assert stripe.requests.count("/v1/charges", status=200) >= 60


def test_the_new_pair_is_on_disk_before_it_is_used(account, oauth):
    old = oauth.tokens.read()
    credential = RolledTokens(oauth.app, oauth.tokens)
    oauth.grow_old(56 * 60)
    token = credential.token()
    kept = oauth.tokens.read()
    assert token == kept.access_token != old.access_token
    assert kept.refresh_token != old.refresh_token
    assert kept.obtained_at == account.now, "by Stripe's clock"
    assert RolledTokens(oauth.app, oauth.tokens).renew(token), "the rolled token is good"
    assert oauth.tokens.path.stat().st_mode & 0o777 == 0o600
    assert oauth.tokens.path.parent.stat().st_mode & 0o777 == 0o700


def test_a_token_is_renewed_before_its_hour_is_over(account, oauth, command):
    account.create_charge(100)
    oauth.grow_old(56 * 60)
    assert command("tap-stripe-apex", environ=oauth.environ, token_file=None).returncode == 0
    assert oauth.exchanges == 1
    assert oauth.stripe.requests.count(status=401) == 0


def test_a_machine_whose_clock_is_wrong_exchanges_no_more_than_others(account, oauth, command):
    """The account's clock is not the machine's at all; only time that passed counts."""
    account.create_charge(100)
    oauth.grow_old(50 * 60)
    assert command("tap-stripe-apex", environ=oauth.environ, token_file=None).returncode == 0
    assert oauth.exchanges == 0


def test_after_an_uninstall_the_tap_says_connect_again(oauth, command):
    oauth.stripe.oauth.uninstall()
    result = command("tap-stripe-apex", environ=oauth.environ, token_file=None)
    (line,) = [line for line in result.stderr.splitlines() if "| ERROR " in line]
    assert result.returncode == 1
    assert "Connect again with `stripe-apex connect`" in line
    assert "API key" not in line
    assert result.stdout == ""


def test_an_ended_token_and_a_wrong_key_are_different_messages(account, oauth, command):
    key = command("tap-stripe-apex", api_key="rk_test_wrong").stderr
    account.advance(timedelta(hours=1))
    token = oauth.tokens.read().access_token
    ended = command("tap-stripe-apex", access_token=token).stderr
    assert "Invalid API key" in key
    assert "Connect again" not in key
    assert "no longer accepts the access token" in ended
    assert "Invalid API key" not in ended


def interrupted(oauth, number, struck, sent):
    """Ask for a token when it has ended, and end the process by a signal while Stripe exchanges."""
    oauth.grow_old(3600)
    process = subprocess.Popen(
        [sys.executable, "-c", ASK],
        env=os.environ | oauth.environ | {"TAP_STRIPE_APEX_API_BASE": oauth.stripe.url},
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 60
    while not struck():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.send_signal(number)
    sent.set()
    process.communicate(timeout=60)
    return process.returncode


@pytest.mark.parametrize("repeats", [False, True], ids=["Stripe forgets", "Stripe repeats"])
def test_a_crash_between_exchange_and_write_is_survived_as_far_as_stripe_allows(oauth, repeats):
    old = oauth.tokens.read()
    oauth.stripe.oauth.repeats = repeats
    oauth.stripe.faults.inject(Fault(FaultKind.HANG, path=TOKEN))
    code = interrupted(oauth, signal.SIGKILL, lambda: oauth.exchanges, threading.Event())
    assert code == -signal.SIGKILL
    assert oauth.tokens.read() == old, "whole, if dead"
    credential = RolledTokens(oauth.app, oauth.tokens)
    if repeats:
        assert credential.token() != old.access_token
        assert credential.renew(credential.token())
    else:
        with pytest.raises(AuthenticationError, match="Connect again with `stripe-apex connect`"):
            credential.token()


@pytest.mark.parametrize("repeats", [False, True], ids=["Stripe forgets", "Stripe repeats"])
def test_an_answer_that_gets_lost_is_asked_for_again(oauth, repeats):
    oauth.stripe.oauth.repeats = repeats
    oauth.stripe.faults.inject(Fault(FaultKind.RESET, path=TOKEN))
    oauth.grow_old(3600)
    credential = RolledTokens(oauth.app, oauth.tokens)
    if repeats:
        assert credential.token() == oauth.tokens.read().access_token
    else:
        with pytest.raises(AuthenticationError, match="Connect again"):
            credential.token()


def test_ctrl_c_while_stripe_exchanges_loses_nothing(oauth):
    old = oauth.tokens.read()
    asked, sent = threading.Event(), threading.Event()

    def answer_after_the_signal(request):
        if request.path == TOKEN:
            asked.set()
            assert sent.wait(60)

    oauth.stripe.on_request = answer_after_the_signal
    assert interrupted(oauth, signal.SIGINT, asked.is_set, sent) != 0
    oauth.stripe.on_request = None
    assert oauth.tokens.read().refresh_token != old.refresh_token
    assert RolledTokens(oauth.app, oauth.tokens).renew(oauth.tokens.read().access_token)


def test_a_full_disk_is_noticed_before_the_refresh_token_is_spent(oauth):
    oauth.grow_old(3600)
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env=os.environ | oauth.environ | {"TAP_STRIPE_APEX_API_BASE": oauth.stripe.url},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "CredentialError: Cannot write" in done.stderr
    assert len(oauth.stripe.requests) == 0
    assert RolledTokens(oauth.app, oauth.tokens).token()


@pytest.mark.slow
def test_a_passing_failure_of_stripe_costs_no_connection(oauth):
    oauth.stripe.faults.inject(Fault(FaultKind.SERVER_ERROR, path=TOKEN, times=2))
    oauth.grow_old(3600)
    assert RolledTokens(oauth.app, oauth.tokens).token() == oauth.tokens.read().access_token
    assert oauth.exchanges == 1


def test_a_token_for_another_mode_is_another_source(account, oauth):
    """The state of one account is not continued with another."""
    account.create_charge(100)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in oauth.environ.items():
            patch.setenv(name, value)
        state = sync(oauth.stripe.url, api_key=None).state
        assert state["bookmarks"]["charges"]["source"] == f"test {account.account_id}"
        assert sync(oauth.stripe.url, state, api_key=None).ids == []
    with serve(account) as other, pytest.raises(Exception, match="another Stripe account or mode"):
        sync(other.url, state)
