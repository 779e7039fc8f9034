"""Refunds (https://docs.stripe.com/api/refunds/object)."""

from collections.abc import Sequence

from stripe_simulator.objects.encoding import ABSENT, Absent, Expandable, Null, StripeObject
from stripe_simulator.objects.methods import refund_destination
from stripe_simulator.records import Metadata, RefundRecord, RefundStatus


class RefundObject(StripeObject, kw_only=True):
    """A refund in Stripe's form."""

    id: str
    object: str = "refund"
    amount: int
    balance_transaction: Expandable
    charge: Expandable
    created: int
    currency: str
    customer: Expandable
    customer_account: Absent = ABSENT
    description: Absent = ABSENT
    destination_details: dict[str, dict[str, str] | str]
    failure_balance_transaction: Expandable | Absent
    failure_reason: str | Absent
    instructions_email: Absent = ABSENT
    metadata: Metadata
    next_action: Absent = ABSENT
    payment_intent: str
    payment_method: str
    pending_reason: str | Absent
    presentment_details: Absent = ABSENT
    reason: str | None
    receipt_number: Null = None
    source_transfer_reversal: Null = None
    status: RefundStatus
    transfer_reversal: Null = None


class RefundList(StripeObject, kw_only=True):
    """`Charge.refunds`, which is sent only if it is expanded."""

    object: str = "list"
    data: Sequence[StripeObject]
    has_more: bool
    url: str


def refund_object(
    refund: RefundRecord,
    *,
    charge: Expandable = None,
    customer: Expandable = None,
    balance_transaction: Expandable = None,
    failure_balance_transaction: Expandable = None,
) -> RefundObject:
    """A refund in Stripe's form; the keyword arguments are its objects if they are expanded."""
    return RefundObject(
        id=refund.id,
        amount=refund.amount,
        balance_transaction=balance_transaction or refund.balance_transaction,
        charge=charge or refund.charge,
        created=refund.created,
        currency=refund.currency,
        customer=customer or refund.customer,
        destination_details=refund_destination(refund.method, str(refund.created * 7)),
        failure_balance_transaction=(
            failure_balance_transaction or refund.failure_balance_transaction or ABSENT
        ),
        failure_reason=refund.failure_reason or ABSENT,
        metadata=refund.metadata,
        payment_intent=refund.payment_intent,
        payment_method=refund.method.id,
        pending_reason="processing" if refund.status == "pending" else ABSENT,
        reason=refund.reason,
        status=refund.status,
    )
