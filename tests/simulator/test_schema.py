"""The simulated objects have the fields and types that the stripe package names for them."""

import types
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin

import msgspec
import pytest
import stripe
from stripe._stripe_object import StripeObject, UntypedStripeObject

from stripe_simulator.account import Account
from stripe_simulator.expansions import NOTHING
from stripe_simulator.objects.encoding import API_VERSION, encode
from stripe_simulator.records import Address, PaymentMethod
from stripe_simulator.resources import RESOURCES
from stripe_simulator.story.history import Story
from stripe_simulator.views import Views

NOW = datetime(2026, 3, 1, tzinfo=UTC)

# Fields that Stripe leaves out, and why; everything else must be there.
LEFT_OUT = {
    "Charge": {
        "authorization_code": "sent only for some methods, which have it in their details",
        "level3": "on charges with level 3 data alone",
        "presentment_details": "on charges that were shown in another currency alone",
        "refunds": "sent only when expanded since 2022-11-15",
        "transfer": "on destination charges alone",
    },
    "Outcome": {"rule": "on charges that a rule matched alone"},
    "Card": {
        "capture_before": "on open authorisations alone",
        "description": "sent to some platforms alone",
        "electronic_commerce_indicator": "sent to some platforms alone",
        "iin": "sent to some platforms alone",
        "issuer": "sent to some platforms alone",
        "moto": "sent to some platforms alone",
        "setup_credential_usage": "sent to some platforms alone",
        "stored_credential_usage": "sent to some platforms alone",
        "transaction_link_id": "sent to some platforms alone",
    },
    "Refund": {
        "customer_account": "on refunds of customer balances alone",
        "description": "on refunds of customer balances alone",
        "failure_balance_transaction": "on failed refunds alone",
        "failure_reason": "on failed refunds alone",
        "instructions_email": "where the payer must be asked alone",
        "next_action": "where the payer must act alone",
        "pending_reason": "on pending refunds alone",
        "presentment_details": "on refunds that were shown in another currency alone",
    },
    "Dispute": {"payment_method_details": "on disputes of cards alone"},
    "Event": {
        "account": "on events of connected accounts alone",
        "context": "on events of organisations alone",
    },
    "Customer": {
        "business_name": "on customers that have one alone",
        "customer_account": "on customers that have one alone",
        "individual_name": "on customers that have one alone",
        "invoice_credit_balance": "sent only when expanded",
        "cash_balance": "sent only when expanded",
        "deleted": "on deleted customers alone",
        "sources": "sent only when expanded",
        "subscriptions": "sent only when expanded",
        "tax": "sent only when expanded",
        "tax_ids": "sent only when expanded",
    },
    "FraudDetails": {
        "stripe_report": "empty unless reported",
        "user_report": "empty unless reported",
    },
    "RadarOptions": {"session": "empty unless a session was passed"},
    "EnhancedEvidence": {
        "mastercard_compliance": "empty unless eligible",
        "visa_compelling_evidence_3": "empty unless eligible",
        "visa_compliance": "empty unless eligible",
    },
    "EnhancedEligibility": {
        "mastercard_compliance": "empty unless eligible",
        "visa_compelling_evidence_3": "empty unless eligible",
        "visa_compliance": "empty unless eligible",
    },
    "Session": {
        "line_items": "sent only when expanded",
        "name_collection": "on sessions that ask for names alone",
        "optional_items": "on sessions that offer some alone",
        "phone_number_collection": "on sessions that ask for phone numbers alone",
        "presentment_details": "on sessions that were shown in another currency alone",
        "redirect_on_completion": "on embedded pages alone",
        "return_url": "on embedded pages alone",
        "tax_id_collection": "on sessions that ask for tax ids alone",
    },
    "Restrictions": {"currency_options": "sent only when expanded"},
    "TotalDetails": {"breakdown": "sent only when expanded"},
    "Data": {"previous_attributes": "on updates alone"},
}
# Objects that have `type` and, of many fields, the one that `type` names.
ONE_OF_MANY = {"PaymentMethodDetails", "DestinationDetails"}
CLASSES = {
    "charges": stripe.Charge,
    "customers": stripe.Customer,
    "refunds": stripe.Refund,
    "disputes": stripe.Dispute,
    "balance_transactions": stripe.BalanceTransaction,
    "checkout_sessions": stripe.checkout.Session,
    "promotion_codes": stripe.PromotionCode,
    "events": stripe.Event,
}


def complaints(value: Any, annotation: Any, where: str) -> list[str]:
    """In what ways a JSON value is not what an annotation says."""
    origin, options = get_origin(annotation), get_args(annotation)
    if origin in {Union, types.UnionType}:
        return min((complaints(value, option, where) for option in options), key=len)
    if origin is list and isinstance(value, list):
        return [each for item in value for each in complaints(item, options[0], f"{where}[]")]
    if isinstance(annotation, type) and issubclass(annotation, StripeObject):
        return object_complaints(value, annotation, where)
    if origin is Literal:
        right = value in options
    elif isinstance(annotation, ForwardRef | str) or origin is UntypedStripeObject:
        # A map without names, or an object of another kind, which its own test looks at.
        right = isinstance(value, dict)
    elif annotation is float:
        right = isinstance(value, float | int)
    else:
        right = type(value) is annotation
    return [] if right else [f"{where}: {value!r} is no {annotation}"]


