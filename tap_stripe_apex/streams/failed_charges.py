"""Charges that failed, and why: attempts to pay, which Stripe lists among all charges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from singer_sdk import typing as th
from typing_extensions import override

from tap_stripe_apex.client import StripeStream
from tap_stripe_apex.reading.windows import to_iso
from tap_stripe_apex.streams.columns import BILLING_COUNTRY, CARD_COUNTRY, UPDATED_AT
from tap_stripe_apex.streams.payers import BillingDetails, PaymentMethodDetails

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Record


class Outcome(msgspec.Struct, frozen=True):
    """What the bank said of a payment, or Stripe itself. https://docs.stripe.com/declines"""

    type: str | None = None
    reason: str | None = None
    network_status: str | None = None


class FailedCharge(msgspec.Struct, frozen=True):
    """The decoded part of https://docs.stripe.com/api/charges/object"""

    id: str
    created: int
    amount: int
    currency: str
    status: str
    livemode: bool
    failure_code: str | None = None
    outcome: Outcome | None = None
    customer: str | None = None
    payment_intent: str | None = None
    billing_details: BillingDetails = BillingDetails()
    payment_method_details: PaymentMethodDetails | None = None


class FailedCharges(StripeStream[FailedCharge]):
    """https://docs.stripe.com/api/charges/list

    Stripe cannot list them alone, so all charges are listed and the others left out. A charge fails
    once, be it at once, after days as pending, or after it had succeeded; then it stays as it is.
    """

    name = "failed_charges"
    path = "/v1/charges"
    object_kind = "charge"
    object_type = FailedCharge
    event_types = ("charge.failed",)
    selected_by_default = False
    schema = th.PropertiesList(
        th.Property(
            "id", th.StringType, required=True, description="`ch_...` or `py_...`; the key"
        ),
        th.Property(
            "created",
            th.DateTimeType,
            required=True,
            description="When it was created at Stripe, UTC",
        ),
        UPDATED_AT,
        th.Property("amount", th.IntegerType, required=True, description="Asked, in minor units"),
        th.Property("currency", th.StringType, required=True, description="Lower case"),
        th.Property(
            "failure_code", th.StringType, description="`card_declined`, `expired_card`, ..."
        ),
        th.Property(
            "outcome_type",
            th.StringType,
            description="`issuer_declined`: by the bank; `blocked`: by Stripe; `invalid`: it could "
            "not be tried; `authorized`: it failed later",
        ),
        th.Property(
            "outcome_reason",
            th.StringType,
            description="Why, in more detail: the bank's decline code such as "
            "`insufficient_funds`, or Stripe's own such as `highest_risk_level`; often null for "
            "bank debits",
        ),
        th.Property(
            "network_status",
            th.StringType,
            description="`declined_by_network`, `not_sent_to_network`, `reversed_after_approval` "
            "or `approved_by_network`",
        ),
        th.Property(
            "livemode",
            th.BooleanType,
            required=True,
            description="False in a sandbox or test mode",
        ),
        th.Property("customer_id", th.StringType, description="`cus_...`; null for guests"),
        th.Property(
            "payment_intent_id",
            th.StringType,
            description="`pi_...`; all attempts at one payment have the same",
        ),
        th.Property("payment_method_type", th.StringType, description="`card`, `sepa_debit`, ..."),
        CARD_COUNTRY,
        BILLING_COUNTRY,
    ).to_dict()

    @override
    def to_record(self, item: FailedCharge, updated_at: int) -> Record | None:
        if item.status != "failed":
            return None
        outcome = item.outcome or Outcome()
        method = item.payment_method_details or PaymentMethodDetails()
        return {
            "id": item.id,
            "created": to_iso(item.created),
            "updated_at": to_iso(updated_at),
            "amount": item.amount,
            "currency": item.currency,
            "failure_code": item.failure_code,
            "outcome_type": outcome.type,
            "outcome_reason": outcome.reason,
            "network_status": outcome.network_status,
            "livemode": item.livemode,
            "customer_id": item.customer,
            "payment_intent_id": item.payment_intent,
            "payment_method_type": method.type,
            "card_country": method.country,
            "billing_country": item.billing_details.country,
        }
