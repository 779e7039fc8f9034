"""Refunds, with every later change of their status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from singer_sdk import typing as th
from typing_extensions import override

from tap_stripe_apex import money
from tap_stripe_apex.client import StripeStream
from tap_stripe_apex.reading.events import REFUND_EVENTS
from tap_stripe_apex.reading.windows import to_iso
from tap_stripe_apex.streams.columns import METADATA, UPDATED_AT, MajorUnits, exact

if TYPE_CHECKING:
    from singer_sdk import Tap
    from singer_sdk.helpers.types import Record

    from tap_stripe_apex.reading.sync import StripeSync


class Refund(msgspec.Struct, frozen=True):
    """The decoded part of https://docs.stripe.com/api/refunds/object"""

    id: str
    created: int
    amount: int
    currency: str
    status: str | None = None
    reason: str | None = None
    pending_reason: str | None = None
    failure_reason: str | None = None
    charge: str | None = None
    payment_intent: str | None = None
    balance_transaction: str | None = None
    failure_balance_transaction: str | None = None
    receipt_number: str | None = None
    description: str | None = None
    destination_details: dict[str, Any] | None = None
    metadata: dict[str, str] | None = None


class Refunds(StripeStream[Refund]):
    """https://docs.stripe.com/api/refunds/list"""

    name = "refunds"
    path = "/v1/refunds"
    object_kind = "refund"
    object_type = Refund
    # Refunds of old accounts have no events of their own when they are made.
    event_types = (*REFUND_EVENTS, "charge.refunded")
    selected_by_default = False
    schema = th.PropertiesList(
        th.Property("id", th.StringType, required=True, description="`re_...`; the key"),
        th.Property(
            "created", th.DateTimeType, required=True, description="When it was created at Stripe"
        ),
        UPDATED_AT,
        th.Property("amount", th.IntegerType, required=True, description="In minor units"),
        th.Property("currency", th.StringType, required=True, description="Lower case"),
        th.Property(
            "refunded_revenue",
            exact(money.MAX_DECIMALS),
            required=True,
            description="`amount` in major units; null in a currency of unknown decimals; a failed "
            "or cancelled refund gives the money back, so look at `status`",
        ),
        th.Property(
            "status",
            th.StringType,
            description="`pending`, `requires_action`, `succeeded`, `failed` or `canceled`",
        ),
        th.Property(
            "reason",
            th.StringType,
            description="`duplicate`, `fraudulent`, `requested_by_customer`, ...",
        ),
        th.Property("pending_reason", th.StringType, description="Why it is pending"),
        th.Property("failure_reason", th.StringType, description="Why it failed"),
        th.Property("charge_id", th.StringType, description="What was refunded"),
        th.Property("payment_intent_id", th.StringType, description="`pi_...`"),
        th.Property("balance_transaction_id", th.StringType, description="The money that left"),
        th.Property(
            "failure_balance_transaction_id",
            th.StringType,
            description="The money that came back after a failure",
        ),
        th.Property("receipt_number", th.StringType, description="On the receipt that was sent"),
        th.Property("description", th.StringType, description="As you set it"),
        th.Property(
            "destination_details",
            th.ObjectType(additional_properties=True),
            description="Where the money went, by payment method",
        ),
        METADATA,
    ).to_dict()

    def __init__(self, tap: Tap, sync: StripeSync) -> None:
        super().__init__(tap, sync)
        self._major_units = MajorUnits(self.name, self.logger)

    @override
    def to_record(self, item: Refund, updated_at: int) -> Record:
        return {
            "id": item.id,
            "created": to_iso(item.created),
            "updated_at": to_iso(updated_at),
            "amount": item.amount,
            "currency": item.currency,
            "refunded_revenue": self._major_units.of(item.amount, item.currency),
            "status": item.status,
            "reason": item.reason,
            "pending_reason": item.pending_reason,
            "failure_reason": item.failure_reason,
            "charge_id": item.charge,
            "payment_intent_id": item.payment_intent,
            "balance_transaction_id": item.balance_transaction,
            "failure_balance_transaction_id": item.failure_balance_transaction,
            "receipt_number": item.receipt_number,
            "description": item.description,
            "destination_details": item.destination_details,
            "metadata": item.metadata,
        }
