"""Random choices that are the same everywhere: they use only what Python guarantees of `random`."""

from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Odds(Generic[T]):
    """Options with whole-number weights."""

    def __init__(self, weights: Mapping[T, int]) -> None:
        self._options = tuple(weights)
        self._sums = tuple(accumulate(weights.values()))

    def at(self, share: float) -> T:
        """The option at the fraction `share` of the summed weights, with 0 <= share < 1."""
        return self._options[bisect_right(self._sums, share * self._sums[-1])]


class Dice:
    """A stream of random choices that depends only on a seed, a purpose and an index."""

    def __init__(self, seed: int, purpose: int, index: int = 0) -> None:
        mixed = (seed * 1_000_003 + purpose) * 1_000_000_007 + index
        self.share = Random(mixed).random  # noqa: S311 - a story, not a secret

    def chance(self, percent: int) -> bool:
        """True with a probability of `percent`."""
        return self.share() * 100 < percent

    def below(self, end: int) -> int:
        """A whole number from 0 to below `end`."""
        return int(self.share() * end)

    def between(self, first: int, last: int) -> int:
        """A whole number from `first` to `last`, both included."""
        return first + int(self.share() * (last - first + 1))

    def pick(self, table: Odds[T]) -> T:
        """One of a table's options."""
        return table.at(self.share())

    def one_of(self, options: tuple[T, ...]) -> T:
        """One of the options, all equally likely."""
        return options[int(self.share() * len(options))]
