"""Bad input gets one clear line and exit code 1; standard output is pure Singer."""

import json
import re
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from stripe_simulator.faults import Fault, FaultKind
from stripe_simulator.keys import Key, Permission
from tests import commands
from tests.conftest import EVERYTHING

BIN = Path(sys.executable).parent


@pytest.fixture
def tap(tmp_path, stripe):
    """Run `tap-stripe-apex` as a user does."""

    def run(*arguments, **settings):
        config = {"api_key": "rk_test_simulated", "api_base": stripe.url, **settings}
        path = tmp_path / "config.json"
        path.write_text(json.dumps({k: v for k, v in config.items() if v is not None}))
        return commands.run("tap-stripe-apex", "--config", path, *arguments)

    return run


BAD = [
    pytest.param({"api_key": None}, "No Stripe key is configured", id="no key"),
    pytest.param({"api_key": "hello"}, "Invalid API key: it is malformed", id="malformed key"),
    pytest.param({"api_key": "pk_test_x"}, "publishable key", id="publishable key"),
    pytest.param({"api_key": "sk_live_51Secret"}, "live secret key", id="live secret key"),
    pytest.param({"api_key": "rk_test_unknown"}, "revoked. Make a new restricted key", id="401"),
    pytest.param({"api_key": "rk_test_blind"}, "Grant 'Charges: Read'", id="403"),
    pytest.param({"colour": "red"}, "Unknown setting: 'colour'", id="unknown setting"),
    pytest.param(
        {"date_range": {"start": "2026-02-01", "end": "2026-01-01"}},
        "upside down",
        id="upside down",
    ),
    pytest.param({"date_range": {"start": "soon"}}, "no date or time", id="no format"),
    pytest.param({"date_range": "2026"}, "date_range", id="no object"),
    pytest.param({"api_base": "http://127.0.0.1:9"}, "Cannot read events from", id="unreachable"),
    pytest.param({"api_base": "http://example.com"}, "must begin with https", id="plain http"),
    pytest.param({"max_requests_per_second": 0}, "more than 0", id="no pace"),
    pytest.param({"api_key": {"k": "51Secret"}}, "api_key must be text", id="a key in an object"),
    pytest.param({"account_id": "acct_1\n"}, "acct_", id="no account"),
    pytest.param({"api_base": "https://localhost:abc"}, "no server's address", id="no port"),
    pytest.param({"max_concurrency": 0}, "between 1 and 64", id="nothing in flight"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("settings", "words"), BAD)
def test_bad_input_is_one_line_that_says_what_to_do(account, stripe, tap, settings, words):
    stripe.keys.add(Key("rk_test_blind", frozenset({Permission.EVENTS})))
    account.create_charge(100, billing_email="jane@example.com")
    result = tap(**settings)
    errors = [line for line in result.stderr.splitlines() if "| ERROR " in line]
    assert result.returncode == 1
    assert len(errors) == 1
    assert words in errors[0]
    assert "Traceback" not in result.stderr
    assert not re.search(r"51Secret|jane@|rk_test_unknown", result.stderr + result.stdout)
    assert '"type":"RECORD"' not in result.stdout


def test_nothing_is_written_before_the_key_was_accepted(tap):
    assert tap(api_key="rk_test_unknown").stdout == ""


def test_a_429_that_does_not_end_says_what_to_lower(stripe, tap):
    stripe.faults.inject(
        Fault(FaultKind.RATE_LIMITED, times=99, headers={"Stripe-Should-Retry": "false"})
    )
    result = tap()
    assert result.returncode == 1
    assert "Lower max_requests_per_second" in result.stderr


def test_a_traceback_is_there_for_who_asks(tap):
    result = tap("--log-level", "debug", api_key="hello")
    assert result.returncode == 1
    assert "Traceback" in result.stderr


def test_a_configuration_that_is_no_json_is_one_line(tmp_path):
    path = tmp_path / "config.json"
    path.write_text("{api_key: rk_test_5secret}")
    result = commands.run("tap-stripe-apex", "--config", path)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "5secret" not in result.stderr


@pytest.mark.parametrize("option", ["--state", "--catalog", "--config"])
@pytest.mark.parametrize("text", ["", "{", "[1]", "null", '"x"', '{"bookmarks": [1]}'])
def test_a_damaged_file_is_one_line(tmp_path, tap, option, text):
    path = tmp_path / "damaged.json"
    path.write_text(text)
    result = tap(option, path)
    assert "Traceback" not in result.stderr
    assert sum("| ERROR " in line for line in result.stderr.splitlines()) == result.returncode


def test_discovery_needs_no_key(tap):
    result = tap("--discover", api_key=None)
    assert result.returncode == 0
    streams = {entry["tap_stream_id"]: entry for entry in json.loads(result.stdout)["streams"]}
    assert set(streams) == {
        "charges",
        "customers",
        "refunds",
        "disputes",
        "balance_transactions",
        "checkout_sessions",
        "failed_charges",
    }


def test_the_sample_configuration_discovers():
    root = Path(__file__).parents[2]
    result = subprocess.run(
        [BIN / "tap-stripe-apex", "--config", root / "sample_config.json", "--discover"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(result.stdout)["streams"]


def test_about_describes_every_setting(tap):
    result = tap("--about", "--format", "markdown")
    assert result.returncode == 0
    assert "| date_range |" in result.stdout


def test_the_connection_test_costs_one_request_for_each_selected_stream(account, stripe, tap):
    account.create_charge(100)
    result = tap("--test")
    assert result.returncode == 0
    assert len(stripe.requests) == 1
    assert sum('"type":"RECORD"' in line for line in result.stdout.splitlines()) == 1


def test_the_connection_test_of_an_empty_account_succeeds(tap):
    assert tap("--test").returncode == 0


def test_standard_output_is_pure_singer(account, tap):
    account.create_charge(100)
    lines = tap().stdout.splitlines()
    assert {json.loads(line)["type"] for line in lines} == {"SCHEMA", "RECORD", "STATE"}


def test_the_summary_says_what_was_asked(account, tap):
    account.create_charge(100)
    assert "Asked Stripe 2 times" in tap().stderr


@pytest.fixture
def started(tmp_path, stripe):
    """A tap that is under way, and its standard output as a pipe."""
    config = {"api_key": "rk_test_simulated", "api_base": stripe.url, "date_range": EVERYTHING}
    (tmp_path / "config.json").write_text(json.dumps(config))
    stripe.latency = 0.05
    process = subprocess.Popen(
        [BIN / "tap-stripe-apex", "--config", tmp_path / "config.json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


@pytest.fixture
def busy_account(account):
    for _ in range(6000):
        account.create_charge(100)
        account.advance(timedelta(minutes=10))
    return account


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_a_run_that_was_ended_by_a_signal_is_no_success(busy_account, stripe, started, number):
    lines = [started.stdout.readline() for _ in range(5)]
    started.send_signal(number)
    lines += started.stdout.readlines()
    err = started.stderr.read()
    assert started.wait(30) == 128 + number
    assert f"Ended by {number.name}" in err
    assert "Traceback" not in err
    assert "Asked Stripe" not in err, "a summary is of a complete run"
    messages = [json.loads(line) for line in lines]  # each is whole
    assert_that_each_state_is_true(messages, busy_account)


def assert_that_each_state_is_true(messages, account):
    """What a state says was read had been written before it."""
    written = set()
    for message in messages:
        if message["type"] == "RECORD":
            written.add(message["record"]["id"])
        elif message["type"] == "STATE" and "charges" in message["value"].get("bookmarks", {}):
            for start, end in message["value"]["bookmarks"]["charges"]["covered"]:
                window = map(datetime.fromisoformat, (start, end))
                assert set(account.ledger(*window).charges) <= written


@pytest.mark.slow
def test_a_target_that_has_ended_is_named_as_the_cause(busy_account, started):
    started.stdout.readline()
    started.stdout.close()
    started.wait(30)
    err = started.stderr.read()
    assert started.returncode == 1
    assert "Nobody reads the records any more" in err
    assert "Traceback" not in err
    assert "BrokenPipeError" not in err


@pytest.mark.slow
def test_a_full_disk_below_standard_output_is_one_line(account, stripe, tmp_path):
    account.create_charge(100)
    config = {"api_key": "rk_test_simulated", "api_base": stripe.url, "date_range": EVERYTHING}
    (tmp_path / "config.json").write_text(json.dumps(config))
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [BIN / "tap-stripe-apex", "--config", tmp_path / "config.json"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert "Cannot write what was read: No space left on device. Make room" in last
    assert "bug" not in done.stderr


@pytest.mark.slow
def test_the_package_runs_as_a_module_too():
    """And importing it brings the SDK only to whoever asks for the tap."""
    run = [sys.executable, "-m", "tap_stripe_apex", "--version"]
    assert subprocess.check_output(run, text=True).startswith("tap-stripe-apex v")
    program = "import sys, tap_stripe_apex; assert 'singer_sdk' not in sys.modules; "
    program += "print(tap_stripe_apex.TapStripeApex.name)"
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == (
        "tap-stripe-apex"
    )
