"""What is read follows the catalog and the settings, also if they change between two runs."""

from datetime import timedelta

from tests.conftest import sync
from tests.tap.catalogs import discover, select

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_a_full_table_run_reads_everything_again(account, stripe, read, warehouse):
    account.create_charge(100)
    account.advance(DAY)
    read()
    catalog = discover(stripe.url)
    (charges,) = (s for s in catalog["streams"] if s["tap_stream_id"] == "charges")
    charges["replication_method"] = "FULL_TABLE"
    assert len(warehouse.load(sync(stripe.url, warehouse.state, catalog)).records()) == 1


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
