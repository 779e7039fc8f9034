"""What goes wrong on the way is mended by itself, or said in one line; nothing is lost."""

from datetime import timedelta

import pytest

from tap_stripe_apex import errors, http
from tap_stripe_apex.simulator.faults import Fault, FaultKind
from tap_stripe_apex.simulator.keys import Key, Permission
from tests.conftest import sync


@pytest.fixture(autouse=True)
def impatience(monkeypatch):
    """The real retries, with shorter pauses."""
    monkeypatch.setattr(http.Retries.__init__, "__defaults__", (7, 3, 0.01, 0.05))


@pytest.fixture
def busy_account(account):
    for _ in range(450):
        account.create_charge(100)
        account.advance(timedelta(minutes=10))
    return account


PASSING = [
    pytest.param(Fault(FaultKind.RATE_LIMITED, nth=2, times=2), id="429"),
    pytest.param(
        Fault(FaultKind.RATE_LIMITED, nth=2, reason="global-concurrency"), id="429 concurrency"
    ),
    pytest.param(Fault(FaultKind.RATE_LIMITED, nth=2, reason=None), id="429 lock time-out"),
    pytest.param(Fault(FaultKind.SERVER_ERROR, nth=2, times=3), id="500"),
    pytest.param(Fault(FaultKind.SERVER_ERROR, nth=2, times=2, status=503), id="503"),
    pytest.param(
        Fault(FaultKind.SERVER_ERROR, nth=2, status=409, headers={"Stripe-Should-Retry": "true"}),
        id="409 with advice",
    ),
    pytest.param(Fault(FaultKind.RESET, nth=2, times=3), id="reset"),
    pytest.param(Fault(FaultKind.RESET_IN_BODY, nth=2, times=3), id="reset in the body"),
    pytest.param(Fault(FaultKind.TRUNCATED, nth=2, times=3), id="truncated JSON"),
    pytest.param(Fault(FaultKind.GARBAGE, nth=2, times=3), id="garbage"),
]


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("path", ["/v1/events", "/v1/charges"])
def test_a_passing_fault_is_mended_by_itself(busy_account, stripe, fault, path):
    stripe.faults.inject(
        Fault(fault.kind, 1, fault.times, path, fault.status, fault.reason, fault.headers)
    )
    output = sync(stripe.url)
    assert sorted(output.ids) == sorted(busy_account.ledger().charges)
    assert len(output.ids) == 450


LASTING = [
    pytest.param(
        Fault(FaultKind.RATE_LIMITED, times=99), errors.RateLimitedError, "endpoint-rate", id="429"
    ),
    pytest.param(
        Fault(FaultKind.SERVER_ERROR, times=99, status=503),
        errors.UnavailableError,
        "503",
        id="503",
    ),
    pytest.param(
        Fault(FaultKind.RESET, times=99), errors.UnavailableError, "broke off", id="reset"
    ),
    pytest.param(
        Fault(FaultKind.TRUNCATED, times=99),
        errors.UnavailableError,
        "cannot be read",
        id="truncated",
    ),
    pytest.param(
        Fault(FaultKind.GARBAGE, times=99), errors.UnavailableError, "cannot be read", id="garbage"
    ),
]


@pytest.mark.parametrize(("fault", "kind", "words"), LASTING)
def test_a_lasting_fault_is_an_error_with_the_request_and_the_next_run_repairs_all(
    busy_account, stripe, fault, kind, words, monkeypatch
):
    monkeypatch.setattr("tap_stripe_apex.limiter.Limiter.limited", lambda *_, **__: None)
    stripe.faults.inject(Fault(fault.kind, 3, 99, "/v1/charges", fault.status, fault.reason))
    with pytest.raises(kind, match=words) as caught:
        sync(stripe.url)
    if fault.kind is not FaultKind.RESET:
        assert "req_" in str(caught.value)
    stripe.faults.clear()
    assert len(sync(stripe.url).ids) == 450


def test_stripe_may_forbid_a_retry(busy_account, stripe):
    stripe.faults.inject(
        Fault(
            FaultKind.SERVER_ERROR,
            1,
            99,
            "/v1/charges",
            500,
            None,
            {"Stripe-Should-Retry": "false"},
        )
    )
    with pytest.raises(errors.UnavailableError):
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


def test_a_hanging_server_is_given_up_in_time(busy_account, stripe, monkeypatch):
    monkeypatch.setitem(http.Session.__init__.__kwdefaults__, "timeout", (0.5, 0.3))
    stripe.faults.inject(Fault(FaultKind.HANG, 2, 1, "/v1/charges"))
    assert len(sync(stripe.url).ids) == 450


def test_an_unreachable_server_is_named():
    with pytest.raises(
        errors.UnavailableError, match=r"Cannot read events from http://127\.0\.0\.1:9"
    ):
        sync("http://127.0.0.1:9")
