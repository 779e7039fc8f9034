"""Balance transactions (https://docs.stripe.com/api/balance_transactions/object)."""

from decimal import Decimal

from tap_stripe_apex.simulator.funds import MILLION
from tap_stripe_apex.simulator.objects.encoding import JsonObject
from tap_stripe_apex.simulator.records import BalanceTransaction


def balance_transaction_object(
    transaction: BalanceTransaction, *, now: int, source: object = None
) -> JsonObject:
    """A balance transaction in Stripe's form; `source` is its expanded object, if it is."""
    rate = transaction.rate
    return {
        "id": transaction.id,
        "object": "balance_transaction",
        "amount": transaction.amount,
        "available_on": transaction.available_on,
        "balance_type": "payments",
        "created": transaction.created,
        "currency": transaction.currency,
        "description": transaction.description,
        "exchange_rate": None if rate is None else Decimal(rate) / MILLION,
        "fee": transaction.fee,
        "fee_details": _fee_details(transaction),
        "net": transaction.amount - transaction.fee,
        "reporting_category": transaction.reporting_category,
        "source": source or transaction.source,
        "status": "available" if transaction.available_on <= now else "pending",
        "type": transaction.type,
    }


def _fee_details(transaction: BalanceTransaction) -> list[JsonObject]:
    if not transaction.fee:
        return []
    dispute = transaction.reporting_category == "dispute"
    return [
        {
            "amount": transaction.fee,
            "application": None,
            "currency": transaction.currency,
            "description": "Dispute fee" if dispute else "Stripe processing fees",
            "type": "stripe_fee",
        }
    ]
