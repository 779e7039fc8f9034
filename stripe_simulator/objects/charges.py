"""Charges (https://docs.stripe.com/api/charges/object)."""

import msgspec

from stripe_simulator.objects.encoding import ABSENT, EMPTY, Absent, Expandable, Null, StripeObject
from stripe_simulator.objects.methods import payment_method_details
from stripe_simulator.records import Address, ChargeRecord, ChargeStatus, Metadata

_MESSAGES = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "The account has insufficient funds to cover the payment.",
    "debit_not_authorized": "The payer told the bank that the debit was not authorized.",
}
_BLOCKED = {"highest_risk_level", "low_probability_of_authorization", "rule"}
"""Reasons of Stripe's own, for which the bank is never asked. https://docs.stripe.com/declines"""
_DESCRIPTOR = "SIMULATED STORE"
_RECEIPTS = "https://pay.stripe.com/receipts/payment/CAcaFwoVYWNjdF8xU2ltdWxhdGVkQXBleDA"


class BillingDetailsObject(StripeObject, kw_only=True):
    """`Charge.billing_details`."""

    address: Address
    email: str | None
    name: str | None
    phone: str | None
    tax_id: Null = None


class Outcome(StripeObject, kw_only=True):
    """`Charge.outcome`."""

    risk_score: int
    advice_code: str | None = None
    network_advice_code: Null = None
    network_decline_code: str | None = None
    network_status: str = "approved_by_network"
    reason: str | None = None
    risk_level: str = "normal"
    rule: Absent = ABSENT
    seller_message: str = "Payment complete."
    type: str = "authorized"


class ChargeObject(StripeObject, kw_only=True):
    """A charge in Stripe's form."""

    id: str
    object: str = "charge"
    amount: int
    amount_captured: int
    amount_refunded: int
    application: Null = None
    application_fee: Null = None
    application_fee_amount: Null = None
    authorization_code: Absent = ABSENT
    balance_transaction: Expandable
    billing_details: BillingDetailsObject
    calculated_statement_descriptor: str | None
    captured: bool
    created: int
    currency: str
    customer: Expandable
    description: str | None
    disputed: bool
    failure_balance_transaction: Expandable
    failure_code: str | None
    failure_message: str | None
    fraud_details: msgspec.Raw = EMPTY
    level3: Absent = ABSENT
    livemode: bool
    metadata: Metadata
    on_behalf_of: Null = None
    outcome: Outcome
    paid: bool
    payment_intent: str
    payment_method: str
    payment_method_details: dict[str, StripeObject | str]
    presentment_details: Absent = ABSENT
    radar_options: msgspec.Raw = EMPTY
    receipt_email: str | None
    receipt_number: Null = None
    receipt_url: str
    refunded: bool
    refunds: StripeObject | Absent = ABSENT
    review: Null = None
    shipping: Null = None
    source: Null = None
    source_transfer: Null = None
    statement_descriptor: str | None
    statement_descriptor_suffix: Null = None
    status: ChargeStatus
    transfer: Absent = ABSENT
    transfer_data: Null = None
    transfer_group: Null = None


def charge_object(
    charge: ChargeRecord,
    *,
    livemode: bool,
    customer: Expandable = None,
    balance_transaction: Expandable = None,
    failure_balance_transaction: Expandable = None,
    refunds: StripeObject | Absent = ABSENT,
) -> ChargeObject:
    """A charge in Stripe's form; the last four arguments are its objects if they are expanded."""
    billing = charge.billing
    return ChargeObject(
        id=charge.id,
        amount=charge.amount,
        amount_captured=charge.amount_captured,
        amount_refunded=charge.amount_refunded,
        balance_transaction=balance_transaction or charge.balance_transaction,
        billing_details=BillingDetailsObject(
            address=billing.address, email=billing.email, name=billing.name, phone=billing.phone
        ),
        calculated_statement_descriptor=_DESCRIPTOR if charge.method.type == "card" else None,
        captured=charge.captured,
        created=charge.created,
        currency=charge.currency,
        customer=customer or charge.customer,
        description=charge.description,
        disputed=charge.disputed,
        failure_balance_transaction=(
            failure_balance_transaction or charge.failure_balance_transaction
        ),
        failure_code=charge.failure_code,
        failure_message=_message(charge),
        livemode=livemode,
        metadata=charge.metadata,
        outcome=_outcome(charge),
        paid=charge.status == "succeeded",
        payment_intent=charge.payment_intent,
        payment_method=charge.method.id,
        payment_method_details=payment_method_details(charge),
        receipt_email=charge.receipt_email,
        receipt_url=f"{_RECEIPTS}{charge.id[3:]}?s=ap",
        refunded=charge.refunded,
        refunds=refunds,
        statement_descriptor=charge.statement_descriptor,
        status=charge.status,
    )


def _outcome(charge: ChargeRecord) -> Outcome:
    risk_score = (charge.created + charge.amount) % 64
    if charge.failure_code is None or charge.method.type != "card":
        return Outcome(risk_score=risk_score)
    reason = charge.decline_reason or "generic_decline"
    if reason in _BLOCKED:
        return Outcome(
            risk_score=risk_score,
            network_status="not_sent_to_network",
            reason=reason,
            seller_message="Stripe blocked this payment as too risky.",
            type="blocked",
        )
    return Outcome(
        risk_score=risk_score,
        advice_code="do_not_try_again",
        network_decline_code="05",
        network_status="declined_by_network",
        reason=reason,
        seller_message="The bank did not return any further details with this decline.",
        type="issuer_declined",
    )


def _message(charge: ChargeRecord) -> str | None:
    if charge.failure_code is None:
        return None
    return _MESSAGES.get(charge.failure_code, "The payment failed.")
