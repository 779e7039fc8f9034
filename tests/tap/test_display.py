"""People see how far a run is, on standard error; standard output stays pure Singer."""

import json
import logging
import os
import pty
import re
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_simulator.keys import DEFAULT_KEY, Key, Permission
from tap_stripe_apex.reading.bookmark import Bookmark
from tap_stripe_apex.reading.display import HEARTBEAT, Display, Facts, Lines
from tap_stripe_apex.reading.windows import Window
from tap_stripe_apex.tap import TapStripeApex
from tap_stripe_apex.wire.usage import Usage
from tests.conftest import EVERYTHING

BIN = Path(sys.executable).parent
HOUR = timedelta(hours=1)


class Clock:
    """Stands still until it is moved; counts who looks."""

    def __init__(self):
        self.time = 1000.0
        self.looks = 0

    def __call__(self):
        self.looks += 1
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def lines(caplog):
    """What was logged about the stream so far."""
    caplog.set_level(logging.INFO)
    return lambda: [r.getMessage() for r in caplog.records if "of the range" in r.getMessage()]


@pytest.fixture
def in_terminal(tmp_path, stripe):
    """Run `tap-stripe-apex` with standard error on a terminal: what it drew, and what it wrote."""

    def run(**settings):
        config = {"api_key": DEFAULT_KEY, "api_base": stripe.url, "date_range": EVERYTHING}
        path = tmp_path / "config.json"
        path.write_text(json.dumps(config | settings))
        ours, theirs = pty.openpty()
        with (tmp_path / "out.jsonl").open("wb") as out:
            process = subprocess.Popen(
                [BIN / "tap-stripe-apex", "--config", path],
                stdout=out,
                stderr=theirs,
                env={**os.environ, "TERM": "xterm", "COLUMNS": "90"},
            )
        os.close(theirs)
        drawn = b""
        try:
            while part := os.read(ours, 65_536):
                drawn += part
        except OSError:  # how Linux says that nobody holds the other end any more
            pass
        finally:
            os.close(ours)
            process.wait(timeout=30)
        return drawn.decode(), (tmp_path / "out.jsonl").read_text()

    return run


def a_run_of_some_seconds(account):
    """What a pace of four requests a second makes of it."""
    for _ in range(900):
        account.create_charge(100)
        account.advance(HOUR)
    return {"max_requests_per_second": 4}


def test_a_line_every_ten_seconds_says_how_far_a_stream_is(clock, lines):
    usage = Usage()
    display = Display(usage, logging.getLogger("tap-stripe-apex"), clock=clock)
    shown = display.reading("charges", Bookmark(range=Window(0, 100)))
    picture = Lines(logging.getLogger("tap-stripe-apex"))
    for second in range(1, 36):
        clock.time += 1
        usage.requests += 20
        shown.wrote(2_000, Bookmark(range=Window(0, 100), covered=(Window(0, second),)))
        for _ in range(4):
            picture.show(display.facts(shown))
    assert lines() == [
        "charges: 20,000 records, 10% of the range, 2,000/s, 200 requests",
        "charges: 40,000 records, 20% of the range, 2,000/s, 400 requests",
        "charges: 60,000 records, 30% of the range, 2,000/s, 600 requests",
    ]
    assert display.records == 70_000


def test_a_stream_that_waits_is_seen_to_wait(clock, lines):
    usage = Usage(requests=7)
    display = Display(usage, logging.getLogger("tap-stripe-apex"), clock=clock)
    shown = display.reading("refunds", Bookmark(range=Window(0, 100)))
    picture = Lines(logging.getLogger("tap-stripe-apex"))
    clock.time += HEARTBEAT
    usage.requests += 1
    picture.show(display.facts(shown))
    assert lines() == ["refunds: 0 records, 0% of the range, 0/s, 1 requests"]


