"""Compares a warehouse with the account: missing, superfluous and different rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.ducks import reading
from tests.whole.holdings import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from pathlib import Path

Row = tuple[Any, ...]

NAMES = {
    stream: [column.split()[0] for column in columns.split(", ")]
    for stream, columns in COLUMNS.items()
}

OF_THE_READING = {"updated_at"}
"""Columns about the reading instead of the object: which event or listing showed it."""

_BY_CLOCK = re.compile(r'"past_due":\w+')
"""A field of a dispute's evidence that becomes true as time passes, without an event."""


@dataclass
class Verdict:
    """The number of compared records, and what is wrong with which of them."""

    compared: int = 0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: Verdict) -> None:
        self.compared += other.compared
        self.wrong += other.wrong


def compare(
    stream: str,
    found: dict[str, Row],
    moments: Sequence[dict[str, Row]],
    *,
    unknown: Collection[str] = (),
    matters: Callable[[Row], bool] = lambda _: True,
) -> Verdict:
    """Compare rows with the truth at the start of a run, or at a moment since.

    Args:
        stream: the stream of the rows.
        found: the rows in the warehouse, by id.
        moments: the truth at the start, and after each change during the run.
        unknown: columns that the run could not read.
        matters: whether the run must have read a given object correctly.
    """
    verdict = Verdict()
    places = [n for n, name in enumerate(NAMES[stream]) if name not in unknown]
    for id_ in {id_ for moment in moments for id_ in moment} | set(found):
        true = [moment.get(id_) for moment in moments]
        there = [row for row in true if row is not None]
        if not any(matters(row) for row in there or [found[id_]]):
            continue
        verdict.compared += 1
        row = found.get(id_)
        if row is None:
            if len(there) == len(true):
                verdict.wrong.append(f"{stream} {id_} is missing")
        elif not there:
            verdict.wrong.append(f"{stream} {id_} should not be there")
        else:
            verdict.wrong += [
                f"{stream} {id_}: {NAMES[stream][n]} is {row[n]!r}, should be {there[0][n]!r}"
                for n in places
                if row[n] not in [each[n] for each in there]
            ][:1]
    return verdict


def compare_whole(stream: str, found: Path, control: Path, ids: Iterable[str]) -> Verdict:
    """Compare every column with a warehouse that a single run without trouble has filled."""
    rows, others = _whole(found, stream), _whole(control, stream)
    verdict = Verdict()
    for id_ in ids:
        verdict.compared += 1
        row, other = rows.get(id_), others.get(id_)
        if row is None or other is None:
            verdict.wrong.append(f"{stream} {id_} is in one of two warehouses only")
            continue
        verdict.wrong += [
            f"{stream} {id_}: {name} is {row.get(name)!r}, read at once it is {value!r}"
            for name, value in other.items()
            if row.get(name) != value
        ][:1]
    return verdict


def _whole(path: Path, stream: str) -> dict[str, dict[str, Any]]:
    with reading(path) as connection:
        result = connection.execute(f"select * from raw_stripe.{stream}")
        names = [each[0] for each in result.description]
        rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return {
        row["id"]: {
            name: _BY_CLOCK.sub("", value) if name == "evidence_details" and value else value
            for name, value in row.items()
            if name not in OF_THE_READING and not name.startswith("_sdc_")
        }
        for row in rows
    }
