"""Disputes (https://docs.stripe.com/api/disputes/object)."""

from collections.abc import Sequence

import msgspec

from stripe_simulator.funds import DAY
from stripe_simulator.objects.balance_transactions import BalanceTransactionObject
from stripe_simulator.objects.encoding import (
    ABSENT,
    EMPTY,
    EMPTY_LIST,
    Absent,
    Expandable,
    Null,
    StripeObject,
)
from stripe_simulator.records import DisputeRecord, DisputeStatus

_EVIDENCE_TIME = 9 * DAY


class Evidence(StripeObject, kw_only=True):
    """`Dispute.evidence`."""

    access_activity_log: Null = None
    appeal: Null = None
    billing_address: Null = None
    cancellation_policy: Null = None
    cancellation_policy_disclosure: Null = None
    cancellation_rebuttal: Null = None
    customer_communication: Null = None
    customer_email_address: str | None
    customer_name: str | None
    customer_purchase_ip: Null = None
    customer_signature: Null = None
    duplicate_charge_documentation: Null = None
    duplicate_charge_explanation: Null = None
    duplicate_charge_id: Null = None
    enhanced_evidence: msgspec.Raw = EMPTY
    product_description: Null = None
    receipt: Null = None
    refund_policy: Null = None
    refund_policy_disclosure: Null = None
    refund_refusal_explanation: Null = None
    service_date: Null = None
    service_documentation: Null = None
    shipping_address: Null = None
    shipping_carrier: Null = None
    shipping_date: Null = None
    shipping_documentation: Null = None
    shipping_tracking_number: Null = None
    uncategorized_file: Null = None
    uncategorized_text: Null = None


class EvidenceDetails(StripeObject, kw_only=True):
    """`Dispute.evidence_details`."""

    due_by: int
    enhanced_eligibility: msgspec.Raw = EMPTY
    has_evidence: bool
    past_due: bool
    submission_count: int
    submission_method: str


class DisputedCard(StripeObject, kw_only=True):
    """`Dispute.payment_method_details.card`."""

    brand: str
    case_type: str
    network: str
    network_reason_code: str


class DisputedMethod(StripeObject, kw_only=True):
    """`Dispute.payment_method_details`."""

    card: DisputedCard
    type: str = "card"


class DisputeObject(StripeObject, kw_only=True):
    """A dispute in Stripe's form."""

    id: str | Absent
    object: str = "dispute"
    amount: int
    balance_transactions: Sequence[BalanceTransactionObject]
    charge: Expandable
    created: int
    currency: str
    enhanced_eligibility_types: msgspec.Raw = EMPTY_LIST
    evidence: Evidence
    evidence_details: EvidenceDetails
    intended_submission_method: str = "manual"
    is_charge_refundable: bool
    livemode: bool
    metadata: msgspec.Raw = EMPTY
    network_reason_code: str
    payment_intent: str
    payment_method_details: DisputedMethod | Absent
    reason: str
    status: DisputeStatus


def dispute_object(
    dispute: DisputeRecord,
    *,
    livemode: bool,
    now: int,
    balance_transactions: Sequence[BalanceTransactionObject],
    charge: Expandable = None,
) -> DisputeObject:
    """A dispute in Stripe's form, which always includes its whole balance transactions."""
    due_by = dispute.created + _EVIDENCE_TIME
    reason_code = "10.4" if dispute.reason == "fraudulent" else "13.1"
    return DisputeObject(
        id=dispute.id,
        amount=dispute.amount,
        balance_transactions=balance_transactions,
        charge=charge or dispute.charge,
        created=dispute.created,
        currency=dispute.currency,
        evidence=Evidence(
            customer_email_address=dispute.customer_email, customer_name=dispute.customer_name
        ),
        evidence_details=EvidenceDetails(
            due_by=due_by,
            has_evidence=dispute.submitted,
            past_due=now > due_by and not dispute.submitted,
            submission_count=int(dispute.submitted),
            submission_method="manual" if dispute.submitted else "not_submitted",
        ),
        is_charge_refundable=dispute.is_charge_refundable,
        livemode=livemode,
        network_reason_code=reason_code,
        payment_intent=dispute.payment_intent,
        payment_method_details=_method(dispute, reason_code),
        reason=dispute.reason,
        status=dispute.status,
    )


def _method(dispute: DisputeRecord, reason_code: str) -> DisputedMethod | Absent:
    if dispute.method.type != "card":
        return ABSENT
    inquiry = dispute.status.startswith("warning_")
    return DisputedMethod(
        card=DisputedCard(
            brand=dispute.method.brand,
            case_type="inquiry" if inquiry else "chargeback",
            network=dispute.method.brand,
            network_reason_code=reason_code,
        )
    )
