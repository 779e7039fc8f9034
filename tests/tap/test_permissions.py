"""A key that may read less than all: what is missed is said, and mended when it may again."""

from datetime import timedelta

import pytest

from stripe_simulator.errors import PermissionDeniedError
from stripe_simulator.keys import Key, Permission
from tap_stripe_apex import errors
from tests.conftest import sync, sync_until_an_error

HOUR = timedelta(hours=1)


def test_without_the_customers_permission_emails_come_from_the_charges(
    account, stripe, read, caplog
):
    stripe.keys.add(Key("rk_test_charges", frozenset({Permission.CHARGES})))
    customer = account.create_customer("c@example.com")
    account.create_charge(100, customer=customer, receipt_email="r@example.com")
    (record,) = read(api_key="rk_test_charges").records()
    assert record["customer_id"] == customer
    assert record["customer_email_source"] == "receipt"
    assert caplog.text.count("Grant 'Customers: Read'") == 1


def test_a_permission_that_is_granted_later_mends_the_emails_of_old_rows(
    account, stripe, read, warehouse, caplog
):
    faceless = frozenset(Permission) - {Permission.CUSTOMERS}
    stripe.keys.add(Key("rk_test_growing", faceless))
    customer = account.create_customer("c@example.com")
    for _ in range(250):
        account.create_charge(100, customer=customer, receipt_email="r@example.com")
        account.advance(HOUR)
    assert {r["customer_email"] for r in read(api_key="rk_test_growing").records()} == {
        "r@example.com"
    }
    stripe.keys.add(Key("rk_test_growing"))
    account.advance(HOUR)
    read(api_key="rk_test_growing")
    assert len(stripe.requests) == 1, "a quiet run does not look"
    account.create_charge(100)
    account.advance(HOUR)
    read(api_key="rk_test_growing")
    assert warehouse.agrees_with(account)
    warnings = [r.getMessage() for r in caplog.records if "listed again" in r.getMessage()]
    assert len(warnings) == 1
    assert "about 4 requests" in warnings[0]
    account.create_charge(100)
    account.advance(HOUR)
    assert len(read(api_key="rk_test_growing").records()) == 1, "once"


def test_a_permission_that_is_taken_away_is_missed_and_mended_when_it_is_back(
    account, stripe, read, warehouse
):
    customer = account.create_customer("c@example.com")
    old = account.create_charge(100, customer=customer)
    account.advance(HOUR)
    read()
    stripe.keys.add(Key("rk_test_simulated", frozenset(Permission) - {Permission.CUSTOMERS}))
    account.refund(old, 10)
    account.advance(HOUR)
    (record,) = read().records()
    assert record["customer_email"] is None
    stripe.keys.add(Key("rk_test_simulated"))
    account.create_charge(100)
    account.advance(HOUR)
    read()
    assert warehouse.agrees_with(account)


def test_without_a_permission_one_request_is_refused_and_no_more(account, stripe, read):
    stripe.keys.add(Key("rk_test_faceless", frozenset(Permission) - {Permission.CUSTOMERS}))
    charges = []
    for _ in range(2000):
        charges.append(account.create_charge(100))
        account.advance(HOUR)
    read(api_key="rk_test_faceless")
    assert stripe.requests.count("/v1/charges", status=403) == 1
    for charge in charges[::300]:
        account.refund(charge, 10)
    account.advance(HOUR)
    read(api_key="rk_test_faceless")
    assert stripe.requests.count("/v1/charges", status=403) == 1


def a_403_that_names_no_permission(stripe, *, wanted):
    """Let Stripe refuse, without saying why, whatever `wanted` says."""
    answer = stripe._api.answer

    def refuse(request, refusal=None):
        if refusal is None and wanted(request):
            refusal = PermissionDeniedError("You do not have access.")
        return answer(request, refusal)

    stripe._api.answer = refuse


def test_a_403_without_a_name_is_only_put_down_to_the_customers_if_it_is_cured_by_that(
    account, stripe, read, caplog
):
    account.create_charge(100, customer=account.create_customer("c@example.com"))
    a_403_that_names_no_permission(stripe, wanted=lambda r: "expand" in r.query)
    (record,) = read().records()
    assert record["customer_email"] is None
    assert caplog.text.count("Grant 'Customers: Read'") == 1


def test_a_403_with_another_cause_is_an_error_about_the_charges(account, stripe, read, caplog):
    account.create_charge(100)
    a_403_that_names_no_permission(stripe, wanted=lambda r: r.path == "/v1/charges")
    with pytest.raises(errors.PermissionDeniedError, match="'Charges: Read'"):
        read()
    assert "Customers: Read" not in caplog.text


def test_a_connected_account_that_is_not_connected_is_named_as_the_cause(account, stripe, read):
    answer = stripe._api.answer

    def refuse(request, refusal=None):
        return answer(
            request, PermissionDeniedError("The key has no access.", code="account_invalid")
        )

    stripe._api.answer = refuse
    with pytest.raises(errors.InvalidRequestError, match="Check account_id"):
        read(account_id="acct_1Other")


def test_a_key_that_may_read_neither_events_nor_the_stream_costs_no_coverage(account, stripe):
    for _ in range(3):
        account.create_charge(5000)
        account.advance(HOUR)
    state = sync(stripe.url).state
    stripe.keys.add(Key("rk_test_useless", frozenset({Permission.CUSTOMERS})))
    output, error = sync_until_an_error(stripe.url, state, api_key="rk_test_useless")
    assert isinstance(error, errors.PermissionDeniedError)
    kept = (output.state or state)["bookmarks"]["charges"]
    assert kept["covered"] == state["bookmarks"]["charges"]["covered"]
    assert sync(stripe.url, {"bookmarks": {"charges": kept}}).records() == []
