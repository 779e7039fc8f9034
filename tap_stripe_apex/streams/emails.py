"""Which email a charge has, and where it came from.

The customer's email belongs to an account; the receipt's email was given for one payment; the
billing email is the only one of a guest of Checkout.
Source: https://docs.stripe.com/api/charges/object
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Source = Literal["customer", "receipt", "billing"]


class ResolvedEmail(NamedTuple):
    """An email as Stripe has it, unnormalised, and the field it was taken from."""

    email: str | None
    source: Source | None


NO_EMAIL = ResolvedEmail(None, None)


def resolve(*, customer: str | None, receipt: str | None, billing: str | None) -> ResolvedEmail:
    """The first of customer's, receipt's and billing email that is not blank."""
    if customer and not customer.isspace():
        return ResolvedEmail(customer, "customer")
    if receipt and not receipt.isspace():
        return ResolvedEmail(receipt, "receipt")
    if billing and not billing.isspace():
        return ResolvedEmail(billing, "billing")
    return NO_EMAIL
