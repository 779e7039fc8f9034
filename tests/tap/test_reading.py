"""No change is lost, whenever it happens and whatever the machine's clock says."""

import time
from datetime import timedelta

import pytest

from stripe_simulator.keys import Key, Permission
from tap_stripe_apex.errors import ConfigurationError
from tests.conftest import NOW, sync

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WITHOUT_EVENTS = frozenset({Permission.CHARGES, Permission.CUSTOMERS})


def settled_later(account):
    charge = account.create_charge(
        5000, status="pending", payment_method_type="sepa_debit", billing_email="b@example.com"
    )
    yield
    account.settle(charge)


def captured_later(account):
    charge = account.create_charge(5000, capture=False)
    yield
    account.capture(charge, 4000)


def authorisation_expired(account):
    charge = account.create_charge(5000, capture=False)
    yield
    account.expire(charge)


def refunded_later(account):
    charge = account.create_charge(5000)
    yield
    account.refund(charge, 1200)


def refund_failed_later(account):
    charge = account.create_charge(5000)
    refund = account.refund(charge, 1200)
    yield
    account.fail_refund(refund)


def disputed_later(account):
    charge = account.create_charge(5000)
    yield
    account.dispute(charge)


def dispute_won_later(account):
    charge = account.create_charge(5000)
    dispute = account.dispute(charge)
    yield
    account.close_dispute(dispute, "won")


def email_edited_later(account):
    customer = account.create_customer("old@example.com")
    account.create_charge(5000, customer=customer)
    yield
    account.edit_customer(customer, email="new@example.com")


def customer_given_a_reference_later(account):
    customer = account.create_customer("c@example.com")
    account.create_charge(5000, customer=customer)
    yield
    account.edit_customer(customer, metadata={"visitor_id": "v_1"})


def customer_deleted_later(account):
    customer = account.create_customer("old@example.com")
    account.create_charge(5000, customer=customer, receipt_email="r@example.com")
    yield
    account.delete_customer(customer)


def debit_returned_later(account):
    charge = account.create_charge(5000, payment_method_type="sepa_debit")
    yield
    account.reverse(charge)


def debit_returned_later_without_a_trace(account):
    charge = account.create_charge(5000, payment_method_type="sepa_debit")
    yield
    account.reverse(charge, traced=False)


def captured_later_before_basil(account):
    charge = account.create_charge(5000, capture=False)
    yield
    account.capture(charge, 4000, before_basil=True)


def rest_refunded_later(account):
    charge = account.create_charge(5000, capture=False)
    account.capture(charge, 4000)
    account.advance(HOUR)
    yield
    account.refund(charge, 1000)


def posted_later(account):
    charge = account.create_charge(5000, posted=False)
    yield
    account.post(charge)


CHANGES = [
    settled_later,
    captured_later,
    captured_later_before_basil,
    rest_refunded_later,
    authorisation_expired,
    refunded_later,
    refund_failed_later,
    disputed_later,
    dispute_won_later,
    email_edited_later,
    customer_deleted_later,
    debit_returned_later,
    posted_later,
]


@pytest.mark.parametrize(
    ("change", "days"),
    [
        pytest.param(change, days, id=f"{change.__name__} after {days} days")
        for change in CHANGES
        for days in (0, 1, 20)
        if change is not posted_later or days <= 7  # it is awaited for a week
    ],
)
def test_a_later_change_is_not_lost(account, read, warehouse, change, days):
    happening = change(account)
    next(happening)
    account.create_charge(100)
    account.advance(HOUR)
    read()
    assert warehouse.agrees_with(account)
    account.advance(days * DAY)
    next(happening, None)
    account.advance(HOUR)
    read()
    assert warehouse.agrees_with(account)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_in_the_second_of_the_run_is_not_lost(account, read, warehouse, change):
    happening = change(account)
    next(happening)
    read()
    next(happening, None)
    read()
    assert warehouse.agrees_with(account)


@pytest.mark.parametrize(
    "change",
    [change for change in CHANGES if change is not posted_later],
    ids=lambda change: change.__name__,
)
def test_a_change_during_a_pause_longer_than_the_feed_is_not_lost(
    account, read, warehouse, caplog, change
):
    happening = change(account)
    next(happening)
    account.advance(HOUR)
    read()
    account.advance(5 * DAY)
    next(happening, None)
    account.advance(35 * DAY)
    read()
    assert warehouse.agrees_with(account)
    assert "listed again" in caplog.text
    assert "30 days" in caplog.text


