"""Finds objects by their charge in a list; what was listed once is not requested again."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from tap_stripe_apex.reading.slices import PAGE_SIZE, Listed
from tap_stripe_apex.reading.windows import Window, subtract, union

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tap_stripe_apex.reading.listing import Endpoint

T = TypeVar("T", bound=Listed)

_MOST_KEPT: Final = 200_000
"""The most objects that are held; dropped ones are listed again if they are needed."""

_LONGEST_REACH: Final = 366 * 86_400
_SHORTEST_REACH: Final = 600


class Lookup(Generic[T]):
    """Lists windows of creation when they are first needed, and reads a little ahead.

    Charges are looked up roughly in the order of their creation, so the next page is needed soon.
    Many look-ups cost no more requests than the list has pages, and never more than one each.

    Args:
        endpoint: their list endpoint.
        charge_of: returns the id of an object's charge; None if it has none.
        until: only objects created before this second are listed.
    """

    def __init__(
        self, endpoint: Endpoint[T], charge_of: Callable[[T], str | None], until: int
    ) -> None:
        self._endpoint = endpoint
        self._charge_of = charge_of
        self._until = until
        self._reach = 86_400
        self._listed: list[Window] = []
        self._kept = 0
        self._by_charge: defaultdict[str, list[T]] = defaultdict(list)

    def find(self, charge: str, window: Window) -> Sequence[T]:
        """The objects of a charge that were created in `window`, and perhaps others of it."""
        wanted = Window(window.start, min(window.end, self._until))
        if subtract(wanted, self._listed):
            self._list(Window(wanted.start, min(wanted.end + self._reach, self._until)))
        return self._by_charge.get(charge, ())

    def _list(self, window: Window) -> None:
        if self._kept > _MOST_KEPT:
            self._kept, self._listed = 0, []
            self._by_charge.clear()
        found = 0
        for _, items in self._endpoint.windows(subtract(window, self._listed)):
            found += len(items)
            for item in items:
                if charge := self._charge_of(item):
                    self._by_charge[charge].append(item)
        self._kept += found
        self._listed = union([*self._listed, window])
        if found < PAGE_SIZE:
            self._reach = min(2 * self._reach, _LONGEST_REACH)
        elif found > 4 * PAGE_SIZE:
            self._reach = max(self._reach // 2, _SHORTEST_REACH)
