"""Random histories of an account, with runs of tap and target in between."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from stripe_simulator.faults import Fault, FaultKind
from stripe_simulator.keys import ALL, DEFAULT_KEY, Key, Permission

KEYS = {
    "everything": Key(DEFAULT_KEY),
    "no events": Key("rk_test_blind", ALL - {Permission.EVENTS}),
    "no codes": Key("rk_test_uncoded", ALL - {Permission.PROMOTION_CODES}),
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


delays = st.sampled_from([timedelta(0), timedelta(minutes=4)])


ACTIONS = (
    "charge",
    "charge",
    "charges",
    "debit",
    "decline",
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
    "edit metadata",
    "open session",
    "pay session",
    "shop",
    "expire session",
    "delete customer",
)
"""The actions of `World.act`; a word that is listed twice is drawn twice as often."""

actions = st.tuples(st.sampled_from(ACTIONS), st.integers(0, 129))


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
    times=st.sampled_from([1, 2, 99]),  # 99 times exhausts the retries and ends the run
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
        fault: the fault that is injected at Stripe.
        cut: the share of its output after which the tap ends, perhaps in the middle of a line.
        killed: whether the target is killed, too, and loses what it has not committed.
        key: the name of the key.
        date_range: the setting `date_range`.
        settled: whether settled amounts are read.
        anew: whether the catalog asks for a full refresh.
        batch: the number of rows that the target commits at a time.
        clock: how far the machine's clock is off.
        during: what happens to the account during the run.
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
    """Histories: lists of chapters, each with actions, a pause and a run of the tap."""
    chapter = st.tuples(st.lists(actions, max_size=6), waits, runs(*keys))
    return st.lists(chapter, min_size=1, max_size=6)
