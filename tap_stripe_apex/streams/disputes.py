"""Disputes, with what they did to the balance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from singer_sdk import typing as th
from typing_extensions import override

from tap_stripe_apex import money
from tap_stripe_apex.client import StripeStream
from tap_stripe_apex.reading.events import DISPUTE_EVENTS
from tap_stripe_apex.reading.windows import to_iso
from tap_stripe_apex.streams.columns import METADATA, UPDATED_AT, MajorUnits, exact
from tap_stripe_apex.streams.expanded import ExpandedTransaction

if TYPE_CHECKING:
    from singer_sdk import Tap
    from singer_sdk.helpers.types import Record

    from tap_stripe_apex.reading.sync import StripeSync


class Dispute(msgspec.Struct, frozen=True):
    """The decoded part of https://docs.stripe.com/api/disputes/object"""

    id: str
    created: int
    amount: int
    currency: str
    status: str
    reason: str
    is_charge_refundable: bool
    livemode: bool
    charge: str
    payment_intent: str | None = None
    network_reason_code: str | None = None
    balance_transactions: list[ExpandedTransaction] = msgspec.field(default_factory=list)
    evidence_details: dict[str, Any] | None = None
    metadata: dict[str, str] = msgspec.field(default_factory=dict)


class Disputes(StripeStream[Dispute]):
    """https://docs.stripe.com/api/disputes/list"""

    name = "disputes"
    path = "/v1/disputes"
    object_kind = "dispute"
    object_type = Dispute
    event_types = DISPUTE_EVENTS
    selected_by_default = False
    schema = th.PropertiesList(
        th.Property(
            "id", th.StringType, required=True, description="`du_...` or `dp_...`; the key"
        ),
        th.Property(
            "created", th.DateTimeType, required=True, description="When it was created at Stripe"
        ),
        UPDATED_AT,
        th.Property("amount", th.IntegerType, required=True, description="In minor units"),
        th.Property("currency", th.StringType, required=True, description="Lower case"),
        th.Property(
            "disputed_revenue",
            exact(money.MAX_DECIMALS),
            required=True,
            description="`amount` in major units; null in a currency of unknown decimals; while "
            "`status` begins with `warning_` it is an inquiry that moved no money",
        ),
        th.Property(
            "status",
            th.StringType,
            required=True,
            description="`needs_response`, `under_review`, `won`, `lost`, `warning_*`, ...",
        ),
        th.Property(
            "reason",
            th.StringType,
            required=True,
            description="`fraudulent`, `product_not_received`, ...",
        ),
        th.Property(
            "is_charge_refundable",
            th.BooleanType,
            required=True,
            description="Whether a refund can still end it",
        ),
        th.Property(
            "livemode", th.BooleanType, required=True, description="False in a sandbox or test mode"
        ),
        th.Property("charge_id", th.StringType, required=True, description="What is disputed"),
        th.Property("payment_intent_id", th.StringType, description="`pi_...`"),
        th.Property(
            "network_reason_code", th.StringType, description="The card network's own reason"
        ),
        th.Property(
            "settled_amount",
            th.IntegerType,
            description="What it moved on your balance in all, in minor units of "
            "`settled_currency`; 0 again once won",
        ),
        th.Property("settled_currency", th.StringType, description="Of your balance"),
        th.Property("fee", th.IntegerType, description="Sum, in minor units of `settled_currency`"),
        th.Property("net", th.IntegerType, description="`settled_amount - fee`"),
        th.Property(
            "balance_transaction_ids",
            th.ArrayType(th.StringType),
            description="Each withdrawal and each return",
        ),
        th.Property(
            "evidence_details",
            th.ObjectType(additional_properties=True),
            description="Due date, submissions",
        ),
        METADATA,
    ).to_dict()

    def __init__(self, tap: Tap, sync: StripeSync) -> None:
        super().__init__(tap, sync)
        self._major_units = MajorUnits(self.name, self.logger)

    @override
    def to_record(self, item: Dispute, updated_at: int) -> Record:
        moves = item.balance_transactions
        return {
            "id": item.id,
            "created": to_iso(item.created),
            "updated_at": to_iso(updated_at),
            "amount": item.amount,
            "currency": item.currency,
            "disputed_revenue": self._major_units.of(item.amount, item.currency),
            "status": item.status,
            "reason": item.reason,
            "is_charge_refundable": item.is_charge_refundable,
            "livemode": item.livemode,
            "charge_id": item.charge,
            "payment_intent_id": item.payment_intent,
            "network_reason_code": item.network_reason_code,
            "settled_amount": sum(move.amount for move in moves) if moves else None,
            "settled_currency": moves[0].currency if moves else None,
            "fee": sum(move.fee for move in moves) if moves else None,
            "net": sum(move.net for move in moves) if moves else None,
            "balance_transaction_ids": [move.id for move in moves],
            "evidence_details": item.evidence_details,
            "metadata": item.metadata,
        }
