"""kill -9 at any moment: a restart with the last state loses nothing and repeats little."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from stripe_simulator.keys import DEFAULT_KEY
from tap_stripe_apex.reading.slices import PAGE_SIZE, PAGES_PER_SLICE
from tests.commands import CONTEXT
from tests.conftest import EVERYTHING

pytestmark = pytest.mark.slow

SLICE = PAGE_SIZE * PAGES_PER_SLICE * 1.5
"""A slice may be a little longer than planned."""


def run_tap(url: str, state: dict[str, Any] | None, path: Path) -> None:
    """The real tap, in a process of its own."""
    os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sys.stdout = open(1, "w")  # noqa: SIM115 - a file descriptor
    from tap_stripe_apex.tap import TapStripeApex

    config = {"api_key": DEFAULT_KEY, "api_base": url, "date_range": EVERYTHING}
    TapStripeApex(config=config | {"max_requests_per_second": 100}, state=state).sync_all()
    sys.stdout.flush()


@dataclass
class Survivor:
    """Runs the tap again and again, and keeps what it wrote: the last of each object wins."""

    url: str
    path: Path
    state: dict[str, Any] | None = None
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    repeated: list[int] = field(default_factory=list)

    def run(self, *, until: int | None = None) -> bool:
        """Whether it ended by itself, before it had written `until` bytes and was killed."""
        process = CONTEXT.Process(target=run_tap, args=(self.url, self.state, self.path))
        self.path.write_bytes(b"")
        process.start()
        while until is not None and process.is_alive() and self.path.stat().st_size < until:
            time.sleep(0.001)
        if until is not None:
            process.kill()
        process.join(60)
        self._read()
        assert process.exitcode in {0, -9}
        return process.exitcode == 0

    def _read(self) -> None:
        unsaid = 0
        for line in self.path.read_bytes().splitlines(keepends=True):
            if not line.endswith(b"\n"):
                break
            message = msgspec.json.decode(line)
            if message["type"] == "RECORD":
                self.rows[message["record"]["id"]] = message["record"]
                unsaid += 1
            elif message["type"] == "STATE":
                self.state, unsaid = message["value"], 0
        self.repeated.append(unsaid)


@pytest.fixture
def survivor(stripe, tmp_path):
    stripe.latency = 0.01
    return Survivor(stripe.url, tmp_path / "out")


def agrees(survivor, account):
    return {id_: row["amount_refunded"] for id_, row in survivor.rows.items()} == {
        id_: entry.amount_refunded for id_, entry in account.ledger().charges.items()
    }


def test_a_backfill_that_is_killed_again_and_again_loses_nothing(account, stripe, survivor, chance):
    charges = []
    for _ in range(5000):
        charges.append(account.create_charge(1000))
        account.advance(timedelta(minutes=chance.choice([0, 1, 1, 30])))
    ended = [survivor.run(until=chance.randrange(1, 1_500_000)) for _ in range(4)]
    assert False in ended, "some were killed"
    for charge in chance.sample(charges, 50):
        account.refund(charge, 10)
    account.advance(timedelta(minutes=10))
    assert survivor.run()
    assert agrees(survivor, account)
    assert max(survivor.repeated) <= SLICE


def test_a_catch_up_that_is_killed_again_and_again_loses_nothing(account, stripe, survivor, chance):
    charges = []
    for _ in range(4000):
        charges.append(account.create_charge(1000))
        account.advance(timedelta(minutes=10))
    assert survivor.run()
    for charge in charges[:3000]:
        account.refund(charge, 10)
    account.advance(timedelta(hours=1))
    ended = [survivor.run(until=chance.randrange(1, 1_200_000)) for _ in range(3)]
    assert False in ended, "some were killed"
    assert survivor.run()
    assert agrees(survivor, account)
    assert max(survivor.repeated) <= SLICE
