"""What goes wrong on the way is mended by itself, or said in one line; nothing is lost."""

import re
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from stripe_simulator.faults import Fault, FaultKind
from stripe_simulator.keys import Key, Permission
from tap_stripe_apex import errors
from tap_stripe_apex.wire.limiter import Limiter
from tests import conftest
from tests.patience import without_waiting

sync = partial(conftest.sync, patience=without_waiting())
sync_until_an_error = partial(conftest.sync_until_an_error, patience=without_waiting(silence=0.1))


@pytest.fixture
def busy_account(account):
    for _ in range(450):
        account.create_charge(100)
        account.advance(timedelta(minutes=10))
    return account


def limited(reason, **headers):
    return Fault(FaultKind.RATE_LIMITED, nth=2, times=2, reason=reason, headers=headers)


PASSING = [
    *(
        pytest.param(limited(reason, **{"Retry-After": "0"}), id=f"429 {reason or 'lock time-out'}")
        for reason in (
            "global-rate",
            "global-concurrency",
            "endpoint-rate",
            "endpoint-concurrency",
            "resource-specific",
            None,
        )
    ),
    pytest.param(Fault(FaultKind.SERVER_ERROR, nth=2, times=3), id="500"),
    pytest.param(Fault(FaultKind.SERVER_ERROR, nth=2, times=2, status=503), id="503"),
    pytest.param(Fault(FaultKind.SERVER_ERROR, nth=2, times=2, status=409), id="409"),
    pytest.param(
        Fault(FaultKind.SERVER_ERROR, nth=2, status=400, headers={"Stripe-Should-Retry": "true"}),
        id="400 with advice to retry",
    ),
    pytest.param(Fault(FaultKind.RESET, nth=2, times=3), id="reset"),
    pytest.param(Fault(FaultKind.RESET_IN_BODY, nth=2, times=3), id="reset in the body"),
    pytest.param(Fault(FaultKind.TRUNCATED, nth=2, times=3), id="truncated JSON"),
    pytest.param(Fault(FaultKind.GARBAGE, nth=2, times=3), id="garbage"),
]


@pytest.mark.parametrize("gzipped", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("path", ["/v1/events", "/v1/charges"])
def test_a_passing_fault_is_mended_by_itself(busy_account, stripe, fault, path, gzipped):
    stripe.gzipped = gzipped
    nth = 1 if path == "/v1/events" else 2
    stripe.faults.inject(replace(fault, nth=nth, path=path))
    output = sync(stripe.url)
    assert sorted(output.ids) == sorted(busy_account.ledger().charges)
    assert len(output.ids) == 450


def test_a_429_makes_the_run_wait_for_as_long_as_stripe_says(busy_account, stripe, monkeypatch):
    waits = []
    limited = Limiter.limited

    def watched(self, *, concurrency, pause):
        waits.append((concurrency, pause))
        limited(self, concurrency=concurrency, pause=0)

    monkeypatch.setattr(Limiter, "limited", watched)
    for nth, (reason, after) in enumerate(
        [("global-concurrency", "7"), ("endpoint-rate", "3.5"), (None, "soon")], start=2
    ):
        stripe.faults.inject(
            Fault(
                FaultKind.RATE_LIMITED, nth, 1, "/v1/charges", 429, reason, {"Retry-After": after}
            )
        )
    assert len(sync(stripe.url).ids) == 450
    assert sorted(waits) == [(False, 0.0), (False, 3.5), (True, 7.0)]


LASTING = [
    pytest.param(
        Fault(FaultKind.RATE_LIMITED, headers={"Retry-After": "0"}),
        errors.RateLimitedError,
        "endpoint-rate",
        id="429",
    ),
    pytest.param(
        Fault(FaultKind.SERVER_ERROR, status=503), errors.UnavailableError, "503", id="503"
    ),
    pytest.param(Fault(FaultKind.RESET), errors.UnavailableError, "broke off", id="reset"),
    pytest.param(
        Fault(FaultKind.RESET_IN_BODY), errors.UnavailableError, "broke off", id="reset in the body"
    ),
    pytest.param(
        Fault(FaultKind.TRUNCATED), errors.UnavailableError, "cannot be read", id="truncated"
    ),
    pytest.param(Fault(FaultKind.GARBAGE), errors.UnavailableError, "cannot be read", id="garbage"),
    pytest.param(Fault(FaultKind.HANG), errors.UnavailableError, "no answer in time", id="hangs"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "kind", "words"), LASTING)
def test_a_lasting_fault_is_an_error_with_the_request_and_the_next_run_repairs_all(
    busy_account, stripe, fault, kind, words
):
    for _ in range(2000):
        busy_account.create_charge(100)
        busy_account.advance(timedelta(minutes=10))
    stripe.faults.inject(replace(fault, nth=12, times=999, path="/v1/charges"))
    output, error = sync_until_an_error(stripe.url)
    assert isinstance(error, kind)
    assert re.search(words, str(error))
    if fault.kind in {FaultKind.RATE_LIMITED, FaultKind.SERVER_ERROR, FaultKind.TRUNCATED}:
        assert "(request req_" in str(error)
    stripe.faults.clear()
    assert len(output.ids) < 2450
    again = sync(stripe.url, output.state)
    assert sorted([*output.ids, *again.ids]) == sorted(busy_account.ledger().charges)


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "kind", "words"), LASTING)
def test_a_lasting_fault_in_a_catch_up_is_repaired_by_the_next_run(
    busy_account, stripe, fault, kind, words
):
    state = sync(stripe.url).state
    refunded = list(busy_account.charges)[::10]
    for charge in refunded:
        busy_account.refund(charge.id, 10)
    busy_account.advance(timedelta(hours=1))
    stripe.faults.inject(replace(fault, nth=2, times=999, path="/v1/charges"))
    output, error = sync_until_an_error(stripe.url, state)
    assert isinstance(error, kind)
    stripe.faults.clear()
    again = sync(stripe.url, output.state)
    assert {*output.ids, *again.ids} == {charge.id for charge in refunded}


