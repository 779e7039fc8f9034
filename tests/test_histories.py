"""After any history, interruptions and faults, the warehouse is what the account is.

The invariant: after any sequence of runs, the warehouse's charges equal the account's succeeded
charges in the covered range, as of the start of the last complete run.

HISTORIES=5000 make test ARGS=tests/test_histories.py tries as many; continuous integration 200.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tap_stripe_apex.http import Retries
from tap_stripe_apex.simulator.account import Account
from tap_stripe_apex.simulator.book import InvalidOperationError
from tap_stripe_apex.simulator.faults import Fault, FaultKind
from tap_stripe_apex.simulator.keys import DEFAULT_KEY, Key, Permission
from tap_stripe_apex.simulator.server import Simulator, serve
from tap_stripe_apex.timerange import from_iso
from tests.conftest import NOW, Output, sync

HISTORIES = int(os.environ.get("HISTORIES", "200"))
WITHOUT_EVENTS = "rk_test_product"
PRODUCT = frozenset({Permission.CHARGES, Permission.CUSTOMERS})

waits = st.sampled_from(
    [
        timedelta(0),
        timedelta(seconds=1),
        timedelta(minutes=4),
        timedelta(hours=7),
        timedelta(days=2),
        timedelta(days=11),
        timedelta(days=33),
    ]
)
actions = st.tuples(
    st.sampled_from(
        [
            "charge",
            "charge",
            "charges",
            "debit",
            "authorise",
            "settle",
            "fail",
            "reverse",
            "capture",
            "refund",
            "fail refund",
            "dispute",
            "edit email",
            "delete customer",
        ]
    ),
    st.integers(0, 129),
)
faults = st.builds(
    Fault,
    st.sampled_from(
        [
            FaultKind.RATE_LIMITED,
            FaultKind.SERVER_ERROR,
            FaultKind.RESET,
            FaultKind.RESET_IN_BODY,
            FaultKind.TRUNCATED,
            FaultKind.GARBAGE,
        ]
    ),
    nth=st.integers(1, 4),
    times=st.sampled_from([1, 2]),
)


@dataclass(frozen=True)
class Run:
    """One run of the tap, perhaps with a fault, perhaps cut off after a share of its output."""

    fault: Fault | None = None
    cut: float | None = None
    key: str = DEFAULT_KEY
    days: int = 400
    during: tuple[tuple[str, int], ...] = ()


runs = st.builds(
    Run,
    fault=st.one_of(st.none(), faults),
    cut=st.one_of(st.none(), st.floats(0, 1)),
    key=st.sampled_from([DEFAULT_KEY, DEFAULT_KEY, DEFAULT_KEY, WITHOUT_EVENTS]),
    days=st.sampled_from([400, 400, 30, 3]),
    during=st.lists(actions, max_size=2).map(tuple),
)
chapters = st.lists(st.tuples(st.lists(actions, max_size=6), waits, runs), min_size=1, max_size=8)
"""What happens, how long nothing happens, and a run of the tap; again and again."""


@dataclass
class World:
    """An account and who acts on it."""

    account: Account
    customers: list[str] = field(default_factory=list)
    charges: list[str] = field(default_factory=list)
    refunds: list[str] = field(default_factory=list)

    def act(self, action: str, n: int) -> None:
        """Do it where it is possible: a charge can be refunded only so often."""
        with suppress(InvalidOperationError, KeyError, ZeroDivisionError):
            self._act(action, n)

    def _act(self, action: str, n: int) -> None:
        account = self.account
        match action:
            case "charge" | "debit" | "authorise":
                if n % 3 == 0:
                    self.customers.append(account.create_customer(f"c{n}@example.com"))
                self.charges.append(
                    account.create_charge(
                        1000 + n,
                        ["usd", "jpy", "kwd"][n % 3],
                        status="pending" if action == "debit" else "succeeded",
                        capture=action != "authorise",
                        customer=self.customers[n % len(self.customers)] if n % 3 != 1 else None,
                        billing_email=f"b{n}@example.com" if n % 2 else None,
                        payment_method_type="sepa_debit" if action == "debit" else "card",
                    )
                )
            case "charges":
                self.charges += [account.create_charge(100) for _ in range(n + 1)]
            case "settle":
                account.settle(self._charge(n, status="pending"))
            case "fail":
                account.fail(self._charge(n, status="pending"))
            case "reverse":
                debits = [id_ for id_ in self.charges if id_.startswith("py_")]
                account.reverse(self._charge(n, among=debits, status="succeeded"))
            case "capture":
                account.capture(self._charge(n, status="succeeded", captured=False), 500)
            case "refund":
                charge = self._charge(n, status="succeeded", captured=True)
                self.refunds.append(account.refund(charge, 10))
            case "fail refund":
                account.fail_refund(self.refunds[n % len(self.refunds)])
            case "dispute":
                account.dispute(self._charge(n, status="succeeded", captured=True))
            case "edit email":
                customer = self.customers[-1 - n % min(3, len(self.customers))]
                account.edit_customer(customer, email=f"new{n}@example.com")
            case "delete customer":
                account.delete_customer(self.customers[-1 - n % min(3, len(self.customers))])

    def _charge(self, n: int, among: list[str] | None = None, **needed: Any) -> str:
        """One of the charges to which it can happen; of the latest, so that stories meet."""
        possible = [
            id_
            for id_ in (self.charges if among is None else among)
            if all(getattr(self.account.charges[id_], k) == v for k, v in needed.items())
        ][-4:]
        return possible[n % len(possible)]

    def truth(self) -> dict[str, tuple[Any, ...]]:
        return {
            id_: (e.created, e.amount_captured, e.amount_refunded, e.disputed, e.email)
            for id_, e in self.account.ledger().charges.items()
        }


@dataclass
class Warehouse:
    """A target that upserts by id and drops what is deleted; it commits whatever it got."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    state: dict[str, Any] | None = None

    def load(self, output: Output) -> None:
        for line in output.lines:
            if line["type"] == "STATE":
                self.state = line["value"]
            elif line["type"] == "RECORD":
                record = line["record"]
                if record["_sdc_deleted_at"]:
                    self.rows.pop(record["id"], None)
                else:
                    self.rows[record["id"]] = record

    def holds(self) -> dict[str, tuple[Any, ...]]:
        return {
            id_: tuple(
                row[column]
                for column in (
                    "created",
                    "amount_captured",
                    "amount_refunded",
                    "disputed",
                    "customer_email",
                )
            )
            for id_, row in self.rows.items()
        }