@pytest.mark.parametrize(
    "change",
    [change for change in CHANGES if change is not posted_later],
    ids=lambda change: change.__name__,
)
def test_without_the_events_permission_nothing_is_lost_and_the_cost_is_named(
    account, stripe, read, warehouse, caplog, change
):
    stripe.keys.add(Key("rk_test_product", WITHOUT_EVENTS))
    happening = change(account)
    next(happening)
    account.advance(HOUR)
    read(api_key="rk_test_product")
    account.advance(DAY)
    next(happening, None)
    account.advance(HOUR)
    read(api_key="rk_test_product")
    assert warehouse.agrees_with(account)
    warnings = [r.getMessage() for r in caplog.records if "listed again" in r.getMessage()]
    assert len(warnings) == 1
    assert "about 2 requests" in warnings[0]
    assert "Events: Read" in warnings[0]


@pytest.mark.parametrize("days", [-31, 31])
def test_a_machine_whose_clock_is_a_month_off_loses_nothing(
    account, read, warehouse, monkeypatch, days
):
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + days * 86_400)
    charge = account.create_charge(5000)
    account.advance(HOUR)
    read(date_range={"last_days": 30})
    account.refund(charge, 100)
    account.create_charge(100)
    account.advance(HOUR)
    read(date_range={"last_days": 30})
    assert warehouse.agrees_with(account)


def test_what_changes_while_a_run_is_under_way_is_seen_by_the_next(
    account, stripe, read, warehouse
):
    charges = []
    for _ in range(500):
        charges.append(account.create_charge(5000))
        account.advance(HOUR)
    victims = iter(charges)

    def meddle(request):
        if request.path == "/v1/charges":
            account.refund(next(victims), 77)
            account.create_charge(100)
            account.advance(timedelta(minutes=7))

    stripe.on_request = meddle
    read()
    stripe.on_request = None
    read()
    assert warehouse.agrees_with(account)


def test_a_state_of_the_other_mode_is_refused(account, stripe, read):
    stripe.keys.add(Key("rk_live_other"))
    account.create_charge(100)
    read()
    with pytest.raises(ConfigurationError, match="another Stripe account or mode"):
        read(api_key="rk_live_other")


def test_a_refund_that_is_called_off_is_seen(account, read, warehouse):
    charge = account.create_charge(5000)
    refund = account.refund(charge, 1200, status="pending")
    account.advance(HOUR)
    read()
    account.cancel_refund(refund)
    account.advance(HOUR)
    read()
    assert warehouse.agrees_with(account)


def test_a_state_from_the_future_is_no_reason_to_wait_for_it(account, read, warehouse, caplog):
    old = account.create_charge(5000)
    account.advance(HOUR)
    read()
    bookmark = warehouse.state["bookmarks"]["charges"]
    future = "2031-01-01T00:00:00Z"
    bookmark["position"] = bookmark["range"][1] = bookmark["covered"][0][1] = future
    account.refund(old, 100)
    account.create_charge(100)
    account.advance(HOUR)
    read()
    assert warehouse.agrees_with(account)
    assert "a time that has not come yet" in caplog.text
    account.create_charge(100)
    account.advance(HOUR)
    read()
    assert warehouse.agrees_with(account)


@pytest.mark.parametrize("back", [1, 4])
def test_a_server_whose_clock_is_a_little_behind_loses_nothing(stripe, read, warehouse, back):
    """Stripe's answers come from many machines, whose clocks need not agree to the second."""
    account = stripe.account
    account.create_charge(100)
    read()
    bookmark = warehouse.state["bookmarks"]["charges"]
    ahead = (NOW + timedelta(seconds=back + 1)).isoformat()
    bookmark["position"] = bookmark["range"][1] = bookmark["covered"][0][1] = ahead
    for _ in range(6):
        account.create_charge(100)
        account.advance(timedelta(seconds=1))
        read()
    assert warehouse.agrees_with(account)


@pytest.mark.parametrize("listed_again", [True, False])
def test_a_charge_that_failed_after_all_leaves_the_revenue(account, stripe, listed_again):
    charge = account.create_charge(5000, payment_method_type="sepa_debit")
    account.create_charge(5000, status="failed")
    account.advance(HOUR)
    state = sync(stripe.url).state
    account.reverse(charge, traced=False)
    account.advance(40 * DAY if listed_again else HOUR)
    (record,) = sync(stripe.url, state).records()
    assert (record["id"], record["status"]) == (charge, "failed")
    assert record["_sdc_deleted_at"] is not None


def test_what_failed_before_the_first_run_was_never_revenue(account, stripe):
    charge = account.create_charge(5000, payment_method_type="sepa_debit")
    account.reverse(charge, traced=False)
    assert sync(stripe.url).records() == []
