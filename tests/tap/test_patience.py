"""What may pass is waited out, for as long as was promised, and people are told."""

import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from stripe_simulator.faults import Fault, FaultKind
from stripe_simulator.keys import DEFAULT_KEY
from tap_stripe_apex import errors
from tap_stripe_apex.auth.credential import ApiKey
from tap_stripe_apex.auth.oauth import StripeApp
from tap_stripe_apex.reading.bookmark import Bookmark
from tap_stripe_apex.reading.date_range import Window
from tap_stripe_apex.reading.display import Display, Lines
from tap_stripe_apex.wire.limiter import Limiter
from tap_stripe_apex.wire.patience import RUN, PassingError, Retrier, Trouble
from tap_stripe_apex.wire.session import Session
from tests.conftest import sync
from tests.patience import Clock, without_waiting
from tests.sockets import answering

LIMITED = Fault(FaultKind.RATE_LIMITED, path="/v1/charges", headers={"Retry-After": "0"})
DOWN = Fault(FaultKind.SERVER_ERROR, path="/v1/charges", status=503)
TOKEN = "/v1/oauth/token"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def one_charge(account):
    account.create_charge(100)
    return account


def lasting(fault, times=999_999):
    return Fault(
        fault.kind, times=times, path=fault.path, status=fault.status, headers=fault.headers
    )


@pytest.mark.slow
def test_fifteen_429s_in_a_row_do_not_end_a_run(one_charge, stripe, clock):
    stripe.faults.inject(lasting(LIMITED, 15))
    assert sync(stripe.url, patience=without_waiting(clock)).ids == [
        charge.id for charge in one_charge.charges
    ]
    assert clock.now - 1000 > 60


@pytest.mark.parametrize(
    ("fault", "minutes", "kind"),
    [
        pytest.param(LIMITED, 10, errors.RateLimitedError, id="429"),
        pytest.param(DOWN, 5, errors.UnavailableError, id="503"),
        pytest.param(
            Fault(FaultKind.RESET, path="/v1/charges"), 5, errors.UnavailableError, id="broken"
        ),
    ],
)
def test_a_run_ends_after_so_many_minutes_and_says_once_a_minute_why_it_waits(
    one_charge, stripe, clock, caplog, fault, minutes, kind
):
    stripe.faults.inject(lasting(fault))
    with pytest.raises(kind):
        sync(stripe.url, patience=without_waiting(clock), max_requests_per_second=2000)
    assert minutes * 60 <= clock.now - 1000 <= minutes * 60 + 30
    said = [r.getMessage() for r in caplog.records if "This has lasted for" in r.getMessage()]
    assert minutes - 2 <= len(said) <= minutes
    assert all(f"it is waited out for {minutes} minutes" in line for line in said)
    assert "lasted for 1 minute;" in said[0]


def test_a_refusal_is_told_at_once(one_charge, stripe, clock):
    stripe.faults.inject(Fault(FaultKind.SERVER_ERROR, times=9, path="/v1/charges", status=400))
    with pytest.raises(errors.InvalidRequestError):
        sync(stripe.url, patience=without_waiting(clock))
    assert clock.now == 1000
    assert stripe.requests.count("/v1/charges") == 1


def fails(trouble):
    raise PassingError(errors.UnavailableError("down"), trouble, "It is down")


def test_429s_are_waited_out_for_as_long_as_anybody_is_answered(clock):
    retrier = Retrier(without_waiting(clock))

    def ask():
        if clock.now > 1000 + 3600:
            return "answered"
        if clock.now - answered[-1] > 540:
            answered.append(clock.now)
            retrier.call(lambda: "another thread's answer")
        return fails(Trouble.LIMITED)

    answered = [clock.now]
    assert retrier.call(ask) == "answered"
    assert len(answered) > 5
    assert retrier.waiting is None


def test_a_refusal_is_an_answer_too(clock):
    retrier = Retrier(without_waiting(clock))
    answers = iter([Trouble.LIMITED, None])

    def ask():
        trouble = next(answers)
        if trouble is None:
            raise errors.InvalidRequestError("no such charge", "resource_missing")
        return fails(trouble)

    with pytest.raises(errors.InvalidRequestError):
        retrier.call(ask)
    assert retrier.waiting is None


