"""A run that is killed, or that the account changes under, is finished by the next one."""

from datetime import timedelta
from urllib.parse import parse_qsl

import pytest

from stripe_simulator.errors import missing
from stripe_simulator.keys import Key, Permission
from tests.conftest import sync
from tests.tap.catalogs import select

HOUR = timedelta(hours=1)
WITHOUT_EVENTS = frozenset({Permission.CHARGES, Permission.CUSTOMERS})


@pytest.mark.slow
def test_an_interrupted_backfill_goes_on_without_the_events_permission(
    account, stripe, read, warehouse
):
    stripe.keys.add(Key("rk_test_product", WITHOUT_EVENTS))
    for _ in range(3000):
        account.create_charge(100)
        account.advance(HOUR)
    output = sync(stripe.url, api_key="rk_test_product")
    bookmark = output.state["bookmarks"]["charges"]
    start = bookmark["covered"][0][0]
    bookmark["covered"] = [[start, "2026-12-01T00:00:00Z"]]
    state = {"bookmarks": {"charges": bookmark}}
    again = sync(stripe.url, state, api_key="rk_test_product")
    first = again.records()[0]["created"]
    assert first >= "2026-12-01", "what is left is read first"
    assert set(again.ids) == set(account.ledger().charges), "and then everything is read again"


@pytest.fixture
def changed_a_lot(account, read):
    """An account of 4,000 charges, of which every other changed after the first run."""
    charges = []
    for _ in range(4000):
        charges.append(account.create_charge(5000))
        account.advance(timedelta(minutes=10))
    account.advance(HOUR)
    read()
    for charge in charges[::2]:
        account.refund(charge, 100)
    account.advance(HOUR)
    return account


def states_of(output):
    """Each state with what had been written when it was."""
    written = []
    for line in output.lines:
        if line["type"] == "RECORD":
            written.append(line["record"])
        elif line["type"] == "STATE":
            yield line["value"], list(written)


@pytest.mark.slow
def test_a_catch_up_that_is_killed_goes_on_where_it_stopped(
    changed_a_lot, stripe, warehouse, monkeypatch
):
    monkeypatch.setattr("tap_stripe_apex.reading.reader._BATCH", 300)
    before = warehouse.state
    output = sync(stripe.url, before)
    assert len(output.records()) == 2000
    rows = dict(warehouse.rows)
    for state, written in states_of(output):
        warehouse.rows, warehouse.state = dict(rows), state
        for record in written:
            warehouse.rows[record["id"]] = record
        again = warehouse.load(sync(stripe.url, state))
        assert warehouse.agrees_with(changed_a_lot)
        assert len(again.records()) <= 2000 - len(written) + 200, "what two threads had in flight"
    assert sum("ahead" in s["bookmarks"]["charges"] for s, _ in states_of(output)) >= 4


def test_what_others_keep_in_the_state_stays_there(account, run_tap):
    account.create_charge(100)
    state = run_tap({"bookmarks": {"charges": {"theirs": 1}}}).state
    assert state["bookmarks"]["charges"]["theirs"] == 1
    assert state["bookmarks"]["charges"]["listed"] == 1


@pytest.mark.slow
def test_a_catch_up_is_told_to_a_run_that_changes_come_into(
    changed_a_lot, stripe, read, warehouse, monkeypatch
):
    monkeypatch.setattr("tap_stripe_apex.reading.reader._BATCH", 300)
    output = sync(stripe.url, warehouse.state)
    states = list(states_of(output))
    warehouse.state, written = states[len(states) // 2]
    for record in written:
        warehouse.rows[record["id"]] = record
    for id_ in [record["id"] for record in written[::100]]:
        changed_a_lot.refund(id_, 50)
    for _ in range(30):
        changed_a_lot.create_charge(100)
    changed_a_lot.advance(HOUR)
    read()
    assert warehouse.agrees_with(changed_a_lot)


@pytest.mark.slow
def test_a_customer_who_was_deleted_while_all_were_listed_is_no_dead_end(account, stripe):
    customers = []
    for _ in range(700):
        customers.append(account.create_customer("c@example.com"))
        account.advance(HOUR)
    alive = set(customers)

    def delete_the_cursors(request):
        for name, value in parse_qsl(request.query):
            if name == "starting_after" and value in alive:
                account.delete_customer(value)
                alive.remove(value)

    stripe.on_request = delete_the_cursors
    catalog = select(stripe.url, "customers")
    output = sync(stripe.url, None, catalog)
    assert len(alive) < 700
    ids = [record["id"] for record in output.records("customers")]
    assert set(ids) >= alive
    assert len(ids) == len(set(ids))
    account.advance(HOUR)
    stripe.on_request = None
    again = sync(stripe.url, output.state, catalog).records("customers")
    assert {r["id"] for r in again if r["_sdc_deleted_at"]} == set(customers) - alive


def test_the_charges_of_a_deleted_customer_that_cannot_be_listed_are_no_dead_end(
    account, stripe, read, caplog
):
    customer = account.create_customer("c@example.com")
    account.create_charge(100, customer=customer)
    account.advance(HOUR)
    read()
    account.delete_customer(customer)
    other = account.create_charge(100)
    account.advance(HOUR)
    answer = stripe._api.answer

    def refuse(request, refusal=None):
        if f"customer={customer}" in request.query:
            refusal = missing("customer", customer, status=400)
        return answer(request, refusal)

    stripe._api.answer = refuse
    assert read().ids == [other]
    assert "they keep the email and metadata that they had" in caplog.text
