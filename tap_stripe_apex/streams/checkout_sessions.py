"""Checkout sessions that ended: the references that the shop passed, and what the payer typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

import msgspec
from singer_sdk import typing as th
from typing_extensions import override

from tap_stripe_apex.client import StripeStream
from tap_stripe_apex.errors import KEYS_URL
from tap_stripe_apex.reading.events import CHECKOUT_EVENTS
from tap_stripe_apex.reading.listing import OptionalExpansion
from tap_stripe_apex.reading.windows import to_iso
from tap_stripe_apex.streams.columns import METADATA, UPDATED_AT
from tap_stripe_apex.streams.expanded import ExpandedPromotionCode, reference

if TYPE_CHECKING:
    from singer_sdk.helpers.types import Record


class CustomerDetails(msgspec.Struct, frozen=True):
    """What the payer typed on Stripe's page."""

    email: str | None = None


class Discount(msgspec.Struct, frozen=True):
    """A discount, and its promotion code."""

    coupon: str | None = None
    promotion_code: str | ExpandedPromotionCode | None = None


class TotalDetails(msgspec.Struct, frozen=True):
    """The amounts between subtotal and total."""

    amount_discount: int | None = None
    amount_shipping: int | None = None
    amount_tax: int | None = None


class CheckoutSession(msgspec.Struct, frozen=True):
    """The decoded part of https://docs.stripe.com/api/checkout/sessions/object"""

    id: str
    created: int
    expires_at: int
    mode: str
    payment_status: str
    livemode: bool
    status: str | None = None
    currency: str | None = None
    amount_subtotal: int | None = None
    amount_total: int | None = None
    total_details: TotalDetails | None = None
    client_reference_id: str | None = None
    customer: str | None = None
    customer_details: CustomerDetails | None = None
    payment_intent: str | None = None
    subscription: str | None = None
    invoice: str | None = None
    payment_link: str | None = None
    discounts: list[Discount] | None = None
    metadata: dict[str, str] | None = None


_WITHOUT_CODES: Final = OptionalExpansion(
    "promotion_code",
    "This key cannot read promotion codes: checkout sessions tell the id of a code, and not what "
    f"was typed. Grant 'Promotion Codes: Read' to it in the Dashboard ({KEYS_URL}).",
)


class CheckoutSessions(StripeStream[CheckoutSession]):
    """https://docs.stripe.com/api/checkout/sessions/list

    No event tells that a session was opened, and every session ends within days. So a session is
    read once it was completed or has expired.
    """

    name = "checkout_sessions"
    path = "/v1/checkout/sessions"
    object_kind = "checkout.session"
    object_type = CheckoutSession
    event_types = CHECKOUT_EVENTS
    expand = ("discounts.promotion_code",)
    optional: ClassVar = {"discounts.promotion_code": _WITHOUT_CODES}
    addresses = frozenset({"customer_email"})
    selected_by_default = False
    schema = th.PropertiesList(
        th.Property("id", th.StringType, required=True, description="`cs_...`; the key"),
        th.Property("created", th.DateTimeType, required=True, description="When it was opened"),
        UPDATED_AT,
        th.Property("status", th.StringType, description="`complete` or `expired`"),
        th.Property(
            "payment_status",
            th.StringType,
            required=True,
            description="`paid`, `unpaid` (a bank debit on its way, or one that failed) or "
            "`no_payment_required`",
        ),
        th.Property(
            "mode", th.StringType, required=True, description="`payment`, `subscription` or `setup`"
        ),
        th.Property(
            "currency",
            th.StringType,
            description="Of all amounts here; lower case; null in the mode `setup`, as the amounts "
            "are",
        ),
        th.Property(
            "amount_subtotal",
            th.IntegerType,
            description="Before discount, shipping and tax, in minor units",
        ),
        th.Property(
            "amount_discount", th.IntegerType, description="What was taken off, in minor units"
        ),
        th.Property("amount_shipping", th.IntegerType, description="In minor units"),
        th.Property("amount_tax", th.IntegerType, description="In minor units"),
        th.Property(
            "amount_total",
            th.IntegerType,
            description="What was asked of the payer, in minor units",
        ),
        th.Property(
            "livemode", th.BooleanType, required=True, description="False in a sandbox or test mode"
        ),
        th.Property(
            "expires_at",
            th.DateTimeType,
            required=True,
            description="When it expires, or has expired",
        ),
        th.Property(
            "client_reference_id",
            th.StringType,
            description="What the shop handed over, or the address of a payment link",
        ),
        th.Property("customer_id", th.StringType, description="`cus_...`; null for guests"),
        th.Property(
            "customer_email", th.StringType, description="As the payer left it on the page"
        ),
        th.Property(
            "payment_intent_id",
            th.StringType,
            description="`pi_...`, as on the charge that paid it; null for a subscription",
        ),
        th.Property("subscription_id", th.StringType, description="`sub_...`"),
        th.Property("invoice_id", th.StringType, description="`in_...`"),
        th.Property(
            "payment_link_id",
            th.StringType,
            description="`plink_...`; null where the shop opened the session itself",
        ),
        th.Property(
            "promotion_code",
            th.StringType,
            description="As people type it, such as `PODCAST20`; null where the key cannot read "
            "promotion codes",
        ),
        th.Property("promotion_code_id", th.StringType, description="`promo_...`"),
        th.Property(
            "coupon_id",
            th.StringType,
            description="What gave the discount; behind a promotion code perhaps only told where "
            "the key can read promotion codes",
        ),
        METADATA,
    ).to_dict()

    @override
    def to_record(self, item: CheckoutSession, updated_at: int) -> Record | None:
        if item.status == "open":
            return None
        left, totals = item.customer_details, item.total_details
        # Stripe allows one discount for each session.
        discount = item.discounts[0] if item.discounts else Discount()
        code_id, code = reference(discount.promotion_code)
        return {
            "id": item.id,
            "created": to_iso(item.created),
            "updated_at": to_iso(updated_at),
            "status": item.status,
            "payment_status": item.payment_status,
            "mode": item.mode,
            "currency": item.currency,
            "amount_subtotal": item.amount_subtotal,
            "amount_discount": totals.amount_discount if totals else None,
            "amount_shipping": totals.amount_shipping if totals else None,
            "amount_tax": totals.amount_tax if totals else None,
            "amount_total": item.amount_total,
            "livemode": item.livemode,
            "expires_at": to_iso(item.expires_at),
            "client_reference_id": item.client_reference_id,
            "customer_id": item.customer,
            "customer_email": left.email if left else None,
            "payment_intent_id": item.payment_intent,
            "subscription_id": item.subscription,
            "invoice_id": item.invoice,
            "payment_link_id": item.payment_link,
            "promotion_code": code.code if code else None,
            "promotion_code_id": code_id,
            "coupon_id": discount.coupon or (code.promotion.coupon if code else None),
            "metadata": item.metadata,
        }