def test_a_pause_is_never_longer_than_what_is_left(clock):
    with pytest.raises(errors.UnavailableError):
        Retrier(without_waiting(clock)).call(lambda: fails(Trouble.UNAVAILABLE))
    assert clock.now == pytest.approx(1000 + RUN.unavailable)


def test_where_nothing_ever_answered_nobody_waits_for_minutes(clock):
    with pytest.raises(errors.UnavailableError, match=r"http://127\.0\.0\.1:9: the connection"):
        sync("http://127.0.0.1:9", patience=without_waiting(clock))
    assert clock.now - 1000 < 5


def test_the_heartbeat_shows_what_is_waited_for(one_charge, stripe, clock, caplog):
    """As the thread sees it that looks at a run which waits."""
    caplog.set_level(logging.INFO)
    seen = []

    def sleep(seconds):
        clock.sleep(seconds)
        lines.show(display.facts(shown))
        seen.extend(r.getMessage() for r in caplog.records if "of the range" in r.getMessage())
        caplog.clear()

    patience = without_waiting(clock)
    session = Session(
        ApiKey(DEFAULT_KEY),
        Limiter(100, 1),
        api_base=stripe.url,
        patience=type(patience)(clock=clock, sleep=sleep),
    )
    display = Display(session.usage, logging.getLogger("tap-stripe-apex"), clock=clock)
    lines = Lines(logging.getLogger("tap-stripe-apex"))
    shown = display.reading("charges", Bookmark(range=Window(0, 100)))
    stripe.faults.inject(lasting(DOWN, 8))
    session.get("/v1/charges", (), bytes, what="charges")
    assert re.fullmatch(
        r"charges: 0 records, 0% of the range, 0/s, \d requests; waiting for \d+ s: "
        "Stripe answered 503 while reading charges",
        seen[-1],
    )
    assert "waiting" not in str(display.facts(shown)), "it was answered"
    session.close()


@pytest.mark.parametrize(("fault", "seconds"), [(LIMITED, 600), (DOWN, 300)], ids=["429", "503"])
def test_tokens_are_waited_for_by_the_same_rules(oauth_app, stripe, clock, fault, seconds):
    stripe.faults.inject(Fault(fault.kind, times=9999, path=TOKEN, status=503))
    app = StripeApp(
        oauth_app.client_id, oauth_app.secret_key, stripe.url, patience=without_waiting(clock)
    )
    with pytest.raises(errors.StripeError):
        app.refresh("rt_1")
    assert clock.now - 1000 == pytest.approx(seconds)


@pytest.fixture
def oauth_app(stripe):
    return stripe.oauth.app


def test_a_503_of_a_proxy_which_has_no_date_is_waited_out_too(clock):
    answer = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
    with answering(answer) as url, pytest.raises(errors.UnavailableError, match="answered 503"):
        sync(url, patience=without_waiting(clock))
    assert clock.now - 1000 == pytest.approx(RUN.unavailable)


@pytest.mark.slow
@pytest.mark.parametrize(("rate", "warnings"), [(100, 0), (101, 1), (500, 1)])
def test_a_raised_limit_may_be_used_with_one_warning(stripe, tmp_path, rate, warnings):
    config = tmp_path / "config.json"
    config.write_text(
        json.dumps(
            {"api_key": DEFAULT_KEY, "api_base": stripe.url, "max_requests_per_second": rate}
        )
    )
    done = subprocess.run(
        [Path(sys.executable).parent / "tap-stripe-apex", "--config", config],
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert done.stderr.count("Stripe allows 100 in all") == warnings


@pytest.mark.parametrize("rate", [0, -1])
def test_no_requests_at_all_is_no_pace(stripe, rate):
    with pytest.raises(errors.ConfigurationError, match="more than 0"):
        sync(stripe.url, max_requests_per_second=rate)