@pytest.mark.parametrize("status", [409, 429, 500, 503])
def test_stripe_may_forbid_a_retry(busy_account, stripe, status):
    kind = FaultKind.RATE_LIMITED if status == 429 else FaultKind.SERVER_ERROR
    forbidden = {"Stripe-Should-Retry": "false"}
    stripe.faults.inject(Fault(kind, 1, 99, "/v1/charges", status, None, forbidden))
    with pytest.raises(errors.StripeError, match=r"\(request req_"):
        sync(stripe.url)
    assert stripe.requests.count("/v1/charges") == 1


def test_a_refusal_is_never_retried(busy_account, stripe):
    with pytest.raises(errors.AuthenticationError, match="Invalid API key"):
        sync(stripe.url, api_key="rk_test_wrong")
    assert len(stripe.requests) == 1


def test_without_the_charges_permission_it_is_an_error(busy_account, stripe):
    stripe.keys.add(Key("rk_test_none", frozenset({Permission.EVENTS})))
    with pytest.raises(errors.PermissionDeniedError, match="'Charges: Read'"):
        sync(stripe.url, api_key="rk_test_none")


def test_without_permission_for_balance_transactions_it_is_an_error_when_they_are_asked_for(
    busy_account, stripe
):
    allowed = frozenset(Permission) - {Permission.BALANCE_TRANSACTIONS}
    stripe.keys.add(Key("rk_test_some", allowed))
    with pytest.raises(errors.PermissionDeniedError, match="balance transactions"):
        sync(stripe.url, api_key="rk_test_some", expand_balance_transactions=True)
    assert len(sync(stripe.url, api_key="rk_test_some").ids) == 450


def test_an_expired_key_is_not_called_a_wrong_one(busy_account, stripe):
    stripe.keys.expire("rk_test_simulated")
    with pytest.raises(errors.ExpiredTokenError, match="expired"):
        sync(stripe.url)


def test_a_hanging_server_is_given_up_in_time(busy_account, stripe):
    stripe.faults.inject(Fault(FaultKind.HANG, 2, 1, "/v1/charges"))
    assert len(sync(stripe.url, patience=without_waiting(silence=0.3)).ids) == 450


def test_an_unreachable_server_is_named():
    with pytest.raises(
        errors.UnavailableError, match=r"Cannot read events from http://127\.0\.0\.1:9"
    ):
        sync("http://127.0.0.1:9")
