"""After any history, interruptions and faults, the warehouse is what the account is.

The invariant: after any sequence of runs, the warehouse's charges equal the account's succeeded
charges in the covered range, as of the start of the last complete run. The real tap writes to the
real target, which loads a DuckDB file and says which state is true.

HISTORIES=5000 make test-random ARGS=tests/whole/test_histories.py draws as many; `make test` has
200, which are the same each time.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
import time
from contextlib import redirect_stdout, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stripe_simulator.account import Account
from stripe_simulator.keys import DEFAULT_KEY
from stripe_simulator.server import Simulator, serve
from tap_stripe_apex.errors import TapError
from tap_stripe_apex.streams import STREAMS
from tap_stripe_apex.tap import TapStripeApex
from target_apex.errors import TargetError
from target_apex.target import TargetApex
from tests.conftest import NOW, as_patient_as
from tests.patience import without_waiting
from tests.whole.histories import KEYS, Run, chapters, delays
from tests.whole.holdings import held
from tests.whole.world import World

pytestmark = pytest.mark.slow

SHARDS = 4
HISTORIES = int(os.environ.get("HISTORIES", "200"))


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
    tap = as_patient_as(without_waiting())(
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
    """The real batches, smaller."""
    patch = pytest.MonkeyPatch()
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
        # A run that asks for no object cannot see what its key may by now.
        world.act("charge", 1)
        world.act("shop", 1)
        world.account.advance(timedelta(minutes=6))
        # What a key could not tell of a partial capture is not read again by itself.
        unclear = any(run.key == "product" for _, _, run in chapters) and any(
            charge.amount_captured < charge.amount for charge in world.account.charges
        )
        run_once(world, server, warehouse, Run(settled=settled, anew=unclear), streams)
        truth = world.truth(settled=settled)
        for stream in streams:
            found = held(warehouse.path, stream)
            if stream == "customers" and blind:
                # Without events, nothing tells of the ones that were deleted.
                found = {id_: row for id_, row in found.items() if id_ in truth[stream]}
            if stream == "charges" and not settled:
                found = {id_: (*row[:-1], None) for id_, row in found.items()}
            assert found == truth[stream]


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
@given(chapters=chapters("no events", "no codes"), listing_delay=delays, old_events=st.booleans())
def test_every_stream_is_the_account_s_after_any_history(
    shard, chapters, listing_delay, old_events
):
    streams = {stream.name for stream in STREAMS}
    live_through(chapters, listing_delay, streams, old_events=old_events)
