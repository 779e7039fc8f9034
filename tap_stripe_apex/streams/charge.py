"""A charge as Stripe sends it."""

from __future__ import annotations

import msgspec

from tap_stripe_apex.streams.expanded import ExpandedCustomer, ExpandedTransaction
from tap_stripe_apex.streams.payers import BillingDetails, PaymentMethodDetails


class Charge(msgspec.Struct, frozen=True):
    """The decoded part of https://docs.stripe.com/api/charges/object"""

    id: str
    created: int
    amount: int
    captured_or_null: int | None = msgspec.field(name="amount_captured")
    amount_refunded: int
    currency: str
    status: str
    captured: bool
    refunded: bool
    disputed: bool
    livemode: bool
    customer: str | ExpandedCustomer | None = None
    receipt_email: str | None = None
    billing_details: BillingDetails = BillingDetails()
    payment_intent: str | None = None
    payment_method_details: PaymentMethodDetails | None = None
    description: str | None = None
    metadata: dict[str, str] = msgspec.field(default_factory=dict)
    statement_descriptor: str | None = None
    calculated_statement_descriptor: str | None = None
    balance_transaction: str | ExpandedTransaction | None = None
    failure_balance_transaction: str | None = None

    @property
    def amount_captured(self) -> int:
        """Gross, in minor units. Authorisations that old integrations cancelled may have null."""
        return self.captured_or_null or 0

    def was_revenue(self, known_before: int) -> bool:
        """Whether an earlier run may have read it as succeeded, though it failed since.

        Stripe keeps no trace of the success in `status`. A returned bank debit mostly has its
        `failure_balance_transaction`; without one, a charge for which money was to come is taken
        for revenue that was. https://docs.stripe.com/api/charges/object

        Args:
            known_before: what was created before this second may have been read by earlier runs.
        """
        if self.status != "failed":
            return False
        money_was_to_come = self.captured or self.balance_transaction is not None
        return self.failure_balance_transaction is not None or (
            money_was_to_come and self.created < known_before
        )

    def awaits(self) -> bool:
        """Whether it still gets its balance transaction, as captured money soon does, silently."""
        return self.status == "succeeded" and self.captured and self.balance_transaction is None