@given(
    st.integers(1, 10**9),
    st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 10**8)), max_size=4),
)
def test_a_hundred_percent_means_that_nothing_is_left(length, parts):
    covered = tuple(Window(start, start + seconds) for start, seconds in parts)
    bookmark = Bookmark(range=Window(0, length), covered=covered)
    assert 0 <= bookmark.percent <= 100
    assert (bookmark.percent == 100) == (bookmark.gaps == [])


def test_a_short_run_shows_neither_bar_nor_line(account, in_terminal):
    account.create_charge(100)
    drawn, _ = in_terminal()
    assert "Asked Stripe 2 times" in drawn
    assert "\x1b" not in drawn
    assert "of the range" not in drawn


@pytest.mark.slow
def test_in_a_terminal_a_bar_shows_how_far_the_stream_is(account, in_terminal):
    drawn, written = in_terminal(**a_run_of_some_seconds(account))
    bar = re.compile(r"charges .*━.* \d+%  \d+ records  \d+/s  \d+ requests")
    assert bar.search(drawn)
    assert {json.loads(line)["type"] for line in written.splitlines()} == {
        "SCHEMA",
        "RECORD",
        "STATE",
    }
    last = drawn[drawn.rindex("\x1b[?25h") :]
    assert not bar.search(last), "the bar is gone at the end, and the cursor is back"
    assert "Asked Stripe" in last


@pytest.mark.slow
def test_a_line_that_is_logged_meanwhile_stands_above_the_bar(account, stripe, in_terminal):
    without_customers = frozenset(Permission) - {Permission.CUSTOMERS}

    def revoke(request):
        if stripe.requests.count("/v1/charges") >= 13:
            stripe.keys.add(Key(DEFAULT_KEY, without_customers))

    stripe.on_request = revoke
    drawn, _ = in_terminal(**a_run_of_some_seconds(account))
    warning = drawn.index("| WARNING ")
    assert drawn.index("━") < warning < drawn.rindex("━")
    assert re.search(r"\x1b\[2K[-\d]+ [:,\d]+ \| WARNING .*Grant 'Customers: Read'.*\n", drawn)


@pytest.mark.slow
def test_an_error_is_one_line_below_a_bar_that_is_gone(account, stripe, in_terminal):
    def revoke(request):
        if stripe.requests.count("/v1/charges") >= 13:
            stripe.keys.revoke(DEFAULT_KEY)

    stripe.on_request = revoke
    drawn, _ = in_terminal(**a_run_of_some_seconds(account))
    last = drawn[drawn.rindex("\x1b[?25h") :]
    assert last.count("| ERROR ") == 1
    assert "━" not in last
    assert "Traceback" not in last


@pytest.mark.slow
def test_nothing_is_done_for_each_record(account, stripe, clock, capsysbinary):
    for _ in range(2_000):
        account.create_charge(100)
        account.advance(timedelta(minutes=1))
    tap = TapStripeApex(
        config={"api_key": DEFAULT_KEY, "api_base": stripe.url, "date_range": EVERYTHING}
    )
    tap.sync.display = Display(tap.sync.session.usage, tap.logger, clock=clock)
    tap.sync_all()
    tap.sync.session.close()
    assert tap.sync.display.records == 2_000
    assert clock.looks < 200
    assert not [t for t in threading.enumerate() if t.name == "display"], "nobody looks any more"


def test_what_draws_is_loaded_only_for_a_terminal():
    program = "import sys, tap_stripe_apex.tap; sys.exit('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_the_summary_names_requests_records_seconds_retries_and_the_share_of_the_limit():
    usage = Usage(requests=1_200, retries=3)
    usage.began -= 100
    assert usage.summary(records=115_000, per_second=20) == (
        "Asked Stripe 1,200 times in 100.0 s (records: 115,000, retries: 3, used 60% of the limit "
        "of 20 requests/s)."
    )


def test_facts_are_read_in_one_look():
    assert str(Facts("charges", 63, 120_000, 1_234, 28.0)) == (
        "charges: 120,000 records, 63% of the range, 4,286/s, 1,234 requests"
    )
