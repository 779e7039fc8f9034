"""A simulated Stripe account: a history made from a seed, its own clock, and Stripe's HTTP API.

In a test::

    account = Account(datetime(2026, 3, 1, tzinfo=UTC))
    charge = account.create_charge(2000, status="pending", payment_method_type="sepa_debit")
    account.schedule(account.now + timedelta(days=5), lambda: account.settle(charge))
    with stripe_simulator.server.serve(account) as server:
        ...  # read server.url with the key DEFAULT_KEY
        account.advance(timedelta(days=6))
        ...  # read it again, and compare with account.ledger()

`account` is the state machine, `story` the demo's history, `api` the endpoints as functions,
`server` serves them over HTTP (the only module that needs the extra `simulate`), and `objects` are
the JSON shapes. Nothing here depends on the tap.
"""

from stripe_simulator.account import Account
from stripe_simulator.book import InvalidOperationError
from stripe_simulator.faults import Fault, FaultKind
from stripe_simulator.keys import DEFAULT_KEY, DEFAULT_SECRET_KEY, Key, Permission
from stripe_simulator.ledger import Ledger, LedgerEntry
from stripe_simulator.story.history import Story

__all__ = [
    "DEFAULT_KEY",
    "DEFAULT_SECRET_KEY",
    "Account",
    "Fault",
    "FaultKind",
    "InvalidOperationError",
    "Key",
    "Ledger",
    "LedgerEntry",
    "Permission",
    "Story",
]
