"""After any history, interruptions and faults, the warehouse is what the account is.

The invariant: after any sequence of runs, the warehouse's charges equal the account's succeeded
charges in the covered range, as of the start of the last complete run. The real tap writes to the
real target, which loads a DuckDB file and says which state is true.

HISTORIES=5000 make test ARGS=tests/test_histories.py tries as many; continuous integration 200.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
import time
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stripe_simulator.account import Account
from stripe_simulator.book import InvalidOperationError
from stripe_simulator.faults import Fault, FaultKind
from stripe_simulator.keys import ALL, DEFAULT_KEY, Key, Permission
from stripe_simulator.server import Simulator, serve
from tap_stripe_apex.errors import TapError
from tap_stripe_apex.streams import STREAMS
from tap_stripe_apex.tap import TapStripeApex
from tap_stripe_apex.wire.session import Retries
from target_apex.errors import TargetError
from target_apex.target import TargetApex
from tests.conftest import NOW

if TYPE_CHECKING:
    from stripe_simulator.ledger import LedgerEntry

SHARDS = 4
HISTORIES = int(os.environ.get("HISTORIES", "200"))
KEYS = {
    "everything": Key(DEFAULT_KEY),
    "no events": Key("rk_test_blind", ALL - {Permission.EVENTS}),
    "no customers": Key("rk_test_faceless", ALL - {Permission.CUSTOMERS}),
    "product": Key("rk_test_product", frozenset({Permission.CHARGES, Permission.CUSTOMERS})),
}

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
            "capture",
            "end",
            "refund",
            "refund the rest",
            "fail refund",
            "dispute",
            "close dispute",
            "post late",
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
    times=st.sampled_from([1, 2, 99]),  # the last one ends the run
)
ranges = st.sampled_from(
    [
        {"last_days": 400},
        {"last_days": 400},
        {"last_days": 30},
        {"last_days": 3},
        {"start": "2026-09-20", "end": "2026-10-04T13:37:00Z"},
        {"start": "2026-10-02T09:00:00+02:00"},
        {"start": "2026-06-01", "end": "2026-09-01"},
    ]
)


@dataclass(frozen=True)
class Run:
    """One run of tap and target.

    Attributes:
        fault: what goes wrong at Stripe.
        cut: the tap is gone after this share of its output, perhaps in the middle of a line.
        killed: the target is, too: what it did not commit is lost.
        key: by its name.
        date_range: the setting.
        settled: whether settled amounts are read.
        anew: whether the catalog asks for everything.
        batch: rows that the target commits at a time.
        clock: how far the machine's clock is off.
        during: what happens while the run is under way.
    """

    fault: Fault | None = None
    cut: float | None = None
    killed: bool = False
    key: str = "everything"
    date_range: Any = field(default_factory=lambda: {"last_days": 400})
    settled: bool = False
    anew: bool = False
    batch: int = 1000
    clock: timedelta = timedelta(0)
    during: tuple[tuple[str, int], ...] = ()


def runs(*keys: str) -> st.SearchStrategy[Run]:
    return st.builds(
        Run,
        fault=st.one_of(st.none(), faults),
        cut=st.one_of(st.none(), st.floats(0, 1)),
        killed=st.booleans(),
        key=st.sampled_from(["everything", "everything", "everything", *keys]),
        date_range=ranges,
        settled=st.booleans(),
        anew=st.sampled_from([False] * 7 + [True]),
        batch=st.sampled_from([40, 1000]),
        clock=st.sampled_from([timedelta(0), timedelta(days=-31), timedelta(days=31)]),
        during=st.lists(actions, max_size=2).map(tuple),
    )


def chapters(*keys: str) -> st.SearchStrategy[list[Any]]:
    """What happens, how long nothing happens, and a run of the tap; again and again."""
    chapter = st.tuples(st.lists(actions, max_size=6), waits, runs(*keys))
    return st.lists(chapter, min_size=1, max_size=6)


@dataclass
class World:
    """An account and who acts on it."""

    account: Account
    customers: list[str] = field(default_factory=list)
    charges: list[str] = field(default_factory=list)
    refunds: list[str] = field(default_factory=list)
    disputes: list[str] = field(default_factory=list)

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
                account.reverse(
                    self._charge(n, among=debits, status="succeeded"), traced=n % 3 == 0
                )
            case "capture":
                charge = self._charge(n, status="succeeded", captured=False)
                account.capture(charge, [500, 700, 1000][n % 3], before_basil=n % 2 == 0)
            case "end":
                charge = self._charge(n, status="succeeded", captured=False)
                end = account.expire if n % 3 else account.cancel
                end(charge, before_basil=n % 2 == 0)
            case "refund":
                charge = self._charge(n, status="succeeded", captured=True)
                self.refunds.append(account.refund(charge, 10))
            case "refund the rest":
                charge = self._charge(n, status="succeeded", captured=True)
                record = account.charges[charge]
                rest = record.amount - record.amount_captured
                self.refunds.append(account.refund(charge, rest or None))
            case "fail refund":
                account.fail_refund(self.refunds[n % len(self.refunds)])
            case "dispute":
                charge = self._charge(n, status="succeeded", captured=True)
                self.disputes.append(account.dispute(charge))
            case "close dispute":
                account.close_dispute(self.disputes[n % len(self.disputes)], ["won", "lost"][n % 2])
            case "post late":
                self.charges.append(account.create_charge(700 + n, posted=False))
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

    def _settled(self, entry: LedgerEntry) -> int:
        """Of the captured part, where the balance got all that was authorised."""
        whole = self.account.balance_transactions[entry.balance_transaction or ""].amount
        if self.account.charges[entry.id].released:
            return round(Fraction(whole * entry.amount_captured, entry.amount))
        return whole

    def truth(self, *, settled: bool) -> dict[str, Any]:
        """By stream, what the warehouse should hold."""
        account = self.account
        charges = {
            id_: (
                e.created,
                e.amount_captured,
                e.amount_refunded,
                e.refunded_amount,
                e.disputed,
                e.email,
                self._settled(e) if settled and e.balance_transaction else None,
            )
            for id_, e in account.ledger().charges.items()
        }
        return {
            "charges": charges,
            "customers": {c.id: (c.email, c.name) for c in account.customers if not c.deleted},
            "refunds": {r.id: (r.amount, r.status) for r in account.refunds},
            "disputes": {d.id: (d.amount, d.status) for d in account.disputes},
            "balance_transactions": {
                t.id: (
                    t.amount,
                    t.fee,
                    "available" if t.available_on <= account.now_epoch else "pending",
                )
                for t in account.balance_transactions
            },
        }


COLUMNS = {
    "charges": "created, amount_captured, amount_refunded, refunded_amount, disputed,"
    " customer_email, settled_amount",
    "customers": "email, name",
    "refunds": "amount, status",
    "disputes": "amount, status",
    "balance_transactions": "amount, fee, status",
}


class Warehouse:
    """A DuckDB file, and the last state that the target said is true."""

    def __init__(self, folder: str) -> None:
        self.path = Path(folder) / "warehouse.duckdb"
        self.state: dict[str, Any] | None = None

    def load(self, lines: bytes, *, batch: int, killed: bool) -> None:
        """Run the target, perhaps until its sudden death at the end of `lines`."""
        config = {"path": str(self.path), "hard_delete": True, "batch_size_rows": batch}
        source = io.TextIOWrapper(io.BytesIO(lines), encoding="utf-8")
        if killed:
            source = io.TextIOWrapper(io.BufferedReader(Dying(lines)), encoding="utf-8")
        out = io.StringIO()
        with redirect_stdout(out), suppress(TargetError, DiesError):
            TargetApex(config=config).listen(source)
        for line in out.getvalue().splitlines():
            self.state = json.loads(line)

    def holds(self, stream: str) -> dict[str, tuple[Any, ...]]:
        with duckdb.connect(self.path, read_only=True) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            rows = connection.execute(
                f"select id, {COLUMNS[stream]} from raw_stripe.{stream}"
            ).fetchall()
        return {
            id_: tuple(
                int(v.replace(tzinfo=v.tzinfo or UTC).timestamp()) if hasattr(v, "timestamp") else v
                for v in values
            )
            for id_, *values in rows
        }


class DiesError(Exception):
    """The process is gone."""


class Dying(io.RawIOBase):
    """Bytes after which whoever reads them dies."""

    def __init__(self, content: bytes) -> None:
        self._rest = content

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            raise DiesError
        part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


def select(streams: set[str], *, anew: bool) -> dict[str, Any]:
    catalog = TapStripeApex(config={"api_key": DEFAULT_KEY}).catalog_dict
    for stream in catalog["streams"]:
        if anew:
            stream["replication_method"] = "FULL_TABLE"
        for entry in stream["metadata"]:
            if entry["breadcrumb"] == []:
                entry["metadata"]["selected"] = stream["tap_stream_id"] in streams
    return catalog


def extract(url: str, state: dict[str, Any] | None, catalog: dict[str, Any], run: Run) -> bytes:
    """What the tap writes, be it cut short by an error."""
    captured = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    tap = TapStripeApex(
        config={
            "api_key": KEYS[run.key].value,
            "api_base": url,
            "date_range": run.date_range,
            "max_requests_per_second": 100,
            "expand_balance_transactions": run.settled,
        },
        state=msgspec.json.decode(msgspec.json.encode(state)),
        catalog=catalog,
    )
    with redirect_stdout(captured), suppress(TapError):
        try:
            tap.sync_all()
        finally:
            sys.stdout.flush()
            tap.sync.session.close()
    lines: bytes = captured.buffer.getvalue()  # type: ignore[attr-defined] - a BytesIO
    return lines if run.cut is None else lines[: int(len(lines) * run.cut)]


def run_once(
    world: World, server: Simulator, warehouse: Warehouse, run: Run, streams: set[str]
) -> None:
    """Run tap and target as told; what happens meanwhile is left to later runs."""
    pending = list(run.during)

    def meddle(request: Any) -> None:
        if pending and request.path != "/v1/events":
            world.act(*pending.pop())

    server.on_request = meddle
    if run.fault:
        server.faults.inject(run.fault)
    with pytest.MonkeyPatch.context() as patch:
        right = time.time
        patch.setattr(time, "time", lambda: right() + run.clock.total_seconds())
        lines = extract(server.url, warehouse.state, select(streams, anew=run.anew), run)
    server.on_request = None
    server.faults.clear()
    warehouse.load(lines, batch=run.batch, killed=run.killed)


@pytest.fixture(scope="module", autouse=True)
def _small():
    """The real retries with shorter pauses, and the real batches, smaller."""
    patch = pytest.MonkeyPatch()
    patch.setattr(Retries.__init__, "__defaults__", (5, 3, 0.001, 0.005))
    patch.setattr("tap_stripe_apex.wire.session._retry_after", lambda _: 0.0)
    patch.setattr("tap_stripe_apex.wire.limiter.Limiter.limited", lambda *_, **__: None)
    patch.setattr("tap_stripe_apex.reading.reader._BATCH", 10)
    yield
    patch.undo()


def live_through(
    chapters: list[Any], listing_delay: timedelta, streams: set[str], *, old_events: bool
) -> None:
    """Live, run after run; in the end a whole run with every permission must set all right."""
    world = World(Account(now=NOW, listing_delay=listing_delay, old_events=old_events))
    settled = chapters[-1][2].settled
    blind = False
    with (
        serve(world.account, keys=KEYS.values()) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        warehouse = Warehouse(folder)
        for happening, wait, run in chapters:
            for action, n in happening:
                world.act(action, n)
            world.account.advance(wait)
            run_once(world, server, warehouse, run, streams)
            blind = blind or run.key in {"no events", "product"} or wait > timedelta(days=20)
        world.act("charge", 1)  # a run that asks for no charge cannot see what its key may by now
        world.account.advance(timedelta(minutes=6))
        # What a key could not tell of a partial capture is not read again by itself.
        unclear = any(run.key == "product" for _, _, run in chapters) and any(
            charge.amount_captured < charge.amount for charge in world.account.charges
        )
        run_once(world, server, warehouse, Run(settled=settled, anew=unclear), streams)
        truth = world.truth(settled=settled)
        for stream in streams:
            held = warehouse.holds(stream)
            if stream == "customers" and blind:
                # Without events, nothing tells of the ones that were deleted.
                held = {id_: row for id_, row in held.items() if id_ in truth[stream]}
            if stream == "charges" and not settled:
                held = {id_: (*row[:-1], None) for id_, row in held.items()}
            assert held == truth[stream]


def shard(test: Any) -> Any:
    """Some of the histories: others may run at the same time in another process."""
    test = settings(
        max_examples=-(-HISTORIES // SHARDS // 2),
        deadline=None,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.function_scoped_fixture,
        ],
    )(test)
    return pytest.mark.parametrize("shard", range(SHARDS))(test)


delays = st.sampled_from([timedelta(0), timedelta(minutes=4)])


@shard
@given(
    chapters=chapters("no events", "no customers", "product"),
    listing_delay=delays,
    old_events=st.booleans(),
)
def test_the_charges_are_the_account_s_after_any_history(
    shard, chapters, listing_delay, old_events
):
    live_through(chapters, listing_delay, {"charges"}, old_events=old_events)


@shard
@given(chapters=chapters("no events"), listing_delay=delays, old_events=st.booleans())
def test_every_stream_is_the_account_s_after_any_history(
    shard, chapters, listing_delay, old_events
):
    streams = {stream.name for stream in STREAMS}
    live_through(chapters, listing_delay, streams, old_events=old_events)
