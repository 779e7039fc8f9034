"""What a run costs, as the account counts its requests: never more than the plan promises."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stripe_simulator.account import Account
from stripe_simulator.faults import Fault, FaultKind
from stripe_simulator.server import serve
from tests.conftest import NOW, sync
from tests.tap.catalogs import select

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CHARGES = 400

gaps = st.lists(
    st.tuples(
        st.integers(1, 60), st.sampled_from([0, 1, 60, 600, 7200]).map(lambda s: timedelta(0, s))
    ),
    min_size=1,
    max_size=6,
)
"""How dense charges lie: so many with such a distance, and so on."""

picks = st.lists(st.integers(0, CHARGES - 1), min_size=1, max_size=120, unique=True)
near = st.tuples(st.integers(0, CHARGES - 120), st.sets(st.integers(0, 119), min_size=1)).map(
    lambda pair: [pair[0] + n for n in pair[1]]
)


def history(account: Account, density, customers):
    """Charges of guests and of customers, with times of all sorts between them."""
    charges = []
    people = [account.create_customer(f"c{n}@example.com") for n in range(customers)]
    while len(charges) < CHARGES:
        for count, gap in density:
            for _ in range(count):
                n = len(charges)
                who = people[n % customers] if customers and n % 3 == 0 else None
                charges.append(account.create_charge(5000, customer=who))
                account.advance(gap)
            account.advance(timedelta(seconds=1))
    account.advance(HOUR)
    return charges, people


def pages_of(account, changed):
    """Pages of 100 that hold all that changed, from the newest on; each begins with a second."""
    seconds = [charge.created for charge in account.charges]
    missing = sorted(account.charges[id_].created for id_ in changed)
    pages = 0
    while missing:
        pages += 1
        first = bisect_right(seconds, missing[-1]) - 100
        del missing[bisect_left(missing, seconds[first] + 1) if first > 0 else 0 :]
    return pages


limits = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.slow
@limits
@given(density=gaps, picked=st.one_of(picks, near))
def test_k_changed_charges_cost_at_most_k_requests_or_the_pages_of_their_windows_and_two(
    density, picked
):
    account = Account(now=NOW)
    with serve(account) as stripe:
        charges, _ = history(account, density, 0)
        state = sync(stripe.url).state
        changed = [charges[n] for n in picked]
        for charge in changed:
            account.refund(charge, 100)
        account.advance(HOUR)
        stripe.requests.clear()
        output = sync(stripe.url, state)
        assert set(output.ids) == set(changed)
        assert len(stripe.requests) <= min(len(changed), pages_of(account, changed)) + 2


@pytest.mark.slow
@limits
@given(
    density=gaps,
    picked=st.one_of(picks, near),
    customers=st.sampled_from([1, 3, 20]),
    edited=st.integers(0, 3),
    kinds=st.lists(st.sampled_from(["refund", "dispute", "fail"]), min_size=1, max_size=5),
)
def test_changes_of_which_stripe_tells_no_age_cost_at_most_one_request_each_and_two(
    density, picked, customers, edited, kinds
):
    account = Account(now=NOW)
    with serve(account) as stripe:
        charges, people = history(account, density, customers)
        refunds = {n: account.refund(charges[n], 50) for n in picked}
        account.advance(HOUR)
        state = sync(stripe.url).state
        account.advance(HOUR)
        changed = set()
        for n, charge in ((n, charges[n]) for n in picked):
            changed.add(charge)
            match kinds[n % len(kinds)]:
                case "refund":
                    account.refund(charge, 100)
                case "dispute":
                    account.dispute(charge)
                case "fail":
                    account.fail_refund(refunds[n])
        for customer in people[:edited]:
            account.edit_customer(customer, email="new@example.com")
            changed |= {c.id for c in account.charges if c.customer == customer}
        newcomer = account.create_customer("typo@example.com")
        account.edit_customer(newcomer, email="right@example.com")
        account.advance(HOUR)
        stripe.requests.clear()
        output = sync(stripe.url, state)
        assert set(output.ids) == changed
        assert len(stripe.requests) <= len(changed) + 2


def test_disputes_that_lie_close_together_share_a_page(account, stripe):
    charges, _ = history(account, [(60, timedelta(minutes=5))], 0)
    range_ = {"start": NOW.isoformat()}
    state = sync(stripe.url, date_range=range_).state
    for charge in charges[200:218]:
        account.dispute(charge)
    account.advance(HOUR)
    stripe.requests.clear()
    assert len(sync(stripe.url, state, date_range=range_).ids) == 18
    assert len(stripe.requests) <= 1 + 2


def test_the_charges_of_a_customer_with_many_cost_one_request_for_each_hundred(account, stripe):
    customer = account.create_customer("old@example.com")
    for _ in range(450):
        account.create_charge(100, customer=customer)
        account.create_charge(100)
        account.advance(timedelta(minutes=1))
    state = sync(stripe.url).state
    account.edit_customer(customer, email="new@example.com")
    account.advance(HOUR)
    stripe.requests.clear()
    output = sync(stripe.url, state)
    assert len(output.ids) == 450
    assert {record["customer_email"] for record in output.records()} == {"new@example.com"}
    assert len(stripe.requests) == 1 + 5


@pytest.mark.slow
def test_a_state_comes_at_least_every_ten_thousand_records(account, stripe):
    for _ in range(21_000):
        account.create_charge(100)
        account.advance(timedelta(minutes=1))
    output = sync(stripe.url)
    since, most = 0, 0
    for line in output.lines:
        since = 0 if line["type"] == "STATE" else since + (line["type"] == "RECORD")
        most = max(most, since)
    assert len(output.ids) == 21_000
    assert most <= 10_000


@pytest.mark.parametrize("broken", [0, 2])
def test_the_summary_adds_up(account, stripe, caplog, broken):
    stripe.faults.inject(Fault(FaultKind.TRUNCATED, 3, broken, "/v1/charges"))
    for _ in range(450):
        account.create_charge(100)
        account.advance(HOUR)
    caplog.set_level("INFO")
    output = sync(stripe.url)
    (line,) = [r.getMessage() for r in caplog.records if r.getMessage().startswith("Asked Stripe")]
    requests, seconds, records, retries, share, limit = re.fullmatch(
        r"Asked Stripe ([\d,]+) times in ([\d.]+) s \(records: ([\d,]+), retries: (\d+), "
        r"used (\d+)% of the limit of (\d+) requests/s\)\.",
        line,
    ).groups()
    assert int(requests) == len(stripe.requests)
    assert int(records) == len(output.ids) == 450
    assert int(retries) == broken
    assert int(limit) == 100
    assert float(seconds) > 0
    assert 0 < int(share) <= 100


def test_a_quiet_run_costs_one_request(account, stripe, read):
    for _ in range(300):
        account.create_charge(100)
        account.advance(HOUR)
    read()
    for _ in range(3):
        assert read().records() == []
        assert len(stripe.requests) == 1
    account.advance(3 * HOUR)
    read()
    assert len(stripe.requests) == 1


def test_a_quiet_run_with_sessions_costs_one_request(account, stripe):
    catalog = select(stripe.url, "charges", "checkout_sessions")
    for _ in range(120):
        session = account.create_session(100)
        account.complete_session(session, account.create_charge(100))
        account.advance(HOUR)
    state = sync(stripe.url, None, catalog).state
    for pause in (HOUR, HOUR, 3 * HOUR, 10 * DAY):
        account.advance(pause)
        stripe.requests.clear()
        output = sync(stripe.url, state, catalog)
        assert (output.records(), len(stripe.requests)) == ([], 1)
        state = output.state


def test_sessions_cost_nothing_unless_they_are_selected(account, stripe):
    def requests_of_runs(account, server, *, with_sessions):
        def sell():
            charge = account.create_charge(100)
            if with_sessions:
                account.complete_session(account.create_session(100), charge)
            account.advance(HOUR)
            return charge

        for _ in range(250):
            sell()
        state = sync(server.url).state
        for number in range(20):
            account.refund(sell(), 10 + number)
        server.requests.clear()
        state = sync(server.url, state).state
        sync(server.url, state)
        return len(server.requests)

    other = Account(now=NOW)
    with serve(other) as server:
        with_sessions = requests_of_runs(other, server, with_sessions=True)
    assert with_sessions == requests_of_runs(account, stripe, with_sessions=False)


def test_the_position_moves_on_in_quiet_runs(account, read, warehouse):
    account.create_charge(100)
    read()
    for _ in range(10):
        account.advance(10 * DAY)
        read()
    account.create_charge(100)
    account.advance(HOUR)
    assert len(read().records()) == 1


@pytest.mark.parametrize("k", [1, 2, 5, 40, 90])
@pytest.mark.parametrize("apart", [timedelta(minutes=10), timedelta(days=2)], ids=["near", "far"])
def test_k_changes_cost_at_most_k_requests_and_two(account, stripe, read, warehouse, k, apart):
    old = []
    for n in range(600):
        charge = account.create_charge(5000)
        if n % 5 == 0:
            old.append(charge)
        account.advance(apart / 5)
    account.advance(HOUR)
    read()
    for charge in old[:k]:
        account.refund(charge, 100)
    account.advance(HOUR)
    read()
    assert warehouse.agrees_with(account)
    pages_of_the_window = -(-5 * k // 100)
    assert len(stripe.requests) <= min(k, pages_of_the_window) + 2


def test_many_new_charges_are_listed_not_fetched_one_by_one(account, stripe, read, warehouse):
    account.create_charge(100)
    account.advance(DAY)
    read()
    for _ in range(450):
        account.create_charge(100)
        account.advance(timedelta(seconds=20))
    read()
    assert warehouse.agrees_with(account)
    assert stripe.requests.count("/v1/charges") <= 7


def test_many_changes_in_one_second_cost_one_request_each_at_most(account, stripe, read, warehouse):
    charges = [account.create_charge(5000) for _ in range(350)]
    account.advance(HOUR)
    read()
    for charge in charges[::50]:
        account.refund(charge, 100)
    account.advance(HOUR)
    read()
    assert warehouse.agrees_with(account)
    assert stripe.requests.count("/v1/charges") <= 8


def test_a_storm_in_one_second_is_read_after_the_first_run_too(account, stripe, read, warehouse):
    account.create_charge(100)
    account.advance(HOUR)
    read()
    for _ in range(900):
        account.create_charge(100)
    account.advance(HOUR)
    read()
    assert warehouse.agrees_with(account)
    assert stripe.requests.count("/v1/charges") <= 11


def test_many_new_charges_are_listed_slice_by_slice(account, stripe, read, warehouse):
    account.create_charge(100)
    account.advance(HOUR)
    read()
    for _ in range(1500):
        account.create_charge(100)
        account.advance(timedelta(minutes=1))
    read()
    assert warehouse.agrees_with(account)
    assert stripe.requests.count("/v1/charges") <= 22


def test_many_deleted_customers_are_marked_by_the_events_alone(account, stripe):
    customers = [account.create_customer(f"c{n}@example.com", name="Jane") for n in range(60)]
    account.advance(HOUR)
    catalog = select(stripe.url, "customers")
    state = sync(stripe.url, None, catalog).state
    for customer in customers[:50]:
        account.delete_customer(customer)
    account.advance(HOUR)
    stripe.requests.clear()
    output = sync(stripe.url, state, catalog)
    assert {r["id"] for r in output.records("customers")} == set(customers[:50])
    assert {r["name"] for r in output.records("customers")} == {"Jane"}
    assert len(stripe.requests) == 1


def test_an_account_without_charges_costs_one_request_from_then_on(account, stripe, read, caplog):
    read()
    assert len(stripe.requests) == 2
    for _ in range(3):
        account.advance(DAY)
        assert read().records() == []
        assert len(stripe.requests) == 1
    assert caplog.text.count("No successful charge in the date range") == 1
    account.create_charge(100)
    account.advance(HOUR)
    assert len(read().records()) == 1
