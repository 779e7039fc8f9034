"""A campaign as data, drawn from one number: changes of an account, runs, and faults.

Nothing here starts a process or opens a file.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any, Literal, TypeAlias

from stripe_simulator.faults import Fault, FaultKind
from stripe_simulator.keys import ALL, Permission
from tests.whole.histories import ACTIONS
from tests.whole.holdings import COLUMNS

STREAMS = tuple(COLUMNS)
EVERYTHING = {"start": "2026-01-01"}
"""A date range that starts before the account's first object."""

KINDS = {
    "network": "429, 409, 500, 502 or 503; a connection that is reset, before or within an answer; "
    "an answer that is cut, is garbage or never comes; a page that is short, empty or the one "
    "before: once, twice, or until the run gives up",
    "no server": "nobody listens at Stripe's address",
    "slow": "each answer takes up to 50 ms",
    "kill -9": "to tap, target or both: at a request, after a record, in the middle of one, or "
    "while the target commits the last of them",
    "SIGTERM": "likewise",
    "SIGINT": "likewise; to both, it is Ctrl-C",
    "disk of the warehouse full": "from the start, or after some kilobytes or megabytes",
    "disk of the state full": "what the target writes to standard output finds no room",
    "warehouse locked": "by another process, for a moment or for longer than the run waits",
    "half-made file": "a warehouse that was only begun; one whose beginning is garbage, until the "
    "backup is back; temporary files of a run that is gone",
    "state lost": "gone, or an empty file",
    "state old": "that of an earlier run",
    "state torn": "cut somewhere: the run must refuse it, and the next one gets an older state",
    "state in many lines": "all states so far, a line each",
    "clock wrong": "a month or ten years off, ahead or behind",
    "permission gone": "one of the key's, from a request on; the next run has it again",
    "key revoked": "from a request on; the next run has a key again",
    "catalog changed": "streams and columns that are left out and come back, everything anew",
    "date range changed": "the last 3 or 400 days instead of all since a date",
    "account changed during the run": "payments, refunds, disputes, edits while Stripe is asked",
}
"""Each kind of trouble, with its description."""

Victim: TypeAlias = Literal["tap", "target"]
Action: TypeAlias = tuple[str, int]


@dataclass(frozen=True)
class Moment:
    """When a signal is sent: at the `nth` request or record, or `after` seconds past the last."""

    of: Literal["request", "record", "half a record", "end"]
    nth: int = 1
    after: float = 0.0


@dataclass(frozen=True)
class Network:
    """Stripe refuses requests, or its answers are damaged; a `lasting` fault ends the run."""

    fault: Fault
    kind = "network"


@dataclass(frozen=True)
class NoServer:
    """Nobody listens at the address."""

    kind = "no server"


@dataclass(frozen=True)
class Slow:
    """Each answer takes this long."""

    seconds: float
    kind = "slow"


@dataclass(frozen=True)
class Signal:
    """A signal to one of the two processes, or to both, as by Ctrl-C or in a power cut."""

    number: signal.Signals
    victims: tuple[Victim, ...]
    moment: Moment

    @property
    def kind(self) -> str:
        return "kill -9" if self.number == signal.SIGKILL else self.number.name


@dataclass(frozen=True)
class DiskFull:
    """The warehouse's disk has only `spare` bytes left, or the disk of the state has none."""

    where: Literal["warehouse", "state"]
    spare: int = 0

    @property
    def kind(self) -> str:
        return f"disk of the {self.where} full"


@dataclass(frozen=True)
class Locked:
    """Another process holds the warehouse, for the whole run or for `seconds`."""

    seconds: float | None
    kind = "warehouse locked"


@dataclass(frozen=True)
class HalfMade:
    """Files that a machine that went down leaves in the place of the warehouse and its spool."""

    what: Literal["warehouse begun", "warehouse damaged", "temporary files"]
    kind = "half-made file"


@dataclass(frozen=True)
class BadState:
    """A damaged or outdated state that the tap gets instead of its last one."""

    what: Literal["lost", "empty", "old", "torn", "log", "torn log"]
    share: float = 0.5

    @property
    def kind(self) -> str:
        what = {"empty": "lost", "torn log": "torn", "log": "in many lines"}.get(
            self.what, self.what
        )
        return f"state {what}"

    @property
    def refused(self) -> bool:
        return self.what.startswith("torn")


@dataclass(frozen=True)
class WrongClock:
    """The machine's clock is wrong."""

    by: timedelta
    kind = "clock wrong"


@dataclass(frozen=True)
class Permissions:
    """The key lacks permissions from the `nth` request on; if it lacks all, it was revoked."""

    lacking: frozenset[Permission]
    nth: int = 1

    @property
    def kind(self) -> str:
        return "key revoked" if self.lacking == ALL else "permission gone"


Trouble: TypeAlias = (
    Network
    | NoServer
    | Slow
    | Signal
    | DiskFull
    | Locked
    | HalfMade
    | BadState
    | WrongClock
    | Permissions
)


@dataclass(frozen=True)
class Catalog:
    """The selected streams and columns.

    Attributes:
        streams: the names of the selected streams.
        left_out: the deselected columns, with their streams.
        anew: whether a full refresh is asked for (FULL_TABLE).
    """

    streams: frozenset[str] = frozenset(STREAMS)
    left_out: frozenset[tuple[str, str]] = frozenset()
    anew: bool = False


