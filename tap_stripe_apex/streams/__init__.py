"""One module for each stream, and what only streams need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tap_stripe_apex.streams.balance_transactions import BalanceTransactions
from tap_stripe_apex.streams.charges import Charges
from tap_stripe_apex.streams.checkout_sessions import CheckoutSessions
from tap_stripe_apex.streams.customers import Customers
from tap_stripe_apex.streams.disputes import Disputes
from tap_stripe_apex.streams.failed_charges import FailedCharges
from tap_stripe_apex.streams.refunds import Refunds

if TYPE_CHECKING:
    from tap_stripe_apex.client import StripeStream

__all__ = ["STREAMS"]

STREAMS: Final[tuple[type[StripeStream[Any]], ...]] = (
    Charges,
    Customers,
    Refunds,
    Disputes,
    BalanceTransactions,
    CheckoutSessions,
    FailedCharges,
)
"""In the order of the documentation."""
