"""No change is lost, and nothing is asked of Stripe that is not needed."""

import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import pytest

from stripe_simulator.account import Account
from stripe_simulator.errors import PermissionDeniedError, missing
from stripe_simulator.keys import Key, Permission
from stripe_simulator.server import serve
from tap_stripe_apex import errors
from tap_stripe_apex.errors import ConfigurationError
from tap_stripe_apex.tap import TapStripeApex
from tests.conftest import NOW, sync

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WITHOUT_EVENTS = frozenset({Permission.CHARGES, Permission.CUSTOMERS})


class Warehouse:
    """What a target that upserts by id and deletes by _sdc_deleted_at would hold."""

    def __init__(self):
        self.rows = {}
        self.state = None

    def load(self, output):
        for record in output.records():
            if record["_sdc_deleted_at"]:
                self.rows.pop(record["id"], None)
            else:
                known = self.rows.get(record["id"])
                assert known is None or known["updated_at"] <= record["updated_at"]
                self.rows[record["id"]] = record
        self.state = output.state or self.state
        return output

    def agrees_with(self, account, start=None, end=None):
        ledger = account.ledger(start, end)
        assert {
            id_: (
                row["amount_captured"],
                row["amount_refunded"],
                row["disputed"],
                row["customer_email"],
                row["balance_transaction_id"],
            )
            for id_, row in self.rows.items()
        } == {
            id_: (
                entry.amount_captured,
                entry.amount_refunded,
                entry.disputed,
                entry.email,
                entry.balance_transaction,
            )
            for id_, entry in ledger.charges.items()
        }
        return True


@pytest.fixture
def warehouse():
    return Warehouse()


@pytest.fixture
def read(stripe, warehouse):
    """Run the tap on the warehouse's state, load what it wrote, and count the requests."""

    def run(**config):
        stripe.requests.clear()
        return warehouse.load(sync(stripe.url, warehouse.state, **config))

    return run


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


def test_a_wider_range_lists_the_gap_only(account, stripe, read, warehouse):
    for _ in range(40):
        for _ in range(10):
            account.create_charge(100)
        account.advance(DAY)
    start = NOW + 30 * DAY
    read(date_range={"start": start.isoformat()})
    assert warehouse.agrees_with(account, start)
    output = read(date_range={"start": "2020-01-01"})
    assert warehouse.agrees_with(account)
    assert len(output.records()) == 300
    assert len(stripe.requests) <= 1 + 10, "three pages, and some looks into the empty years"


def test_a_narrower_range_forgets_nothing(account, read, warehouse):
    old = account.create_charge(5000)
    account.advance(60 * DAY)
    account.create_charge(5000)
    read()
    account.refund(old, 100)
    account.advance(HOUR)
    read(date_range={"last_days": 1})
    assert warehouse.agrees_with(account)


def test_a_range_that_ended_is_never_read_again(account, stripe, read):
    for _ in range(10):
        account.create_charge(100)
        account.advance(DAY)
    past = {"start": "2026-10-03", "end": "2026-10-06"}
    assert len(read(date_range=past).records()) == 3
    assert read(date_range=past).records() == []
    assert len(stripe.requests) == 0


def test_a_range_with_an_end_to_come_grows_until_then(account, read, warehouse):
    account.create_charge(100)
    account.advance(DAY)
    range_ = {"start": "2026-09-01", "end": "2026-10-04"}
    read(date_range=range_)
    for _ in range(5):
        account.create_charge(100)
        account.advance(DAY)
    read(date_range=range_)
    assert len(warehouse.rows) == 1 + 2


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


def test_a_full_table_run_reads_everything_again(account, stripe, read, warehouse):
    account.create_charge(100)
    account.advance(DAY)
    read()
    catalog = discover(stripe.url)
    (charges,) = (s for s in catalog["streams"] if s["tap_stream_id"] == "charges")
    charges["replication_method"] = "FULL_TABLE"
    assert len(warehouse.load(sync(stripe.url, warehouse.state, catalog)).records()) == 1


def discover(url):
    return TapStripeApex(config={"api_key": "rk_test_x", "api_base": url}).catalog_dict


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


def test_a_state_of_the_other_mode_is_refused(account, stripe, read):
    stripe.keys.add(Key("rk_live_other"))
    account.create_charge(100)
    read()
    with pytest.raises(ConfigurationError, match="another Stripe account or mode"):
        read(api_key="rk_live_other")


def test_a_range_that_ends_now_is_not_finished_before_all_of_it_can_be_listed():
    account = Account(now=NOW, listing_delay=timedelta(minutes=4))
    warehouse = Warehouse()
    past = {"start": "2026-09-01", "end": "2026-10-01T00:00:01Z"}
    with serve(account) as server:
        for _ in range(20):
            account.create_charge(100)
        for wait in (timedelta(minutes=1), timedelta(minutes=7), HOUR):
            account.advance(wait)
            warehouse.load(sync(server.url, warehouse.state, date_range=past))
        assert warehouse.agrees_with(account)
        server.requests.clear()
        sync(server.url, warehouse.state, date_range=past)
        assert len(server.requests) == 0


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


