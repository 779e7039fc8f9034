"""Disputes (https://docs.stripe.com/api/disputes/object)."""

from collections.abc import Sequence

from tap_stripe_apex.simulator.funds import DAY
from tap_stripe_apex.simulator.objects.encoding import JsonObject
from tap_stripe_apex.simulator.records import Dispute

_EVIDENCE_TIME = 9 * DAY
_NO_EVIDENCE = dict.fromkeys(
    (
        "access_activity_log",
        "appeal",
        "billing_address",
        "cancellation_policy",
        "cancellation_policy_disclosure",
        "cancellation_rebuttal",
        "customer_communication",
        "customer_purchase_ip",
        "customer_signature",
        "duplicate_charge_documentation",
        "duplicate_charge_explanation",
        "duplicate_charge_id",
        "product_description",
        "receipt",
        "refund_policy",
        "refund_policy_disclosure",
        "refund_refusal_explanation",
        "service_date",
        "service_documentation",
        "shipping_address",
        "shipping_carrier",
        "shipping_date",
        "shipping_documentation",
        "shipping_tracking_number",
        "uncategorized_file",
        "uncategorized_text",
    )
)


def dispute_object(
    dispute: Dispute,
    *,
    livemode: bool,
    now: int,
    balance_transactions: Sequence[object],
    charge: object = None,
) -> JsonObject:
    """A dispute in Stripe's form, which always holds its balance transactions whole."""
    inquiry = dispute.status.startswith("warning_")
    due_by = dispute.created + _EVIDENCE_TIME
    reason_code = "10.4" if dispute.reason == "fraudulent" else "13.1"
    return {
        "id": dispute.id,
        "object": "dispute",
        "amount": dispute.amount,
        "balance_transactions": balance_transactions,
        "charge": charge or dispute.charge,
        "created": dispute.created,
        "currency": dispute.currency,
        "enhanced_eligibility_types": [],
        "evidence": {
            **_NO_EVIDENCE,
            "customer_email_address": dispute.customer_email,
            "customer_name": dispute.customer_name,
            "enhanced_evidence": {},
        },
        "evidence_details": {
            "due_by": due_by,
            "enhanced_eligibility": {},
            "has_evidence": dispute.submitted,
            "past_due": now > due_by and not dispute.submitted,
            "submission_count": int(dispute.submitted),
            "submission_method": "manual" if dispute.submitted else "not_submitted",
        },
        "intended_submission_method": "manual",
        "is_charge_refundable": dispute.is_charge_refundable,
        "livemode": livemode,
        "metadata": {},
        "network_reason_code": reason_code,
        "payment_intent": dispute.payment_intent,
        "payment_method_details": (
            {
                "card": {
                    "brand": dispute.method.brand,
                    "case_type": "inquiry" if inquiry else "chargeback",
                    "network": dispute.method.brand,
                    "network_reason_code": reason_code,
                },
                "type": "card",
            }
            if dispute.method.type == "card"
            else None
        ),
        "reason": dispute.reason,
        "status": dispute.status,
    }
