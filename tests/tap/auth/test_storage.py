"""A key is kept where the project expects it, and found again; no command line ever has it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from stripe_apex.env_file import keep_in_env_file
from stripe_apex.storage import forget_key, save_key
from tap_stripe_apex.auth.key import load_key
from tap_stripe_apex.errors import CredentialError

ROOT = Path(__file__).parents[3]
KEY = "rk_test_51Nobody0may1see2this"
ENV_LINE = f"TAP_STRIPE_APEX_API_KEY='{KEY}'\n"


class Vault(KeyringBackend):
    """A keyring of the system, as far as the library can tell."""

    priority = 5

    def __init__(self, *, locked=False):
        self.held, self.locked = {}, locked

    def get_password(self, service, username):
        if self.locked:
            raise KeyringLocked("no")
        return self.held.get((service, username))

    def set_password(self, service, username, password):
        if self.locked:
            raise KeyringLocked("no")
        self.held[service, username] = password

    def delete_password(self, service, username):
        del self.held[service, username]


@pytest.fixture
def outside(tmp_path, monkeypatch):
    """A user's own folder, in no project."""
    monkeypatch.delenv("MELTANO_PROJECT_ROOT")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "config" / "tap-stripe-apex"


@pytest.fixture
def vault():
    before, found = keyring.get_keyring(), Vault()
    keyring.set_keyring(found)
    yield found
    keyring.set_keyring(before)


@pytest.fixture
def known(stripe):
    """The account lets the key in."""
    stripe.keys.add(KEY)


@contextmanager
def no_argument_is(secret):
    """As far as can be seen of the processes of this machine, many times a second."""
    stop, seen = threading.Event(), set()

    def look():
        while not stop.wait(0.02):
            for process in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    line = process.read_bytes()
                except OSError:
                    continue
                if secret.encode() in line:
                    seen.add(line)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    assert not seen


@contextmanager
def others_never_read(path, secret):
    """As far as anybody sees who looks at a file many times a second."""
    stop, seen = threading.Event(), []

    def look():
        while not stop.wait(0.001):
            try:
                with path.open("rb") as opened:
                    mode = os.fstat(opened.fileno()).st_mode
                    if secret.encode() in opened.read() and mode & 0o077:
                        seen.append(oct(mode))
            except FileNotFoundError:
                pass

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    assert not seen


@pytest.mark.dbt
def test_in_a_meltano_project_meltano_finds_the_key(account, nowhere, command, known):
    account.create_charge(100)
    shutil.copy(ROOT / "meltano.yml", nowhere)
    (nowhere / ".env").touch(mode=0o644)
    with no_argument_is(KEY), others_never_read(nowhere / ".env", KEY):
        connected = command("stripe-apex", "connect", "--api-key-stdin", said=f"{KEY}\n")
    assert connected.returncode == 0, connected.stderr
    assert connected.stdout.splitlines() == [
        "Connected (test mode).",
        "  credential     rk_test_****this",
        "  newest charge  2026-10-01T00:00:00Z",
        f"  kept in        {nowhere / '.env'}",
    ]
    env_file = nowhere / ".env"
    assert env_file.read_text() == ENV_LINE
    assert env_file.stat().st_mode & 0o777 == 0o600
    assert (nowhere / "meltano.yml").read_text() == (ROOT / "meltano.yml").read_text()

    environ = {"TAP_STRIPE_APEX__SELECT": '["charges.*", "refunds.*"]'}
    checked = command("stripe-apex", "check", environ=environ)
    assert checked.returncode == 0, checked.stderr
    selected = checked.stdout.split("Selected streams\n")[1].splitlines()
    assert [line.split()[:2] for line in selected] == [["yes", "charges"], ["yes", "refunds"]]

    assert command("stripe-apex", "disconnect").stdout == f"Deleted from {env_file}.\n"
    assert env_file.read_text() == ""


