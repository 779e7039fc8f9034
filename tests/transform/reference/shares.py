"""The weights of touches, and the division of a whole amount by weight."""

from __future__ import annotations

import math
from collections import Counter
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.transform.reference.settings import Settings


def decay(age: timedelta, settings: Settings) -> int:
    """The weight of a touch that is `age` older than its path's last one, which weighs 2 ** 30."""
    seconds = age // timedelta(seconds=1)
    half_life = settings.time_decay_half_life_days * 86_400
    return math.floor(2**30 * 0.5 ** (seconds / half_life) + 0.5)


def shared_out(amount: int, weights: Sequence[int]) -> list[int]:
    """The amount in parts by weight: running totals are rounded down, the last takes the rest."""
    total, so_far, given = sum(weights), 0, 0
    parts = []
    for weight in weights:
        so_far += weight
        parts.append(amount * so_far // total - given)
        given += parts[-1]
    return parts


def conversion_probability(moves: Counter[tuple[str, str]], removed: str | None) -> Fraction:
    """The probability that a walk ends in a conversion if a channel is removed."""
    leaving: Counter[str] = Counter()
    for (here, _), count in moves.items():
        leaving[here] += count
    states = [state for state in leaving if state != removed]
    rows = []
    for state in states:
        row = {
            there: -Fraction(count, leaving[state])
            for (here, there), count in moves.items()
            if here == state and there in states
        }
        row[state] = row.get(state, Fraction(0)) + 1
        row["="] = Fraction(moves[state, "(conversion)"], leaving[state])
        rows.append(row)
    for index, state in enumerate(states):
        pivot = rows[index].get(state, Fraction(0))
        if not pivot:
            continue
        rows[index] = {name: value / pivot for name, value in rows[index].items()}
        for other, row in enumerate(rows):
            factor = row.get(state, Fraction(0))
            if other != index and factor:
                for name, value in rows[index].items():
                    row[name] = row.get(name, Fraction(0)) - factor * value
    return next(
        (row["="] for s, row in zip(states, rows, strict=True) if s == "(start)"), Fraction(0)
    )