def object_complaints(value: Any, cls: type, where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: no object"]
    named = {k: v for k, v in cls.__annotations__.items() if k != "OBJECT_NAME"}
    wanted = set(named) - set(LEFT_OUT.get(cls.__name__, {}))
    if cls.__name__ in ONE_OF_MANY:
        wanted = {"type", value["type"]}
    found = [f"{where}.{name} is missing" for name in wanted - set(value)]
    found += [f"{where}.{name} is not Stripe's" for name in set(value) - set(named)]
    for name in set(value) & set(named):
        found += complaints(value[name], named[name], f"{where}.{name}")
    return found


@pytest.fixture(scope="module")
def account() -> Account:
    """An account in which everything has happened that changes what objects look like."""
    account = Account(NOW)
    customer = account.create_customer(
        "a@example.com", name="Ada", address=Address(city="Newtown"), metadata={"a": "b"}
    )
    account.edit_customer(customer, email="b@example.com")
    gone = account.create_customer("c@example.com")
    account.delete_customer(gone)
    wallet = PaymentMethod("pm_1", wallet="apple_pay")
    charge = account.create_charge(1_000, "eur", customer=customer, payment_method=wallet)
    failed = account.create_charge(1_000, status="failed", billing_email="d@example.com")
    account.create_charge(1_000, retries=failed)
    account.create_charge(1_000, status="failed", decline_reason="highest_risk_level")
    account.fail_refund(account.refund(charge, 400))
    account.refund(charge, 100, status="pending")
    debit = account.create_charge(1_000, status="pending", payment_method_type="us_bank_account")
    account.settle(debit)
    account.refund(debit, 10)
    account.reverse(debit)
    account.create_charge(1_000, "eur", payment_method_type="sepa_debit", metadata={"k": "v"})
    account.create_charge(1_000, payment_method_type="link")
    account.create_charge(1_000, "brl", payment_method_type="boleto", status="pending")
    authorised = account.create_charge(1_000, capture=False)
    account.edit_charge(authorised, description="An order")
    account.expire(authorised)
    for before_basil in (False, True):
        part = account.create_charge(1_000, "eur", capture=False)
        account.capture(part, 700, before_basil=before_basil)
        account.refund(part, 100)
        account.cancel(account.create_charge(1_000, capture=False), before_basil=before_basil)
    dispute = account.dispute(account.create_charge(1_000))
    account.answer_dispute(dispute)
    account.close_dispute(dispute, "won")
    account.dispute(account.create_charge(1_000), inquiry=True)
    code = account.create_promotion_code("PODCAST20", coupon="20-off")
    session = account.create_session(1_000, "eur", discount=250, tax=190, promotion_code=code)
    account.complete_session(session, charge, email="e@example.com")
    session = account.create_session(1_000, mode="subscription", client_reference_id="v_1")
    account.create_session(0, payment_link="plink_1", coupon="all-off")
    paid = account.create_charge(
        1_000, status="pending", payment_method_type="sepa_debit", customer=customer
    )
    account.complete_session(session, paid, email="e@example.com")
    account.settle(paid)
    account.advance(timedelta(days=20))
    return account


@pytest.mark.parametrize("name", RESOURCES)
def test_every_field_that_stripe_names_is_there_with_its_type(account, name):
    view = RESOURCES[name].view(Views(account))
    records = [r for r in RESOURCES[name].collection(account) if not getattr(r, "deleted", False)]
    assert records
    for record in records:
        value = msgspec.json.decode(encode(view(record, NOTHING)))
        assert object_complaints(value, CLASSES[name], name) == []


def test_what_an_event_tells_of_is_as_complete_as_what_is_retrieved(account):
    kinds = {
        "charge": stripe.Charge,
        "customer": stripe.Customer,
        "refund": stripe.Refund,
        "dispute": stripe.Dispute,
        "checkout.session": stripe.checkout.Session,
        "promotion_code": stripe.PromotionCode,
    }
    seen = set()
    for event in account.events:
        value = msgspec.json.decode(encode(Views(account).event(event)))
        about = value["data"]["object"]
        assert object_complaints(about, kinds[about["object"]], event.type) == []
        seen.add(about["object"])
    assert seen == set(kinds)


def test_the_version_is_the_one_whose_fields_are_compared():
    assert stripe.api_version == API_VERSION


def test_expanded_objects_are_as_complete_as_retrieved_ones(account):
    views = Views(account)
    for charge in account.charges:
        value = msgspec.json.decode(
            encode(views.charge(charge, {"customer": {}, "balance_transaction": {}, "refunds": {}}))
        )
        for field, cls in (
            ("customer", stripe.Customer),
            ("balance_transaction", stripe.BalanceTransaction),
        ):
            if value[field] is not None:
                assert object_complaints(value[field], cls, field) == []


def test_whatever_the_story_brings_is_of_stripe_s_types():
    account = Story(3, 400).account()
    for name, resource in RESOURCES.items():
        view = resource.view(Views(account))
        for record in resource.collection(account):
            if not getattr(record, "deleted", False):
                value = msgspec.json.decode(encode(view(record, NOTHING)))
                assert object_complaints(value, CLASSES[name], name) == []


def test_no_field_is_null_that_stripe_leaves_out(account):
    for name, resource in RESOURCES.items():
        view = resource.view(Views(account))
        left_out = set(LEFT_OUT.get(CLASSES[name].__name__, {}))
        for record in resource.collection(account):
            value = msgspec.json.decode(encode(view(record, NOTHING)))
            assert not [field for field in left_out & set(value) if value[field] is None]


def test_an_exchange_rate_is_a_number_not_a_string(account):
    converted = next(t for t in account.balance_transactions if t.rate is not None)
    value = msgspec.json.decode(encode(Views(account).balance_transaction(converted)))
    assert Decimal(str(value["exchange_rate"])) == Decimal("1.08")
    assert value["net"] == value["amount"] - value["fee"]


def test_a_deleted_customer_is_only_a_stub(account):
    gone = next(customer for customer in account.customers if customer.deleted)
    assert msgspec.json.decode(encode(Views(account).customer(gone))) == {
        "id": gone.id,
        "object": "customer",
        "deleted": True,
    }
