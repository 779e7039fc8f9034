"""Charges that succeeded, with the customer's email and exact money."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from singer_sdk import typing as th
from typing_extensions import override

from tap_stripe_apex import money
from tap_stripe_apex.client import StripeStream
from tap_stripe_apex.errors import KEYS_URL
from tap_stripe_apex.reading.events import CHARGE_EVENTS, DISPUTE_EVENTS
from tap_stripe_apex.reading.listing import OptionalExpansion
from tap_stripe_apex.reading.reader import ChangeReader
from tap_stripe_apex.reading.windows import to_iso
from tap_stripe_apex.streams import emails
from tap_stripe_apex.streams.capture_evidence import CaptureEvidence, told_by_transaction
from tap_stripe_apex.streams.charge import Charge
from tap_stripe_apex.streams.columns import (
    BILLING_COUNTRY,
    CARD_COUNTRY,
    METADATA,
    RATE_DECIMALS,
    UPDATED_AT,
    MajorUnits,
    exact,
    rounded,
)
from tap_stripe_apex.streams.customer_edits import CustomerEdits
from tap_stripe_apex.streams.expanded import ExpandedTransaction, reference
from tap_stripe_apex.streams.partial_captures import (
    Rest,
    Settled,
    is_partial,
    refunded_amount,
    settled_part,
    told_by_charge,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk import Tap
    from singer_sdk.helpers.types import Context, Record

    from tap_stripe_apex.reading.bookmark import Bookmark
    from tap_stripe_apex.reading.feed import Feed
    from tap_stripe_apex.reading.sync import StripeSync


_WITHOUT_CUSTOMERS: Final = OptionalExpansion(
    "customer",
    "This key cannot read customers: emails come from the charges themselves (receipt or billing) "
    f"and fewer will match leads. Grant 'Customers: Read' to it in the Dashboard ({KEYS_URL}).",
)


class Charges(StripeStream[Charge]):
    """https://docs.stripe.com/api/charges/list"""

    name = "charges"
    path = "/v1/charges"
    object_kind = "charge"
    object_type = Charge
    # Made refunds are told of by charge.refunded; failed and cancelled ones by their own events.
    event_types = (
        *CHARGE_EVENTS,
        *DISPUTE_EVENTS,
        "charge.refund.updated",
        "refund.failed",
        "refund.updated",
        "customer.deleted",
        "customer.updated",
    )
    added = frozenset(
        {
            "refunded_amount",
            "net_revenue",
            "settled_amount",
            "fee",
            "net",
            "customer_created",
            "customer_metadata",
            "card_country",
            "billing_country",
        }
    )
    addresses = frozenset({"customer_email", "receipt_email", "billing_email"})
    optional: ClassVar = {"customer": _WITHOUT_CUSTOMERS}
    if_empty = (
        "No successful charge in the date range. Widen date_range, or check in the Stripe "
        "Dashboard that charges exist in the account and mode of this key."
    )
    schema = th.PropertiesList(
        th.Property("id", th.StringType, required=True, description="`ch_...`; the key"),
        th.Property(
            "created", th.DateTimeType, required=True, description="When it was created at Stripe"
        ),
        UPDATED_AT,
        th.Property(
            "amount", th.IntegerType, required=True, description="What was asked, in minor units"
        ),
        th.Property(
            "amount_captured",
            th.IntegerType,
            required=True,
            description="Gross revenue in minor units; 0 while only authorised",
        ),
        th.Property(
            "amount_refunded",
            th.IntegerType,
            required=True,
            description="By Stripe's own count, in minor units; it may hold what a partial capture "
            "left uncaptured",
        ),
        th.Property(
            "refunded_amount",
            th.IntegerType,
            required=True,
            description="What really went back to the payer, in minor units; 0 while only "
            "authorised",
        ),
        th.Property(
            "currency",
            th.StringType,
            required=True,
            description="Of all amounts here that name no other; lower case",
        ),
        th.Property(
            "revenue",
            exact(money.MAX_DECIMALS),
            required=True,
            description="`amount_captured` in major units; null, with a warning, in a currency "
            "whose decimals this version does not know",
        ),
        th.Property(
            "net_revenue",
            exact(money.MAX_DECIMALS),
            required=True,
            description="`amount_captured - refunded_amount` in major units; null where `revenue` "
            "is",
        ),
        th.Property(
            "status",
            th.StringType,
            required=True,
            description="`succeeded`; `failed` only on the tombstone of a reversed charge",
        ),
        th.Property(
            "captured",
            th.BooleanType,
            required=True,
            description="Whether the money was taken, not only authorised",
        ),
        th.Property(
            "refunded", th.BooleanType, required=True, description="Whether it was refunded wholly"
        ),
        th.Property(
            "disputed",
            th.BooleanType,
            required=True,
            description="Whether the payer ever disputed it",
        ),
        th.Property(
            "livemode", th.BooleanType, required=True, description="False in a sandbox or test mode"
        ),
        th.Property("customer_id", th.StringType, description="`cus_...`; null for guests"),
        th.Property(
            "customer_email",
            th.StringType,
            description="As Stripe has it: the customer's, else the receipt's, else the billing "
            "email",
        ),
        th.Property(
            "customer_email_source",
            th.StringType,
            description="Which of these it is: `customer`, `receipt`, `billing`, or null",
        ),
        th.Property(
            "customer_created",
            th.DateTimeType,
            description="When the customer was made at Stripe, which is before or at the first "
            "charge; null for guests, for customers that were deleted, and where the key cannot "
            "read customers",
        ),
        th.Property(
            "customer_metadata",
            th.ObjectType(additional_properties=th.StringType),
            description="As you set it on the customer; null where `customer_created` is",
        ),
        th.Property("receipt_email", th.StringType, description="Where the receipt went"),
        th.Property(
            "billing_email", th.StringType, description="What the payer typed into the payment form"
        ),
        th.Property("payment_intent_id", th.StringType, description="`pi_...`"),
        th.Property("payment_method_type", th.StringType, description="`card`, `sepa_debit`, ..."),
        CARD_COUNTRY,
        BILLING_COUNTRY,
        th.Property("description", th.StringType, description="As you set it"),
        METADATA,
        th.Property(
            "statement_descriptor",
            th.StringType,
            description="What the payer reads on the bank statement",
        ),
        th.Property(
            "balance_transaction_id",
            th.StringType,
            description="`txn_...`; null while only authorised, and for a moment after",
        ),
        th.Property(
            "settled_amount",
            th.IntegerType,
            description="Of what was captured, in minor units of `settled_currency`; this and the "
            "next four only with `expand_balance_transactions`",
        ),
        th.Property("settled_currency", th.StringType, description="Of your balance"),
        th.Property(
            "exchange_rate",
            exact(RATE_DECIMALS),
            description="From `currency` to `settled_currency`, rounded half to even to 12 "
            "decimals; null if they are the same",
        ),
        th.Property(
            "fee",
            th.IntegerType,
            description="On what was captured, in minor units of `settled_currency`",
        ),
        th.Property("net", th.IntegerType, description="`settled_amount - fee`"),
        th.Property(
            "_sdc_deleted_at",
            th.DateTimeType,
            description="Set once a succeeded charge was reversed: it is revenue no more",
        ),
    ).to_dict()

    def __init__(self, tap: Tap, sync: StripeSync) -> None:
        super().__init__(tap, sync)
        self._major_units = MajorUnits(self.name, self.logger)
        self._evidence: CaptureEvidence | None = None
        self._known_before = 0
        self.expand = ("customer",)
        if sync.settings.expand_balance_transactions:
            self.expand = ("customer", "balance_transaction")

    @override
    def reader(self, feed: Feed, bookmark: Bookmark) -> ChangeReader[Charge]:
        self._known_before = bookmark.position or 0
        self._evidence = CaptureEvidence(self._sync.session, feed.now, self.logger)
        edits: CustomerEdits[Charge] = CustomerEdits(
            self.logger, metadata="customer_metadata" not in self.left_out
        )
        return ChangeReader(self, feed, bookmark, related=edits, awaits=Charge.awaits)

    @override
    def get_records(self, context: Context | None) -> Iterator[Record]:
        yield from super().get_records(context)
        if self._evidence is not None:
            self._evidence.warn()

    @override
    def to_record(self, item: Charge, updated_at: int) -> Record | None:
        if item.status != "succeeded" and not item.was_revenue(self._known_before):
            return None
        customer_id, customer = reference(item.customer)
        billing_email = item.billing_details.email
        email = emails.resolve(
            customer=customer.email if customer else None,
            receipt=item.receipt_email,
            billing=billing_email,
        )
        transaction_id, transaction = reference(item.balance_transaction)
        rest = self._rest_of(item, transaction_id, transaction)
        refunded = refunded_amount(item, rest)
        settled = self._settled(item, rest, transaction) if transaction else None
        method = item.payment_method_details
        changed = to_iso(updated_at)
        return {
            "id": item.id,
            "created": to_iso(item.created),
            "updated_at": changed,
            "amount": item.amount,
            "amount_captured": item.amount_captured,
            "amount_refunded": item.amount_refunded,
            "refunded_amount": refunded,
            "currency": item.currency,
            "revenue": self._major_units.of(item.amount_captured, item.currency),
            "net_revenue": self._major_units.of(item.amount_captured - refunded, item.currency),
            "status": item.status,
            "captured": item.captured,
            "refunded": item.refunded,
            "disputed": item.disputed,
            "livemode": item.livemode,
            "customer_id": customer_id,
            "customer_email": email.email,
            "customer_email_source": email.source,
            "customer_created": (
                to_iso(customer.created) if customer and customer.created is not None else None
            ),
            "customer_metadata": customer.metadata if customer else None,
            "receipt_email": item.receipt_email,
            "billing_email": billing_email,
            "payment_intent_id": item.payment_intent,
            "payment_method_type": method.type if method else None,
            "card_country": method.country if method else None,
            "billing_country": item.billing_details.country,
            "description": item.description,
            "metadata": item.metadata,
            "statement_descriptor": item.calculated_statement_descriptor
            or item.statement_descriptor,
            "balance_transaction_id": transaction_id,
            "settled_amount": settled.amount if settled else None,
            "settled_currency": transaction.currency if transaction else None,
            "exchange_rate": (
                rounded(transaction.exchange_rate, RATE_DECIMALS) if transaction else None
            ),
            "fee": settled.fee if settled else None,
            "net": settled.net if settled else None,
            "_sdc_deleted_at": None if item.status == "succeeded" else changed,
        }

    def _rest_of(
        self, item: Charge, transaction_id: str | None, transaction: ExpandedTransaction | None
    ) -> Rest | None:
        if not is_partial(item):
            return None
        if self._evidence is None:  # a connection test asks for no more than the charge
            return told_by_charge(item)
        return self._evidence.rest_of(item, transaction_id, transaction)

    def _settled(
        self, item: Charge, rest: Rest | None, transaction: ExpandedTransaction
    ) -> Settled:
        """What was settled of the captured part."""
        if not item.amount_captured:  # what an old integration authorised went back, fees included
            return Settled(0, 0)
        whole = Settled(transaction.amount, transaction.fee)
        if not is_partial(item):
            return whole
        shown = told_by_transaction(item, transaction) or rest
        return settled_part(item, whole) if shown is Rest.REFUND else whole
