"""All streams but charges: off unless selected, and as complete."""

from datetime import timedelta
from decimal import Decimal

import pytest

from stripe_simulator import Account
from stripe_simulator.records import Address, BillingDetails
from stripe_simulator.server import serve
from tests.conftest import NOW, sync
from tests.tap.catalogs import select

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
STREAMS = [
    "customers",
    "refunds",
    "disputes",
    "balance_transactions",
    "checkout_sessions",
    "failed_charges",
]


@pytest.fixture
def read(stripe):
    """Run the tap with these streams selected, and no others."""

    def run(*streams, state=None, method="LOG_BASED"):
        stripe.requests.clear()
        return sync(stripe.url, state, select(stripe.url, *streams, method=method))

    return run


def buy(account, **session):
    """A checkout session that is paid at once."""
    opened = account.create_session(500, **session)
    return account.complete_session(opened, account.create_charge(500), email="c@example.com")


def by_id(output, stream):
    return {record["id"]: record for record in output.records(stream)}


def test_what_is_not_selected_costs_nothing(account, stripe, run_tap):
    customer = account.create_customer("c@example.com")
    account.refund(account.create_charge(100, customer=customer), 10)
    run_tap()
    assert {request.path for request in stripe.requests} == {"/v1/events", "/v1/charges"}


@pytest.fixture
def old(account):
    """An account whose events are of a version that is years old."""
    account.old_events = True
    return account


def test_a_refund_that_only_its_charge_tells_of_is_read(old, stripe, read):
    charges = [old.create_charge(100) for _ in range(3)]
    old.advance(10 * DAY)
    state = read("charges", "refunds").state
    made = [old.refund(charge, 10) for charge in charges[:2]]
    old.advance(HOUR)
    output = read("charges", "refunds", state=state)
    assert set(by_id(output, "refunds")) == set(made)
    old.fail_refund(made[0])
    old.advance(HOUR)
    output = read("charges", "refunds", state=output.state)
    assert [row["status"] for row in output.records("refunds")] == ["failed"]
    old.advance(HOUR)
    assert read("charges", "refunds", state=output.state).of("RECORD") == []
    assert len(stripe.requests) == 1


def test_a_refund_that_is_listed_late_is_read_though_only_its_charge_tells_of_it():
    late = Account(NOW, listing_delay=timedelta(minutes=4), old_events=True)
    with serve(late) as server:
        charges = [late.create_charge(100) for _ in range(20)]
        late.advance(HOUR)
        catalog = select(server.url, "refunds")
        state = sync(server.url, None, catalog).state
        made = {late.refund(charge, 10) for charge in charges}
        read_ids = set()
        for minutes in (2, 2, 2, 10):
            late.advance(timedelta(minutes=minutes))
            output = sync(server.url, state, catalog)
            state = output.state
            read_ids |= set(by_id(output, "refunds"))
    assert read_ids == made


def test_a_dispute_whose_events_do_not_name_it_is_read(old, stripe, read):
    charge = old.create_charge(100)
    old.advance(10 * DAY)
    state = read("charges", "disputes").state
    dispute = old.dispute(charge)
    old.advance(HOUR)
    output = read("charges", "disputes", state=state)
    assert list(by_id(output, "disputes")) == [dispute]
    assert by_id(output, "charges")[charge]["disputed"]
    old.advance(20 * DAY)
    old.close_dispute(dispute, "lost")
    old.advance(HOUR)
    output = read("charges", "disputes", state=output.state)
    assert [row["status"] for row in output.records("disputes")] == ["lost"]


def test_a_quiet_run_of_all_streams_costs_one_request(account, stripe, read):
    for _ in range(30):
        customer = account.create_customer("c@example.com")
        charge = account.create_charge(1000, customer=customer)
        account.refund(charge, 100)
        account.dispute(charge)
        buy(account)
        account.advance(HOUR)
    account.advance(10 * DAY)
    state = read("charges", *STREAMS).state
    for _ in range(3):
        account.advance(HOUR)
        output = read("charges", *STREAMS, state=state)
        state = output.state
        assert output.of("RECORD") == []
        assert len(stripe.requests) == 1


def test_a_failed_charge_says_why_and_which_payment_it_was_for(account, read):
    customer = account.create_customer("c@example.com")
    for reason in ("insufficient_funds", "highest_risk_level"):
        account.create_charge(
            1999,
            "eur",
            status="failed",
            customer=customer,
            failure_code="card_declined",
            decline_reason=reason,
            billing=BillingDetails(address=Address(country="at")),
        )
    account.create_charge(100)
    asked, blocked = read("failed_charges").records("failed_charges")
    assert (asked["amount"], asked["currency"], asked["customer_id"]) == (1999, "eur", customer)
    assert asked["payment_intent_id"] == account.charges[asked["id"]].payment_intent
    assert (asked["payment_method_type"], asked["card_country"]) == ("card", "US")
    assert asked["billing_country"] == "AT"
    assert [
        (r["failure_code"], r["outcome_type"], r["outcome_reason"], r["network_status"])
        for r in (asked, blocked)
    ] == [
        ("card_declined", "issuer_declined", "insufficient_funds", "declined_by_network"),
        ("card_declined", "blocked", "highest_risk_level", "not_sent_to_network"),
    ]


