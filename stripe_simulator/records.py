"""The account's data: one immutable record per version of an object.

A change makes a new record, and events keep the old one that they refer to: a snapshot costs
nothing, and the JSON of a record may be cached for ever. Times are epoch seconds, money is in minor
units of the record's currency. Records have no reference cycles, so the garbage collector need not
track them (`gc=False`), which halves the cost of a million records.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, TypeAlias

from msgspec import Struct

ChargeStatus: TypeAlias = Literal["succeeded", "pending", "failed"]
MethodType: TypeAlias = Literal["card", "link", "sepa_debit", "us_bank_account", "boleto"]
RefundStatus: TypeAlias = Literal["pending", "requires_action", "succeeded", "failed", "canceled"]
DisputeStatus: TypeAlias = Literal[
    "needs_response",
    "under_review",
    "won",
    "lost",
    "warning_needs_response",
    "warning_under_review",
    "warning_closed",
]
SessionMode: TypeAlias = Literal["payment", "subscription"]
SessionStatus: TypeAlias = Literal["open", "complete", "expired"]
SessionPaymentStatus: TypeAlias = Literal["paid", "unpaid", "no_payment_required"]
Metadata: TypeAlias = Mapping[str, str]


class Address(Struct, frozen=True, gc=False):
    """A postal address, as billing details and customers carry it."""

    city: str | None = None
    country: str | None = None
    line1: str | None = None
    line2: str | None = None
    postal_code: str | None = None
    state: str | None = None


class BillingDetails(Struct, frozen=True, gc=False):
    """The payer's details, as entered with the payment method."""

    email: str | None = None
    name: str | None = None
    phone: str | None = None
    address: Address = Address()


class PaymentMethod(Struct, frozen=True, gc=False):
    """A card or a bank account; only the fields of its `type` are filled."""

    id: str
    type: MethodType = "card"
    fingerprint: str = "Xt5EWLLDS7FJjR1c"
    last4: str = "4242"
    country: str = "US"
    brand: str = "visa"
    funding: str = "credit"
    exp_month: int = 8
    exp_year: int = 2029
    wallet: str | None = None
    bank_name: str | None = None
    bank_code: str | None = None


class CustomerRecord(Struct, frozen=True, gc=False):
    """A customer; `deleted` ones are kept, since charges still name them."""

    id: str
    created: int
    email: str | None = None
    name: str | None = None
    description: str | None = None
    phone: str | None = None
    currency: str | None = None
    address: Address | None = None
    metadata: Metadata = {}
    deleted: bool = False


class ChargeRecord(Struct, frozen=True, gc=False):
    """A charge of any status; `amount` is the requested amount, captured or not.

    `refunded_amount` is the amount that really went back to the payer. `released` is the part of an
    authorisation that was never captured, if Stripe calls it a refund, as before 2025-03-31.basil.
    `retries` is the intent of the failed charge that this one tries again, if it does.
    `decline_reason` is why a card was declined, in Stripe's own words of `outcome.reason`.
    """

    id: str
    created: int
    amount: int
    currency: str
    status: ChargeStatus
    captured: bool
    amount_captured: int
    method: PaymentMethod
    billing: BillingDetails
    refunded_amount: int = 0
    released: int = 0
    disputed: bool = False
    customer: str | None = None
    receipt_email: str | None = None
    description: str | None = None
    metadata: Metadata = {}
    statement_descriptor: str | None = None
    balance_transaction: str | None = None
    failure_balance_transaction: str | None = None
    failure_code: str | None = None
    decline_reason: str | None = None
    capture_before: int | None = None
    retries: str | None = None

    @property
    def payment_intent(self) -> str:
        """The id of the payment intent; at Stripe, too, it resembles that of its first charge."""
        return self.retries or "pi_" + self.id[3:]

    @property
    def transfer_group(self) -> None:
        """None, since the simulated account is no platform."""

    @property
    def amount_refunded(self) -> int:
        """The amount that Stripe calls refunded: money that went back or was never captured."""
        return self.refunded_amount + self.released

    @property
    def refunded(self) -> bool:
        """True only when all of it went back."""
        whole = self.amount if self.released else self.amount_captured
        return 0 < whole == self.amount_refunded

    @property
    def gross(self) -> int:
        """The captured amount; 0 for an authorisation."""
        return self.amount_captured

    @property
    def net(self) -> int:
        """The captured amount less what was given back; 0 for an authorisation."""
        return self.amount_captured - self.refunded_amount


class RefundRecord(Struct, frozen=True, gc=False):
    """Money on its way back to the payer or, if `releases` is true, money never captured."""

    id: str
    created: int
    charge: str
    payment_intent: str
    amount: int
    currency: str
    status: RefundStatus
    method: PaymentMethod
    customer: str | None = None
    reason: str | None = None
    failure_reason: str | None = None
    metadata: Metadata = {}
    balance_transaction: str | None = None
    failure_balance_transaction: str | None = None
    releases: bool = False


class DisputeRecord(Struct, frozen=True, gc=False):
    """A payer's complaint; those with a `warning_*` status are inquiries and move no money."""

    id: str
    created: int
    charge: str
    payment_intent: str
    amount: int
    currency: str
    status: DisputeStatus
    reason: str
    method: PaymentMethod
    balance_transactions: tuple[str, ...] = ()
    customer_email: str | None = None
    customer_name: str | None = None
    submitted: bool = False
    is_charge_refundable: bool = False


class BalanceTransactionRecord(Struct, frozen=True, gc=False):
    """One movement of the account's balance, in the settlement currency.

    `rate` is millionths of a unit of `currency` per unit of the payment's currency; None if nothing
    was converted.
    """

    id: str
    created: int
    type: str
    reporting_category: str
    amount: int
    currency: str
    fee: int
    source: str
    available_on: int
    rate: int | Decimal | None = None
    description: str | None = None


class PromotionCodeRecord(Struct, frozen=True, gc=False):
    """A code that people enter in Checkout to get a coupon's discount."""

    id: str
    created: int
    code: str
    coupon: str
    times_redeemed: int = 0


class CheckoutSessionRecord(Struct, frozen=True, gc=False):
    """One visit to Stripe's payment page; amounts in minor units of `currency`.

    `email` and `name` are what the payer entered there; `payment_intent` is that of the charge that
    paid the session. A subscription has none, since its invoice is paid.
    """

    id: str
    created: int
    expires_at: int
    currency: str
    amount_subtotal: int
    amount_total: int
    mode: SessionMode = "payment"
    status: SessionStatus = "open"
    payment_status: SessionPaymentStatus = "unpaid"
    amount_discount: int = 0
    amount_tax: int = 0
    client_reference_id: str | None = None
    metadata: Metadata = {}
    customer: str | None = None
    email: str | None = None
    name: str | None = None
    payment_link: str | None = None
    promotion_code: str | None = None
    coupon: str | None = None
    payment_intent: str | None = None
    subscription: str | None = None
    invoice: str | None = None


EventSubject: TypeAlias = (
    CustomerRecord
    | ChargeRecord
    | RefundRecord
    | DisputeRecord
    | PromotionCodeRecord
    | CheckoutSessionRecord
)
"""A record that an event can be about."""


class EventRecord(Struct, frozen=True, gc=False):
    """An event, with its object as it was at that time."""

    id: str
    created: int
    type: str
    about: EventSubject
    previous: Mapping[str, object] | None = None
