"""The true revenue of an account as plain data, which tests compare a pipeline's results with."""

from collections import defaultdict
from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct

from stripe_simulator.book import Book, epoch
from stripe_simulator.records import ChargeRecord, CustomerRecord
from stripe_simulator.store import EVER, Window

EmailSource: TypeAlias = Literal["customer", "receipt", "billing"]


class LedgerEntry(Struct, frozen=True, gc=False):
    """One succeeded charge; amounts in minor units, `created` in epoch seconds.

    `gross` is the captured amount, `refunded_amount` the amount really given back, and `net` their
    difference; all are 0 for an authorisation. `amount_refunded` is Stripe's field, which may
    include amounts that were never captured. `email` is the customer's, else the receipt's, else
    the billing email, spelled as it is there.
    """

    id: str
    created: int
    currency: str
    amount: int
    amount_captured: int
    amount_refunded: int
    refunded_amount: int
    captured: bool
    refunded: bool
    disputed: bool
    gross: int
    net: int
    customer: str | None
    email: str | None
    email_source: EmailSource | None
    balance_transaction: str | None


class Totals(Struct, frozen=True, gc=False):
    """Sums of one currency in minor units."""

    charges: int
    gross: int
    net: int


class Ledger(Struct, frozen=True):
    """Succeeded charges by id, oldest first, and totals by currency."""

    charges: dict[str, LedgerEntry]
    totals: dict[str, Totals]


def take_ledger(book: Book, start: datetime | None, end: datetime | None) -> Ledger:
    """The ledger of the charges created in [start, end), as the books stand now."""
    window = Window(
        EVER.start if start is None else epoch(start),
        EVER.end if end is None else epoch(end),
    )
    entries = {
        charge.id: _entry(charge, book.customers[charge.customer] if charge.customer else None)
        for charge in book.charges.within(window)
        if charge.status == "succeeded"
    }
    return Ledger(entries, _totals(entries))


def resolve_email(
    charge: ChargeRecord, customer: CustomerRecord | None
) -> tuple[str | None, EmailSource | None]:
    """Which email a charge belongs to, and where it was found."""
    known = None if customer is None or customer.deleted else customer.email
    candidates: tuple[tuple[str | None, EmailSource], ...] = (
        (known, "customer"),
        (charge.receipt_email, "receipt"),
        (charge.billing.email, "billing"),
    )
    for email, source in candidates:
        if email and not email.isspace():
            return email, source
    return None, None


def _entry(charge: ChargeRecord, customer: CustomerRecord | None) -> LedgerEntry:
    email, source = resolve_email(charge, customer)
    return LedgerEntry(
        id=charge.id,
        created=charge.created,
        currency=charge.currency,
        amount=charge.amount,
        amount_captured=charge.amount_captured,
        amount_refunded=charge.amount_refunded,
        refunded_amount=charge.refunded_amount,
        captured=charge.captured,
        refunded=charge.refunded,
        disputed=charge.disputed,
        gross=charge.gross,
        net=charge.net,
        customer=charge.customer,
        email=email,
        email_source=source,
        balance_transaction=charge.balance_transaction,
    )


def _totals(entries: dict[str, LedgerEntry]) -> dict[str, Totals]:
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for entry in entries.values():
        total = sums[entry.currency]
        total[0] += 1
        total[1] += entry.gross
        total[2] += entry.net
    return {currency: Totals(*sums[currency]) for currency in sorted(sums)}
