"""Refunds (https://docs.stripe.com/api/refunds/object)."""

from tap_stripe_apex.simulator.objects.encoding import JsonObject
from tap_stripe_apex.simulator.objects.methods import refund_destination
from tap_stripe_apex.simulator.records import Refund


def refund_object(
    refund: Refund,
    *,
    charge: object = None,
    balance_transaction: object = None,
    failure_balance_transaction: object = None,
) -> JsonObject:
    """A refund in Stripe's form; the named objects are its expanded ones, if they are."""
    return {
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "balance_transaction": balance_transaction or refund.balance_transaction,
        "charge": charge or refund.charge,
        "created": refund.created,
        "currency": refund.currency,
        "customer": refund.customer,
        "customer_account": None,
        "description": None,
        "destination_details": refund_destination(refund.method, str(refund.created * 7)),
        "failure_balance_transaction": (
            failure_balance_transaction or refund.failure_balance_transaction
        ),
        "failure_reason": refund.failure_reason,
        "instructions_email": None,
        "metadata": refund.metadata,
        "next_action": None,
        "payment_intent": refund.payment_intent,
        "payment_method": refund.method.id,
        "pending_reason": "processing" if refund.status == "pending" else None,
        "presentment_details": None,
        "reason": refund.reason,
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": refund.status,
        "transfer_reversal": None,
    }