@pytest.mark.parametrize("before", ["", "OTHER=1", "OTHER=1\n"])
def test_a_line_is_added_to_whatever_is_there(nowhere, before):
    (nowhere / ".env").write_text(before)
    keep_in_env_file(nowhere, "TAP_STRIPE_APEX_API_KEY", KEY)
    assert (nowhere / ".env").read_text() == (f"{before.rstrip()}\n" if before else "") + ENV_LINE


def test_check_says_which_secrets_others_can_read(account, nowhere, command, known):
    account.create_charge(100)
    (nowhere / ".env").write_text(ENV_LINE)
    (nowhere / ".env").chmod(0o640)
    checked = command("stripe-apex", "check")
    assert checked.returncode == 0, checked.stderr
    assert checked.stderr.splitlines()[0] == (
        f"Others on this machine can read {nowhere / '.env'}, which holds secrets. Take that "
        f"right from them: chmod 600 {nowhere / '.env'}"
    )
    (nowhere / ".env").chmod(0o600)
    assert "chmod" not in command("stripe-apex", "check").stderr


def test_check_says_that_others_could_read_the_tokens(oauth, command):
    oauth.tokens.path.chmod(0o644)
    checked = command("stripe-apex", "check", environ=oauth.environ)
    assert f"chmod 600 {oauth.tokens.path}" in checked.stderr


def test_a_project_that_meltano_cannot_read_gets_the_same_line(nowhere, command, known):
    (nowhere / ".env").write_text("OTHER='1'\nTAP_STRIPE_APEX_API_KEY=rk_test_old\n# the end")
    (nowhere / ".env").chmod(0o644)
    with others_never_read(nowhere / ".env", KEY):
        assert command("stripe-apex", "connect", "--api-key-stdin", said=KEY).returncode == 0
    assert (nowhere / ".env").read_text() == f"OTHER='1'\n{ENV_LINE}# the end"
    assert (nowhere / ".env").stat().st_mode & 0o777 == 0o600


def test_outside_of_a_project_the_tap_finds_the_key_in_a_private_file(
    account, outside, command, known
):
    account.create_charge(100)
    connected = command("stripe-apex", "connect", "--api-key-stdin", said=KEY, account_id=None)
    assert connected.returncode == 0, connected.stderr
    kept = outside / "stripe-key"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    ran = command("tap-stripe-apex", api_key=None, date_range={"start": "2020-01-01"})
    assert '"type":"RECORD"' in ran.stdout
    assert command("stripe-apex", "disconnect").stdout == f"Deleted from {kept}.\n"
    assert not kept.exists()
    assert "No Stripe key" in command("tap-stripe-apex", api_key=None).stderr


def test_the_system_s_keyring_is_used_where_there_is_one(outside, vault):
    assert save_key(KEY, os.environ) == "the system's keyring"
    assert load_key(os.environ) == KEY
    assert forget_key(os.environ) == ["the system's keyring"]
    assert load_key(os.environ) is None
    assert not outside.exists()


def test_a_keyring_that_is_locked_says_so(outside, vault):
    vault.locked = True
    with pytest.raises(CredentialError, match="Unlock it"):
        load_key(os.environ)
    assert save_key(KEY, os.environ) == str(outside / "stripe-key")
    assert load_key(os.environ) == KEY


def test_the_keyring_is_not_even_imported_where_nobody_needs_it(outside):
    code = (
        "import os, sys\n"
        "from tap_stripe_apex.auth.credential import find_credential\n"
        "from tap_stripe_apex.settings import Settings\n"
        "find_credential(Settings.of({'api_key': sys.stdin.read()}), os.environ)\n"
        "print('keyring' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=KEY, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        pytest.param("rk_test_51Unknown00000", "Invalid API key", id="unknown"),
        pytest.param("rk_test_51Blind000000", "Grant 'Charges: Read'", id="blind"),
        pytest.param("sk_live_51Powerful000", "live secret key", id="live secret"),
        pytest.param("pk_live_51Public00000", "publishable key", id="publishable"),
        pytest.param("sk_org_live_51Many000", "organisation key", id="organisation"),
        pytest.param("", "No Stripe key", id="nothing"),
        pytest.param("what?", "malformed", id="words"),
    ],
)
def test_a_refused_key_changes_nothing(stripe, nowhere, command, key, words):
    stripe.keys.add(_blind("rk_test_51Blind000000"))
    (nowhere / ".env").write_text(ENV_LINE)
    refused = command("stripe-apex", "connect", "--api-key-stdin", said=key)
    assert refused.returncode == 1
    assert words in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert refused.stdout == ""
    assert (nowhere / ".env").read_text() == ENV_LINE