def in_seconds(holds: dict[str, tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
    return {id_: (from_iso(row[0]), *row[1:]) for id_, row in holds.items()}


def run_once(world: World, server: Simulator, warehouse: Warehouse, run: Run) -> None:
    """Run the tap as told; what happens while it runs is left to later runs."""
    pending = list(run.during)

    def meddle(request: Any) -> None:
        if pending and request.path == "/v1/charges":
            world.act(*pending.pop())

    server.on_request = meddle
    if run.fault:
        server.faults.inject(run.fault)
    output = sync(
        server.url,
        warehouse.state,
        api_key=run.key,
        date_range={"last_days": run.days},
    )
    server.on_request = None
    server.faults.clear()
    if run.cut is not None:
        del output.lines[int(len(output.lines) * run.cut) :]
    warehouse.load(output)


@pytest.fixture(scope="module", autouse=True)
def _impatience():
    """The real retries, with shorter pauses."""
    patch = pytest.MonkeyPatch()
    patch.setattr(Retries.__init__, "__defaults__", (7, 3, 0.001, 0.005))
    patch.setattr("tap_stripe_apex.http._retry_after", lambda _: 0.0)
    yield
    patch.undo()


@settings(
    max_examples=HISTORIES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(chapters, st.sampled_from([timedelta(0), timedelta(minutes=4)]))
def test_the_warehouse_is_the_account_after_any_history(chapters, listing_delay):
    world, warehouse = World(Account(now=NOW, listing_delay=listing_delay)), Warehouse()
    with serve(world.account, keys=[DEFAULT_KEY, Key(WITHOUT_EVENTS, PRODUCT)]) as server:
        for happening, wait, run in [*chapters, ((), timedelta(minutes=6), Run())]:
            for action, n in happening:
                world.act(action, n)
            world.account.advance(wait)
            run_once(world, server, warehouse, run)
        assert in_seconds(warehouse.holds()) == world.truth()
