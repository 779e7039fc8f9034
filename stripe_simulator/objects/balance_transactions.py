"""Balance transactions (https://docs.stripe.com/api/balance_transactions/object)."""

from decimal import Decimal

from stripe_simulator.funds import MILLION
from stripe_simulator.objects.encoding import Expandable, Null, StripeObject
from stripe_simulator.records import BalanceTransactionRecord


class FeeDetail(StripeObject, kw_only=True):
    """One of `BalanceTransaction.fee_details`."""

    amount: int
    application: Null = None
    currency: str
    description: str
    type: str = "stripe_fee"


class BalanceTransactionObject(StripeObject, kw_only=True):
    """A balance transaction in Stripe's form."""

    id: str
    object: str = "balance_transaction"
    amount: int
    available_on: int
    balance_type: str = "payments"
    created: int
    currency: str
    description: str | None
    exchange_rate: Decimal | None
    fee: int
    fee_details: list[FeeDetail]
    net: int
    reporting_category: str
    source: Expandable
    status: str
    type: str


def balance_transaction_object(
    transaction: BalanceTransactionRecord, *, now: int, source: Expandable = None
) -> BalanceTransactionObject:
    """A balance transaction in Stripe's form; `source` is its object if that is expanded."""
    rate = transaction.rate
    return BalanceTransactionObject(
        id=transaction.id,
        amount=transaction.amount,
        available_on=transaction.available_on,
        created=transaction.created,
        currency=transaction.currency,
        description=transaction.description,
        exchange_rate=None if rate is None else Decimal(rate) / MILLION,
        fee=transaction.fee,
        fee_details=_fee_details(transaction),
        net=transaction.amount - transaction.fee,
        reporting_category=transaction.reporting_category,
        source=source or transaction.source,
        status="available" if transaction.available_on <= now else "pending",
        type=transaction.type,
    )


def _fee_details(transaction: BalanceTransactionRecord) -> list[FeeDetail]:
    if not transaction.fee:
        return []
    dispute = transaction.reporting_category == "dispute"
    return [
        FeeDetail(
            amount=transaction.fee,
            currency=transaction.currency,
            description="Dispute fee" if dispute else "Stripe processing fees",
        )
    ]
