"""Checkout sessions (https://docs.stripe.com/api/checkout/sessions/object)."""

from collections.abc import Sequence

import msgspec

from stripe_simulator.objects.encoding import (
    ABSENT,
    EMPTY_LIST,
    Absent,
    Expandable,
    Null,
    StripeObject,
    fragment,
)
from stripe_simulator.records import (
    CheckoutSessionRecord,
    Metadata,
    SessionMode,
    SessionPaymentStatus,
    SessionStatus,
)

_NO_TEXT = fragment(
    dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance"))
)
_NO_AUTOMATIC_TAX = fragment(
    {"enabled": False, "liability": None, "provider": None, "status": None}
)
_PAGE = "https://checkout.stripe.com/c/pay/"
_SHOP = "https://shop.example.com/thanks"


class SessionCustomer(StripeObject, kw_only=True):
    """`CheckoutSession.customer_details`."""

    address: Null = None
    business_name: Null = None
    email: str | None
    individual_name: Null = None
    name: str | None
    phone: Null = None
    tax_exempt: str = "none"
    tax_ids: msgspec.Raw = EMPTY_LIST


class SessionDiscount(StripeObject, kw_only=True):
    """One of `CheckoutSession.discounts`; with a promotion code, the coupon is only in the code."""

    coupon: str | None
    promotion_code: Expandable


class TotalDetails(StripeObject, kw_only=True):
    """`CheckoutSession.total_details`."""

    amount_discount: int
    amount_shipping: int = 0
    amount_tax: int
    breakdown: Absent = ABSENT


class CheckoutSessionObject(StripeObject, kw_only=True):
    """A checkout session in Stripe's form."""

    id: str
    object: str = "checkout.session"
    adaptive_pricing: Null = None
    after_expiration: Null = None
    allow_promotion_codes: bool = True
    allowed_payment_method_types: Null = None
    amount_subtotal: int
    amount_total: int
    automatic_tax: msgspec.Raw = _NO_AUTOMATIC_TAX
    billing_address_collection: Null = None
    branding_settings: Null = None
    cancel_url: Null = None
    client_reference_id: str | None
    client_secret: Null = None
    collected_information: Null = None
    consent: Null = None
    consent_collection: Null = None
    created: int
    currency: str
    currency_conversion: Null = None
    custom_fields: msgspec.Raw = EMPTY_LIST
    custom_text: msgspec.Raw = _NO_TEXT
    customer: Expandable
    customer_account: Null = None
    customer_creation: str | None
    customer_details: SessionCustomer | None
    customer_email: Null = None
    discounts: Sequence[SessionDiscount]
    excluded_payment_method_types: Null = None
    expires_at: int
    integration_identifier: Null = None
    invoice: str | None
    invoice_creation: Null = None
    line_items: Absent = ABSENT
    livemode: bool
    locale: Null = None
    managed_payments: Null = None
    metadata: Metadata
    mode: SessionMode
    name_collection: Absent = ABSENT
    optional_items: Absent = ABSENT
    origin_context: Null = None
    payment_intent: str | None
    payment_link: str | None
    payment_method_collection: str | None
    payment_method_configuration_details: Null = None
    payment_method_options: Null = None
    payment_method_types: Sequence[str] = ("card",)
    payment_status: SessionPaymentStatus
    permissions: Null = None
    phone_number_collection: Absent = ABSENT
    presentment_details: Absent = ABSENT
    recovered_from: Null = None
    redirect_on_completion: Absent = ABSENT
    return_url: Absent = ABSENT
    saved_payment_method_options: Null = None
    setup_intent: Null = None
    shipping_address_collection: Null = None
    shipping_cost: Null = None
    shipping_options: msgspec.Raw = EMPTY_LIST
    status: SessionStatus
    submit_type: Null = None
    subscription: str | None
    success_url: str = _SHOP
    tax_id_collection: Absent = ABSENT
    total_details: TotalDetails
    ui_mode: str = "hosted_page"
    url: str | None
    wallet_options: Null = None


def checkout_session_object(
    session: CheckoutSessionRecord,
    *,
    livemode: bool,
    customer: Expandable = None,
    promotion_code: Expandable = None,
) -> CheckoutSessionObject:
    """A session in Stripe's form; the last two arguments are its objects if they are expanded."""
    discount = SessionDiscount(
        coupon=session.coupon, promotion_code=promotion_code or session.promotion_code
    )
    subscribes = session.mode == "subscription"
    return CheckoutSessionObject(
        id=session.id,
        amount_subtotal=session.amount_subtotal,
        amount_total=session.amount_total,
        client_reference_id=session.client_reference_id,
        created=session.created,
        currency=session.currency,
        customer=customer or session.customer,
        customer_creation=None if subscribes else "if_required",
        customer_details=_left_by_payer(session),
        discounts=[discount] if session.promotion_code or session.coupon else [],
        expires_at=session.expires_at,
        invoice=session.invoice,
        livemode=livemode,
        metadata=session.metadata,
        mode=session.mode,
        payment_intent=session.payment_intent,
        payment_link=session.payment_link,
        payment_method_collection="always" if subscribes else "if_required",
        payment_status=session.payment_status,
        status=session.status,
        subscription=session.subscription,
        total_details=TotalDetails(
            amount_discount=session.amount_discount, amount_tax=session.amount_tax
        ),
        url=f"{_PAGE}{session.id}" if session.status == "open" else None,
    )


def _left_by_payer(session: CheckoutSessionRecord) -> SessionCustomer | None:
    if session.email is None and session.name is None:
        return None
    return SessionCustomer(email=session.email, name=session.name)
