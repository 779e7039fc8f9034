"""No change is lost, and nothing is asked of Stripe that is not needed."""

import time
from datetime import timedelta

import pytest

from tap_stripe_apex.errors import ConfigurationError
from tap_stripe_apex.simulator.account import Account
from tap_stripe_apex.simulator.keys import Key, Permission
from tap_stripe_apex.simulator.server import serve
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


def posted_later(account):
    charge = account.create_charge(5000, posted=False)
    yield
    account.post(charge)


CHANGES = [
    settled_later,
    captured_later,
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