def test_a_debit_is_a_failed_charge_once_it_failed_and_nothing_is_read_before(
    account, stripe, read
):
    debits = [
        account.create_charge(500, status=status, payment_method_type="sepa_debit")
        for status in ("pending", "succeeded", "pending")
    ]
    account.advance(DAY)
    output = read("failed_charges")
    assert output.records("failed_charges") == []
    account.fail(debits[0], "account_closed")
    account.reverse(debits[1])
    account.settle(debits[2])
    account.advance(HOUR)
    failed = by_id(read("failed_charges", state=output.state), "failed_charges")
    assert {id_: record["failure_code"] for id_, record in failed.items()} == {
        debits[0]: "account_closed",
        debits[1]: "debit_not_authorized",
    }


def test_a_customer_has_its_latest_email(account, read):
    customer = account.create_customer("old@example.com", name="Jane")
    account.advance(DAY)
    output = read("customers")
    assert by_id(output, "customers")[customer]["email"] == "old@example.com"
    account.edit_customer(customer, email="new@example.com")
    account.advance(HOUR)
    (record,) = read("customers", state=output.state).records("customers")
    assert (record["email"], record["name"]) == ("new@example.com", "Jane")


def test_a_deleted_customer_is_marked(account, read):
    customer = account.create_customer("c@example.com")
    account.advance(DAY)
    output = read("customers")
    assert output.records("customers")[0]["_sdc_deleted_at"] is None
    account.delete_customer(customer)
    account.advance(HOUR)
    (record,) = read("customers", state=output.state).records("customers")
    assert record["id"] == customer
    assert record["created"] == output.records("customers")[0]["created"]
    assert record["_sdc_deleted_at"] == record["updated_at"]
    assert record["email"] == "c@example.com", "a marked row keeps what it was"


def test_a_refund_is_followed_until_it_fails(account, read):
    refund = account.refund(account.create_charge(2000, "kwd"), 1230)
    account.advance(DAY)
    output = read("refunds")
    record = by_id(output, "refunds")[refund]
    assert Decimal(str(record["refunded_revenue"])) == Decimal("1.23")
    account.fail_refund(refund)
    account.advance(HOUR)
    (record,) = read("refunds", state=output.state).records("refunds")
    assert record["status"] == "failed"


def test_a_dispute_is_followed_until_it_is_won(account, read):
    dispute = account.dispute(account.create_charge(2000))
    account.advance(DAY)
    output = read("disputes")
    assert by_id(output, "disputes")[dispute]["net"] < 0
    account.close_dispute(dispute, "won")
    account.advance(HOUR)
    (record,) = read("disputes", state=output.state).records("disputes")
    assert record["status"] == "won"


def test_a_balance_transaction_is_pending_until_it_is_available(account, read):
    account.create_charge(2000)
    output = read("balance_transactions")
    (record,) = output.records("balance_transactions")
    assert record["status"] == "pending"
    assert record["amount"] - record["fee"] == record["net"]
    account.advance(10 * DAY)
    output = read("balance_transactions", state=output.state)
    (record,) = output.records("balance_transactions")
    assert record["status"] == "available"
    account.advance(DAY / 2)
    assert read("balance_transactions", state=output.state).records("balance_transactions") == []


def test_new_balance_transactions_come_with_the_money(account, read):
    account.create_charge(2000)
    account.advance(HOUR)
    output = read("balance_transactions")
    charge = account.create_charge(3000)
    refund = account.refund(charge, 100)
    account.advance(HOUR)
    output = read("balance_transactions", state=output.state)
    sources = {record["source_id"] for record in output.records("balance_transactions")}
    assert sources == {charge, refund}


def test_all_balance_transactions_are_read_again_if_the_catalog_wants_it(account, read):
    account.create_charge(2000)
    before = read("balance_transactions")
    account.create_charge(3000)
    account.advance(HOUR)
    output = read("balance_transactions", state=before.state, method="FULL_TABLE")
    assert len(output.records("balance_transactions")) == 2
    bookmark, earlier = (
        each.state["bookmarks"]["balance_transactions"] for each in (output, before)
    )
    assert bookmark["source"] == earlier["source"] == "test"
    assert bookmark["pending"]["created"] == earlier["pending"]["created"]


@pytest.mark.parametrize("stream", STREAMS)
def test_a_stream_that_is_selected_later_begins_then(account, read, stream):
    charge = account.create_charge(2000, customer=account.create_customer("c@example.com"))
    account.refund(charge, 100)
    account.dispute(charge)
    buy(account)
    account.create_charge(100, status="failed")
    account.advance(DAY)
    state = read("charges").state
    assert read("charges", stream, state=state).records(stream)


@pytest.mark.parametrize("stream", ["charges", *STREAMS])
def test_a_record_has_the_columns_of_its_schema(account, read, stream):
    charge = account.create_charge(2000, "eur", customer=account.create_customer("c@example.com"))
    account.refund(charge, 100)
    account.dispute(charge)
    buy(account)
    account.create_charge(100, status="failed")
    output = read(stream)
    (schema,) = output.of("SCHEMA")
    assert output.records(stream)
    for record in output.records(stream):
        assert set(record) == set(schema["schema"]["properties"])
