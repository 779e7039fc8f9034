"""What a record of the charges stream says of a charge."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_simulator import Account
from stripe_simulator.keys import Key, Permission
from stripe_simulator.records import Address, BillingDetails, PaymentMethod
from stripe_simulator.server import serve
from tap_stripe_apex.streams.columns import rounded
from tap_stripe_apex.streams.payers import country_code
from tests.conftest import NOW, sync
from tests.tap.catalogs import select


def only(output):
    (record,) = output.records()
    return record


def test_a_record_has_every_column(account, run_tap):
    customer = account.create_customer("jane@example.com", metadata={"visitor_id": "v_1"})
    charge = account.create_charge(
        1999,
        "eur",
        customer=customer,
        receipt_email="receipt@example.com",
        billing=BillingDetails("billing@example.com", address=Address(country="AT")),
        payment_method=PaymentMethod("pm_1", country="DE"),
        description="Plan",
        metadata={"plan": "pro"},
    )
    record = only(run_tap())
    assert record["id"] == charge
    assert record["created"] == "2026-10-01T00:00:00Z"
    assert record["amount"] == record["amount_captured"] == 1999
    assert record["amount_refunded"] == 0
    assert record["currency"] == "eur"
    assert record["status"] == "succeeded"
    assert (record["captured"], record["refunded"], record["disputed"]) == (True, False, False)
    assert record["livemode"] is False
    assert record["customer_id"] == customer
    assert record["customer_email"] == "jane@example.com"
    assert record["customer_email_source"] == "customer"
    assert record["customer_created"] == "2026-10-01T00:00:00Z"
    assert record["customer_metadata"] == {"visitor_id": "v_1"}
    assert record["receipt_email"] == "receipt@example.com"
    assert record["billing_email"] == "billing@example.com"
    assert record["payment_intent_id"].startswith("pi_")
    assert record["payment_method_type"] == "card"
    assert (record["card_country"], record["billing_country"]) == ("DE", "AT")
    assert record["description"] == "Plan"
    assert record["metadata"] == {"plan": "pro"}
    assert record["balance_transaction_id"].startswith("txn_")
    assert record["settled_amount"] is None, "only with expand_balance_transactions"
    assert record["_sdc_deleted_at"] is None


def test_the_schema_declares_exactly_the_columns_of_a_record(account, run_tap):
    account.create_charge(100)
    output = run_tap()
    (schema,) = output.of("SCHEMA")
    assert list(schema["schema"]["properties"]) == list(only(output))
    assert schema["key_properties"] == ["id"]


@pytest.mark.parametrize(
    ("method", "country"),
    [
        ("card", "FR"),
        ("link", "FR"),
        ("sepa_debit", "FR"),
        ("us_bank_account", None),
        ("boleto", None),
    ],
)
def test_methods_that_tell_a_country_give_it(account, run_tap, method, country):
    account.create_charge(100, payment_method=PaymentMethod("pm_1", method, country="FR"))
    record = only(run_tap())
    assert (record["card_country"], record["billing_country"]) == (country, None)


@pytest.mark.parametrize(
    ("told", "country"),
    [("at", "AT"), (" GB ", "GB"), ("Austria", None), ("", None), ("4", None), (None, None)],
)
def test_a_country_is_two_capitals_or_nothing(told, country):
    assert country_code(told) == country


@pytest.mark.parametrize(
    ("currency", "minor", "major"),
    [("usd", 1999, "19.99"), ("jpy", 1999, "1999"), ("kwd", 1990, "1.99"), ("ugx", 500, "5")],
)
def test_money_is_in_major_units_by_the_currency(account, run_tap, currency, minor, major):
    account.create_charge(minor, currency)
    record = only(run_tap())
    assert Decimal(str(record["revenue"])) == Decimal(major)
    assert Decimal(str(record["net_revenue"])) == Decimal(major)


def test_of_an_unknown_currency_minor_units_are_read_and_one_warning_names_it(
    account, stripe, caplog
):
    for _ in range(2):
        account.refund(account.create_charge(100, "xyz"), 30)
    account.create_charge(100, "usd")
    usd, *unknown = sync(stripe.url).records()[::-1]
    assert usd["revenue"] == 1
    for record in unknown:
        assert (record["amount_captured"], record["refunded_amount"]) == (100, 30)
        assert (record["revenue"], record["net_revenue"]) == (None, None)
    warnings = [each.getMessage() for each in caplog.records if each.levelname == "WARNING"]
    assert len(warnings) == 1
    assert "'xyz'" in warnings[0]


@pytest.mark.parametrize("currency", ["eek", "ltl", "lvl", "mro", "vef"])
def test_currencies_that_are_no_more_are_known_since_old_charges_have_them(
    account, run_tap, currency
):
    account.create_charge(1234, currency)
    assert only(run_tap())["revenue"] == 12.34


def test_an_authorisation_is_no_revenue_yet(account, run_tap):
    account.create_charge(5000, capture=False)
    record = only(run_tap())
    assert (record["status"], record["captured"]) == ("succeeded", False)
    assert (record["amount_captured"], record["revenue"], record["net_revenue"]) == (0, 0, 0)


def test_what_a_partial_capture_left_is_no_refund(account, run_tap):
    charge = account.create_charge(20675, capture=False)
    account.capture(charge, 20300)
    record = only(run_tap())
    assert record["amount_refunded"] == record["refunded_amount"] == 0
    assert record["refunded"] is False
    assert record["revenue"] == record["net_revenue"] == 203


def test_a_refund_lowers_the_net_and_not_the_gross(account, run_tap):
    charge = account.create_charge(1000)
    account.refund(charge, 250)
    record = only(run_tap())
    assert (record["revenue"], record["net_revenue"]) == (10, 7.5)


@pytest.mark.parametrize("status", ["pending", "failed"])
def test_what_did_not_succeed_is_no_charge(account, run_tap, status):
    account.create_charge(100, status=status, payment_method_type="sepa_debit")
    assert run_tap().records() == []


@pytest.mark.parametrize("customer", [{"email": "c@example.com"}, {"email": None}, None])
@pytest.mark.parametrize("receipt", ["r@example.com", None])
@pytest.mark.parametrize("billing", ["b@example.com", None])
def test_the_email_is_the_best_there_is(account, run_tap, customer, receipt, billing):
    payer = account.create_customer(**customer) if customer else None
    charge = account.create_charge(
        100, customer=payer, receipt_email=receipt, billing_email=billing
    )
    record = only(run_tap())
    expected = account.ledger().charges[charge]
    assert record["customer_email"] == expected.email
    assert record["customer_email_source"] == expected.email_source
    assert record["customer_id"] == payer


def test_a_deleted_customer_leaves_the_receipt_email(account, run_tap):
    customer = account.create_customer("c@example.com", metadata={"visitor_id": "v_1"})
    account.create_charge(100, customer=customer, receipt_email="r@example.com")
    account.delete_customer(customer)
    record = only(run_tap())
    assert (record["customer_email"], record["customer_email_source"]) == (
        "r@example.com",
        "receipt",
    )
    assert record["customer_id"] == customer
    assert record["customer_created"] is None
    assert record["customer_metadata"] is None


@pytest.mark.parametrize("selected", [True, False])
def test_charges_follow_the_metadata_of_their_customer_where_they_have_it(
    account, stripe, selected
):
    catalog = select(stripe.url, "charges")
    (charges,) = (each for each in catalog["streams"] if each["tap_stream_id"] == "charges")
    for entry in charges["metadata"]:
        if entry["breadcrumb"][-1:] == ["customer_metadata"]:
            entry["metadata"]["selected"] = selected
    customer = account.create_customer("c@example.com")
    paid = account.create_charge(100, customer=customer)
    account.create_charge(100)
    account.advance(timedelta(hours=1))
    state = sync(stripe.url, None, catalog).state
    account.edit_customer(customer, metadata={"visitor_id": "v_2"})
    account.advance(timedelta(hours=1))
    stripe.requests.clear()
    found = {r["id"]: r["customer_metadata"] for r in sync(stripe.url, state, catalog).records()}
    assert found == ({paid: {"visitor_id": "v_2"}} if selected else {})
    assert len(stripe.requests) == 1 + selected


def test_without_the_customers_permission_a_charge_has_no_customer_metadata(
    account, stripe, run_tap
):
    stripe.keys.add(Key("rk_test_charges", frozenset({Permission.CHARGES})))
    customer = account.create_customer("c@example.com", metadata={"visitor_id": "v_1"})
    account.create_charge(100, customer=customer)
    account.create_charge(100)
    records = run_tap(api_key="rk_test_charges").records()
    assert [record["customer_metadata"] for record in records] == [None, None]


def test_a_charge_says_when_its_customer_was_made(account, run_tap):
    customer = account.create_customer("c@example.com")
    made = account.now
    account.create_charge(100)
    account.advance(timedelta(days=9))
    account.create_charge(100, customer=customer)
    guest, paid = run_tap().records()
    assert guest["customer_created"] is None
    assert paid["customer_created"] == made.strftime("%Y-%m-%dT%H:%M:%SZ") < paid["created"]


def test_settled_amounts_come_when_asked_for(account, run_tap):
    account.create_charge(10_000, "eur")
    record = only(run_tap(expand_balance_transactions=True))
    assert record["balance_transaction_id"].startswith("txn_")
    assert record["settled_currency"] == "usd"
    assert record["exchange_rate"] > 0
    assert record["settled_amount"] - record["fee"] == record["net"]


def test_charges_come_oldest_first_with_many_in_one_second(account, run_tap):
    for _ in range(250):
        account.create_charge(100)
    account.advance(timedelta(days=3))
    account.create_charge(100)
    output = run_tap()
    created = [record["created"] for record in output.records()]
    assert created == sorted(created)
    assert len(set(output.ids)) == 251


def test_only_charges_of_the_date_range_are_read(account, run_tap):
    ids = []
    for _ in range(4):
        ids.append(account.create_charge(100))
        account.advance(timedelta(days=1))
    output = run_tap(date_range={"start": "2026-10-02", "end": "2026-10-04"})
    assert output.ids == ids[1:3]


def test_the_last_thirty_days_are_read_by_default_and_by_the_clock_of_stripe(account, run_tap):
    account.create_charge(100)
    account.advance(timedelta(days=2))
    recent = account.create_charge(100)
    account.advance(timedelta(days=29))
    assert run_tap(date_range=None).ids == [recent]


def test_no_charge_in_the_range_says_so(account, run_tap, caplog):
    assert run_tap().records() == []
    assert "No successful charge in the date range" in caplog.text


@pytest.mark.parametrize(
    ("millionths", "rate"),
    [
        ("63.7123456789", 0.000063712346),
        ("63.7123445", 0.000063712344),
        ("63.7123455", 0.000063712346),
        ("63.7", 0.0000637),
    ],
)
def test_a_rate_is_rounded_half_even_to_the_decimals_that_its_column_declares(millionths, rate):
    account = Account(NOW, rates=lambda *_: Decimal(millionths))
    account.create_charge(5_000_000, "krw")
    with serve(account) as server:
        (record,) = sync(server.url, expand_balance_transactions=True).records()
    assert record["exchange_rate"] == rate


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**9))
def test_no_number_has_more_decimals_than_its_column_and_short_ones_stay(value):
    kept = rounded(value, 12)
    assert -kept.as_tuple().exponent <= 12
    assert abs(kept - value) <= Decimal("5e-13")
    assert rounded(kept, 12) is kept


def test_nothing_is_settled_of_an_authorisation_that_an_old_integration_cancelled(account, stripe):
    charge = account.create_charge(1000, capture=False)
    account.cancel(charge, before_basil=True)
    (record,) = sync(stripe.url, expand_balance_transactions=True).records()
    settled = (record["settled_amount"], record["fee"], record["net"])
    assert (record["revenue"], record["net_revenue"]) == (0, 0)
    assert settled in {(0, 0, 0), (None, None, None)}
