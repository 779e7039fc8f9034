"""Checkout sessions: read once they have ended, and followed like everything else."""

from datetime import timedelta

import pytest

from stripe_simulator.keys import Key, Permission
from tap_stripe_apex.errors import PermissionDeniedError
from tests.conftest import sync
from tests.tap.catalogs import discover, select

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def read(stripe):
    """Run the tap with sessions selected and, if they are named, others."""

    def run(state=None, others=(), **config):
        stripe.requests.clear()
        catalog = select(stripe.url, "checkout_sessions", *others)
        return sync(stripe.url, state, catalog, **config)

    return run


def sessions(output):
    return {record["id"]: record for record in output.records("checkout_sessions")}


def pay(account, session, **charge):
    total = account.checkout_sessions[session].amount_total
    paid = account.create_charge(total, **charge)
    account.complete_session(session, paid, email="typed@example.com")
    return paid


def test_the_stream_is_off_unless_it_is_selected(stripe):
    (stream,) = (
        each
        for each in discover(stripe.url)["streams"]
        if each["tap_stream_id"] == "checkout_sessions"
    )
    (entry,) = (each for each in stream["metadata"] if each["breadcrumb"] == [])
    assert not entry["metadata"].get("selected", entry["metadata"].get("selected-by-default"))


def test_a_record_has_every_column(account, read):
    code = account.create_promotion_code("PODCAST20", coupon="20-off")
    customer = account.create_customer("c@example.com")
    session = account.create_session(
        952,
        discount=200,
        tax=152,
        client_reference_id="v_1",
        metadata={"plan": "team"},
        payment_link="plink_1",
        promotion_code=code,
    )
    charge = pay(account, session, customer=customer)
    assert sessions(read())[session] == {
        "id": session,
        "created": "2026-10-01T00:00:00Z",
        "updated_at": "2026-10-01T00:00:00Z",
        "status": "complete",
        "payment_status": "paid",
        "mode": "payment",
        "currency": "usd",
        "amount_subtotal": 1000,
        "amount_discount": 200,
        "amount_shipping": 0,
        "amount_tax": 152,
        "amount_total": 952,
        "livemode": False,
        "expires_at": "2026-10-02T00:00:00Z",
        "client_reference_id": "v_1",
        "customer_id": customer,
        "customer_email": "typed@example.com",
        "payment_intent_id": account.charges[charge].payment_intent,
        "subscription_id": None,
        "invoice_id": None,
        "payment_link_id": "plink_1",
        "promotion_code": "PODCAST20",
        "promotion_code_id": code,
        "coupon_id": "20-off",
        "metadata": {"plan": "team"},
    }


def test_a_subscription_s_session_is_linked_by_customer_subscription_and_invoice(account, read):
    customer = account.create_customer("c@example.com")
    session = account.create_session(500, mode="subscription", coupon="friends")
    pay(account, session, customer=customer)
    record = sessions(read())[session]
    assert record["payment_intent_id"] is None
    assert record["customer_id"] == customer
    assert record["subscription_id"].startswith("sub_")
    assert record["invoice_id"].startswith("in_")
    assert (record["promotion_code"], record["coupon_id"]) == (None, "friends")


def test_a_session_comes_once_it_was_completed_or_has_expired(account, read):
    """No event tells of one that is opened, and a backfill finds it open."""
    before = account.create_session(500)
    account.advance(HOUR)
    first = read()
    assert sessions(first) == {}
    after = account.create_session(700)
    account.advance(HOUR)
    second = read(first.state)
    assert sessions(second) == {}
    pay(account, after)
    account.advance(HOUR)
    third = read(second.state)
    assert {id_: row["status"] for id_, row in sessions(third).items()} == {after: "complete"}
    account.advance(DAY)
    last = read(third.state)
    assert {id_: row["status"] for id_, row in sessions(last).items()} == {before: "expired"}


@pytest.mark.parametrize(("succeeds", "status"), [(True, "paid"), (False, "unpaid")])
def test_a_session_is_followed_until_its_debit_is_paid(account, read, succeeds, status):
    session = account.create_session(500)
    debit = pay(account, session, status="pending", payment_method_type="sepa_debit")
    account.advance(HOUR)
    first = read()
    assert sessions(first)[session]["payment_status"] == "unpaid"
    account.advance(5 * DAY)
    (account.settle if succeeds else account.fail)(debit)
    account.advance(HOUR)
    later = sessions(read(first.state))[session]
    assert later["payment_status"] == status
    assert later["updated_at"] > sessions(first)[session]["updated_at"]


def test_without_the_permission_it_is_an_error_that_names_it(account, stripe, read):
    stripe.keys.add(Key("rk_test_some", frozenset(Permission) - {Permission.CHECKOUT_SESSIONS}))
    with pytest.raises(PermissionDeniedError, match="Grant 'Checkout Sessions: Read'"):
        read(api_key="rk_test_some")
    assert stripe.requests.count("/v1/checkout/sessions") == 1


def test_without_promotion_codes_their_ids_are_read_until_the_key_may_read_them(
    account, stripe, read, caplog
):
    code = account.create_promotion_code("PODCAST20", coupon="20-off")
    old = account.create_session(500, promotion_code=code)
    pay(account, old)
    account.advance(HOUR)
    stripe.keys.add(Key("rk_test_some", frozenset(Permission) - {Permission.PROMOTION_CODES}))
    first = read(api_key="rk_test_some")
    record = sessions(first)[old]
    assert (record["promotion_code"], record["promotion_code_id"]) == (None, code)
    assert caplog.text.count("Grant 'Promotion Codes: Read'") == 1
    stripe.keys.add(Key("rk_test_some"))
    new = account.create_session(500)
    pay(account, new)
    account.advance(HOUR)
    again = read(first.state, api_key="rk_test_some")
    assert set(sessions(again)) == {old, new}
    assert sessions(again)[old]["promotion_code"] == "PODCAST20"
    assert "this key may read each one's promotion code by now" in caplog.text


def test_quiet_runs_cost_one_request_also_where_other_things_happen(account, stripe, read):
    """Charges and sessions follow more types of events than one filter takes."""
    for _ in range(30):
        pay(account, account.create_session(500))
        account.advance(HOUR)
    state = read(others=["charges"]).state
    for _ in range(3):
        account.advance(HOUR)
        account.create_customer("c@example.com")
        account.create_promotion_code("PODCAST20", coupon="20-off")
        output = read(state, ["charges"])
        state = output.state
        assert output.of("RECORD") == []
        assert len(stripe.requests) == 1


def test_a_busy_hour_loses_nothing_among_events_that_are_not_followed(account, stripe, read):
    old = [account.create_session(500 + n) for n in range(30)]
    account.advance(HOUR)
    state = read(others=["charges"]).state
    for session in old:
        pay(account, session)
        for _ in range(9):
            account.create_customer("c@example.com")
    account.advance(HOUR)
    output = read(state, ["charges"])
    assert set(sessions(output)) == set(old)
    assert len(output.records("charges")) == 30
    assert stripe.requests.count("/v1/events") <= 1 + 2, "one filter after the other"
    assert stripe.requests.count("/v1/checkout/sessions") == 1


def test_a_run_without_sessions_asks_as_it_did(account, stripe, run_tap):
    pay(account, account.create_session(500))
    run_tap()
    (events,) = (each for each in stripe.requests if each.path == "/v1/events")
    assert "types" in events.query
    assert "checkout" not in events.query
    assert stripe.requests.count("/v1/checkout/sessions") == 0
