"""The surroundings of a run: address, state, clock, files and disk, with its troubles."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tests.chaos.campaign import (
    BadState,
    DiskFull,
    HalfMade,
    Locked,
    Network,
    NoServer,
    Run,
    Slow,
    WrongClock,
)
from tests.chaos.files import half_made, held_by_another

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stripe_simulator.server import Simulator
    from tests.chaos.campaign import Trouble
    from tests.chaos.disk import Disk
    from tests.chaos.states import States

FULL = Path("/dev/full")
"""A device on which every write fails, since there is no space."""


@dataclass
class Surroundings:
    """The surroundings of a run.

    Attributes:
        url: the address of Stripe.
        states: the file that the target writes states to.
        state: the state file that the tap gets.
        clock: how far the machine's clock is off.
        lock_wait: seconds for which the target waits for the warehouse.
        largest_file: the limit of file sizes that stands for a full disk, if none is mounted.
        refused: whether the run must end with an error.
        struck: the troubles that exist from the start.
    """

    url: str
    states: Path
    state: Path | None = None
    clock: timedelta = timedelta(0)
    lock_wait: float = 30.0
    largest_file: int | None = None
    refused: bool = False
    struck: Counter[str] = field(default_factory=Counter)


@contextmanager
def surround(
    run: Run, server: Simulator, states: States, warehouse: Path, its_disk: Disk
) -> Iterator[Surroundings]:
    """A context manager that sets up the surroundings of a run, and undoes them at the end."""
    around = Surroundings(server.url, states.log)
    bad = next((each for each in run.troubles if isinstance(each, BadState)), None)
    around.state, happened = states.given(bad)
    if bad is not None and happened:
        around.struck[bad.kind] += 1
        around.refused = bad.refused
    with ExitStack() as stack:
        for each in sorted(run.troubles, key=_order):
            match each:
                case Network():
                    server.faults.inject(each.fault)
                case NoServer():
                    around.url = "http://127.0.0.1:9"
                case Slow():
                    server.latency = each.seconds
                case WrongClock():
                    around.clock = each.by
                case HalfMade():
                    around.refused |= stack.enter_context(half_made(warehouse, each.what))
                case Locked():
                    stack.enter_context(held_by_another(warehouse, each.seconds))
                    around.lock_wait = 0.2 if each.seconds is None else around.lock_wait
                case DiskFull(where="state"):
                    around.states, around.refused = FULL, True
                case DiskFull():
                    around.largest_file = stack.enter_context(its_disk.full(each.spare))
            if isinstance(each, NoServer | Slow | WrongClock | HalfMade | Locked):
                around.struck[each.kind] += 1
        try:
            yield around
        finally:
            server.faults.clear()
            server.latency = 0.0


def _order(trouble: Trouble) -> int:
    """The order of set-up: files first, then the processes that hold them, then the disk."""
    return {HalfMade: 0, Locked: 2, DiskFull: 3}.get(type(trouble), 1)