@dataclass(frozen=True)
class Run:
    """Actions on the account, a pause, and a run of tap and target."""

    before: tuple[Action, ...] = ()
    wait: timedelta = timedelta(minutes=6)
    during: tuple[Action, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    catalog: Catalog = Catalog()
    date_range: Any = None
    batch: int = 1000


@dataclass(frozen=True)
class Campaign:
    """Some runs; the last one has no trouble, and must correct everything."""

    seed: int
    runs: tuple[Run, ...]
    settled: bool
    hard_delete: bool
    old_events: bool
    listing_delay: timedelta


def draw(seed: int) -> Campaign:
    """The same campaign for the same number."""
    dice = Random(seed)
    middle = [_run(dice, first=n == 0) for n in range(dice.randint(2, 6))]
    # A run that requests no object cannot notice that its key has permissions again.
    last = Run(before=(*_actions(dice, 3), ("charge", 1), ("shop", 1)))
    return Campaign(
        seed=seed,
        runs=(*middle, last),
        settled=dice.random() < 0.3,
        hard_delete=dice.random() < 0.5,
        old_events=dice.random() < 0.3,
        listing_delay=dice.choice([timedelta(0), timedelta(minutes=4)]),
    )


def _run(dice: Random, *, first: bool) -> Run:
    troubles = [dice.choice(_TROUBLES)(dice) for _ in range(dice.choice([0, 1, 1, 2, 2, 3]))]
    return Run(
        before=_actions(dice, 25 if first else dice.randint(0, 8)),
        wait=dice.choice(
            [
                *(timedelta(minutes=6), timedelta(hours=7), timedelta(days=2)),
                *(timedelta(days=11), timedelta(days=33)),
            ]
        ),
        during=_actions(dice, dice.choice([0, 0, 1, 2])),
        troubles=tuple({each.kind: each for each in troubles}.values()),
        catalog=_catalog(dice),
        date_range=dice.choice([None] * 6 + [{"last_days": 400}, {"last_days": 3}]),
        batch=dice.choice([7, 25, 1000]),
    )


def _actions(dice: Random, most: int) -> tuple[Action, ...]:
    """Random actions; the action `charges` makes many charges, but fewer than a page."""
    return tuple(
        (action, dice.randint(0, 29 if action == "charges" else 129))
        for action in dice.choices(ACTIONS, k=most)
    )


def _catalog(dice: Random) -> Catalog:
    streams = frozenset(STREAMS)
    if dice.random() < 0.3:
        streams = frozenset(dice.sample(STREAMS, dice.randint(1, 5))) | {"charges"}
    left_out = [
        *(("charges", name) for name in ("customer_metadata", "refunded_amount", "disputed")),
        *(("refunds", "status"), ("disputes", "amount"), ("checkout_sessions", "customer_email")),
    ]
    return Catalog(
        streams,
        frozenset(dice.sample(left_out, 2)) if dice.random() < 0.2 else frozenset(),
        anew=dice.random() < 0.1,
    )


def _network(dice: Random) -> Trouble:
    kind = dice.choice(
        [
            *(FaultKind.RATE_LIMITED, FaultKind.SERVER_ERROR, FaultKind.RESET),
            *(FaultKind.RESET_IN_BODY, FaultKind.TRUNCATED, FaultKind.GARBAGE, FaultKind.HANG),
            *(FaultKind.SHORT_PAGE, FaultKind.EMPTY_PAGE, FaultKind.SAME_PAGE),
        ]
    )
    return Network(
        Fault(
            kind,
            nth=dice.randint(1, 6),
            times=dice.choice([1, 2, 99]),
            path=dice.choice(["/", "/", "/v1/charges", "/v1/events", "/v1/customers"]),
            status=dice.choice([500, 502, 503, 409]),
            headers={"Retry-After": "0"} if kind is FaultKind.RATE_LIMITED else {},
        )
    )


def _signal(dice: Random) -> Trouble:
    victims: tuple[Victim, ...] = dice.choice([("tap",), ("target",), ("tap", "target")])
    moments = [
        Moment("request", dice.randint(1, 12)),
        Moment("record", dice.randint(1, 60)),
        Moment("half a record", dice.randint(1, 60)),
    ]
    if "target" in victims:
        moments.append(Moment("end", after=dice.uniform(0, 0.15)))
    number = dice.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
    return Signal(number, victims, dice.choice(moments))


def _permissions(dice: Random) -> Trouble:
    lacking = dice.choice([*({each} for each in Permission), ALL])
    return Permissions(frozenset(lacking), nth=dice.choice([1, 1, 2, 4, 7]))


_TROUBLES = (
    *(_network, _network, _signal, _signal, _signal, _permissions),
    lambda _: NoServer(),
    lambda dice: Slow(dice.uniform(0.01, 0.05)),
    lambda dice: DiskFull("warehouse", dice.choice([0, 5_000, 100_000, 400_000])),
    lambda dice: DiskFull("warehouse", dice.choice([700_000, 1_200_000, 2_000_000])),
    lambda _: DiskFull("state"),
    lambda dice: Locked(dice.choice([None, 0.3])),
    lambda dice: HalfMade(dice.choice(["warehouse begun", "warehouse damaged", "temporary files"])),
    *[
        lambda dice: BadState(
            dice.choice(["lost", "empty", "old", "old", "torn", "log", "torn log"]), dice.random()
        )
    ]
    * 3,
    lambda dice: WrongClock(
        dice.choice([-1, 1]) * dice.choice([timedelta(days=31), timedelta(days=3650)])
    ),
)
"""Functions that each make one kind of trouble; one listed twice is drawn twice as often."""