def _blind(key):
    from stripe_simulator.keys import Key, Permission

    return Key(key, frozenset({Permission.EVENTS}))


def test_a_test_mode_secret_key_is_accepted_with_a_warning(stripe, command):
    stripe.keys.add("sk_test_51Powerful000")
    connected = command("stripe-apex", "connect", "--api-key-stdin", said="sk_test_51Powerful000")
    assert connected.returncode == 0
    assert "a restricted key would do" in connected.stderr


def test_a_key_is_not_taken_where_it_would_never_be_used(oauth, command, known):
    refused = command("stripe-apex", "connect", "--api-key-stdin", said=KEY, environ=oauth.environ)
    assert refused.returncode == 1
    assert "Unset them first" in refused.stderr


def test_a_key_in_the_environment_that_beats_the_kept_one_is_pointed_at(command, known):
    environ = {"TAP_STRIPE_APEX_API_KEY": "rk_test_other"}
    arguments = ("stripe-apex", "connect", "--api-key-stdin")
    assert "used before this one" in command(*arguments, said=KEY, environ=environ).stderr


def test_disconnecting_by_oauth_uninstalls_the_app(oauth, command):
    token = oauth.tokens.read().access_token
    result = command("stripe-apex", "disconnect", environ=oauth.environ)
    assert result.returncode == 0
    assert result.stdout == f"Deleted from {oauth.tokens.path}.\n"
    assert not oauth.tokens.path.exists()
    assert token not in {key.value for key in oauth.stripe.keys}


@pytest.mark.parametrize("lacking", ["the app", "the account", "whole tokens"])
def test_where_the_app_cannot_be_uninstalled_the_tokens_go_and_it_is_said(oauth, command, lacking):
    environ = {} if lacking == "the app" else oauth.environ
    if lacking == "the account":
        oauth.stripe.oauth.uninstall()
        environ |= {"STRIPE_APP_SECRET_KEY": "sk_test_51Another0000"}
    if lacking == "whole tokens":
        oauth.tokens.path.write_bytes(b"{")
    result = command("stripe-apex", "disconnect", environ=environ)
    assert result.returncode == 0
    assert not oauth.tokens.path.exists()
    assert "https://dashboard.stripe.com/settings/apps" in result.stderr


def test_what_was_never_connected_is_disconnected_without_a_trace(nowhere, command):
    assert command("stripe-apex", "disconnect").stdout == "Nothing was kept.\n"
    assert list(nowhere.iterdir()) == []


def test_a_key_that_stands_in_the_configuration_is_pointed_at(command):
    result = command("stripe-apex", "disconnect", api_key=KEY)
    assert result.stdout == "Nothing was kept.\n"
    assert "api_key is set in the configuration" in result.stderr


@pytest.mark.parametrize("path", [".env", ".secrets/stripe-tokens.json"])
def test_git_does_not_see_what_is_secret(path):
    done = subprocess.run(["git", "check-ignore", "-q", path], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_a_folder_of_secrets_hides_itself_from_git(oauth, nowhere):
    """In whatever project it was made."""
    subprocess.run(["git", "init", "-q"], cwd=nowhere, check=True)
    listed = subprocess.run(
        ["git", "status", "--porcelain"], cwd=nowhere, check=True, capture_output=True, text=True
    )
    assert oauth.tokens.path.exists()
    assert listed.stdout == ""
