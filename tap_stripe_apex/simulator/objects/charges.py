"""Charges (https://docs.stripe.com/api/charges/object)."""

from tap_stripe_apex.simulator.objects.encoding import JsonObject
from tap_stripe_apex.simulator.objects.methods import payment_method_details
from tap_stripe_apex.simulator.records import Charge

_MESSAGES = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "The account has insufficient funds to cover the payment.",
    "debit_not_authorized": "The payer told the bank that the debit was not authorized.",
}
_DESCRIPTOR = "SIMULATED STORE"
_RECEIPTS = "https://pay.stripe.com/receipts/payment/CAcaFwoVYWNjdF8xU2ltdWxhdGVkQXBleDA"


def charge_object(
    charge: Charge,
    *,
    livemode: bool,
    customer: object = None,
    balance_transaction: object = None,
    failure_balance_transaction: object = None,
) -> JsonObject:
    """A charge in Stripe's form; the last three are its expanded objects, if they are."""
    suffix = charge.id[3:]
    card = charge.method.type == "card"
    return {
        "id": charge.id,
        "object": "charge",
        "amount": charge.amount,
        "amount_captured": charge.amount_captured,
        "amount_refunded": charge.amount_refunded,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "authorization_code": None,
        "balance_transaction": balance_transaction or charge.balance_transaction,
        "billing_details": {
            "address": charge.billing.address,
            "email": charge.billing.email,
            "name": charge.billing.name,
            "phone": charge.billing.phone,
            "tax_id": None,
        },
        "calculated_statement_descriptor": _DESCRIPTOR if card else None,
        "captured": charge.captured,
        "created": charge.created,
        "currency": charge.currency,
        "customer": customer or charge.customer,
        "description": charge.description,
        "disputed": charge.disputed,
        "failure_balance_transaction": (
            failure_balance_transaction or charge.failure_balance_transaction
        ),
        "failure_code": charge.failure_code,
        "failure_message": _message(charge),
        "fraud_details": {},
        "level3": None,
        "livemode": livemode,
        "metadata": charge.metadata,
        "on_behalf_of": None,
        "outcome": _outcome(charge),
        "paid": charge.status == "succeeded",
        "payment_intent": charge.payment_intent,
        "payment_method": charge.method.id,
        "payment_method_details": payment_method_details(charge),
        "presentment_details": None,
        "radar_options": {},
        "receipt_email": charge.receipt_email,
        "receipt_number": None,
        "receipt_url": f"{_RECEIPTS}{suffix}?s=ap",
        "refunded": charge.refunded,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": charge.statement_descriptor,
        "statement_descriptor_suffix": None,
        "status": charge.status,
        "transfer": None,
        "transfer_data": None,
        "transfer_group": None,
    }


def _outcome(charge: Charge) -> JsonObject:
    declined = charge.failure_code is not None and charge.method.type == "card"
    return {
        "advice_code": "do_not_try_again" if declined else None,
        "network_advice_code": None,
        "network_decline_code": "05" if declined else None,
        "network_status": "declined_by_network" if declined else "approved_by_network",
        "reason": "generic_decline" if declined else None,
        "risk_level": "normal",
        "risk_score": (charge.created + charge.amount) % 64,
        "rule": None,
        "seller_message": (
            "The bank did not return any further details with this decline."
            if declined
            else "Payment complete."
        ),
        "type": "issuer_declined" if declined else "authorized",
    }


def _message(charge: Charge) -> str | None:
    if charge.failure_code is None:
        return None
    return _MESSAGES.get(charge.failure_code, "The payment failed.")