def test_settled_amounts_asked_for_later_are_read_for_all_charges(account, read):
    account.create_charge(10_000, "eur")
    account.advance(HOUR)
    read()
    (record,) = read(expand_balance_transactions=True).records()
    assert record["settled_currency"] == "usd"
    assert read(expand_balance_transactions=True).records() == []


def test_one_stream_that_was_left_out_long_does_not_drag_the_others_along(account, stripe):
    account.create_customer("c@example.com")
    account.create_charge(100)
    everything = select(stripe.url, "charges", "customers")
    state = sync(stripe.url, None, everything).state
    for _ in range(8):
        account.advance(5 * DAY)
        state["bookmarks"]["charges"] = sync(stripe.url, state).state["bookmarks"]["charges"]
    output = sync(stripe.url, state, everything)
    assert output.records("charges") == []
    assert len(output.records("customers")) == 1


def select(url, *streams):
    catalog = discover(url)
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            if entry["breadcrumb"] == []:
                entry["metadata"]["selected"] = stream["tap_stream_id"] in streams
    return catalog


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


def test_a_refund_that_is_called_off_is_seen(account, read, warehouse):
    charge = account.create_charge(5000)
    refund = account.refund(charge, 1200, status="pending")
    account.advance(HOUR)
    read()
    account.cancel_refund(refund)
    account.advance(HOUR)
    read()
    assert warehouse.agrees_with(account)


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


def test_what_marks_a_record_as_gone_cannot_be_left_out(account, stripe):
    charge = account.create_charge(5000, payment_method_type="sepa_debit")
    account.advance(HOUR)
    catalog = discover(stripe.url)
    left_out = {"_sdc_deleted_at", "updated_at", "customer_email", "amount", "metadata"}
    (charges,) = (s for s in catalog["streams"] if s["tap_stream_id"] == "charges")
    for entry in charges["metadata"]:
        if entry["breadcrumb"] and entry["breadcrumb"][-1] in left_out:
            entry["metadata"] = {"inclusion": "available", "selected": False}
    output = sync(stripe.url, None, catalog)
    (record,) = output.records()
    assert "customer_email" not in record
    account.reverse(charge)
    account.advance(HOUR)
    (record,) = sync(stripe.url, output.state, catalog).records()
    assert record["_sdc_deleted_at"] == record["updated_at"]


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


def test_stream_maps_see_every_record(account, stripe):
    customer = account.create_customer("c@example.com")
    for amount in (100, 900):
        account.create_charge(amount, customer=customer)
    maps = {
        "charges": {
            "__alias__": "payments",
            "__filter__": "amount > 500",
            "customer_email": "md5(customer_email)",
        }
    }
    output = sync(stripe.url, stream_maps=maps)
    (record,) = output.records("payments")
    assert record["amount"] == 900
    assert "@" not in record["customer_email"]
    assert output.state["bookmarks"]["charges"]["position"]


@pytest.mark.parametrize(
    ("start", "end", "kept"),
    [
        pytest.param("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", 2, id="within a day"),
        pytest.param("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", 2, id="summer ends"),
        pytest.param("2026-10-25", "2026-10-26", 48, id="a day"),
    ],
)
def test_a_range_is_half_open_to_the_second(account, read, start, end, kept):
    account.advance_to(datetime(2026, 10, 24, tzinfo=UTC))
    for _ in range(3 * 48):
        account.create_charge(100)
        account.advance(timedelta(minutes=30))
    assert len(read(date_range={"start": start, "end": end}).records()) == kept


def test_two_ranges_that_take_turns_lose_nothing(account, read, warehouse):
    charges = []
    for n in range(40):
        charges.append(account.create_charge(5000))
        account.advance(DAY / 2)
        range_ = {"last_days": 2} if n % 2 else {"start": "2026-09-01", "end": "2026-10-10"}
        if n % 5 == 0:
            account.refund(charges[n // 2], 10)
            read(date_range=range_)
    read()
    assert warehouse.agrees_with(account)


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
    assert "they keep the email that they had" in caplog.text


def test_a_connected_account_that_is_not_connected_is_named_as_the_cause(account, stripe, read):
    answer = stripe._api.answer

    def refuse(request, refusal=None):
        return answer(
            request, PermissionDeniedError("The key has no access.", code="account_invalid")
        )

    stripe._api.answer = refuse
    with pytest.raises(errors.InvalidRequestError, match="Check account_id"):
        read(account_id="acct_1Other")
