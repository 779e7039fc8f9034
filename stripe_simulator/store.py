"""Collections of objects in the order of their creation, searched by id, window and cursor."""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Generic, NamedTuple, Protocol, TypeVar


class Stored(Protocol):
    """Anything with an id and a time of creation in epoch seconds."""

    @property
    def id(self) -> str: ...  # noqa: D102 - the protocol's docstring says it

    @property
    def created(self) -> int: ...  # noqa: D102 - the protocol's docstring says it


R = TypeVar("R", bound=Stored)


class Window(NamedTuple):
    """A half-open range of creation times in epoch seconds, by default all of time."""

    start: int = -(2**53)
    end: int = 2**53


EVER = Window()


class Page(NamedTuple, Generic[R]):
    """Part of a list, newest first, and whether there are more objects beyond it."""

    records: list[R]
    has_more: bool


class Collection(Generic[R]):
    """Records of one kind; every look-up takes O(log n).

    They are added in the order of their creation, so a record's index never changes. A cursor is an
    index: a list that is read while the account changes neither skips nor repeats records.
    """

    def __init__(self) -> None:
        self._records: list[R] = []
        self._created = array("q")
        self._places: dict[str, int] = {}
        self._indexes: dict[str, dict[object, list[int]]] = {}

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[R]:
        return iter(self._records)

    def __contains__(self, identifier: object) -> bool:
        return identifier in self._places

    def __getitem__(self, identifier: str) -> R:
        return self._records[self._places[identifier]]

    def add(self, record: R) -> None:
        """Append the newest record."""
        place = len(self._records)
        self._places[record.id] = place
        self._records.append(record)
        self._created.append(record.created)
        for field, index in self._indexes.items():
            index[getattr(record, field)].append(place)

    def replace(self, record: R) -> None:
        """Replace a record by its new version; fields that are indexed must not change."""
        self._records[self._places[record.id]] = record

    def within(self, window: Window) -> Sequence[R]:
        """The records of a window, oldest first."""
        low, high = self._bounds(window)
        return self._records[low:high]

    def page(
        self,
        limit: int,
        window: Window = EVER,
        *,
        starting_after: str | None = None,
        ending_before: str | None = None,
        where: Mapping[str, str] | None = None,
        keep: Callable[[R], bool] | None = None,
    ) -> Page[R]:
        """At most `limit` records of the window, newest first, beyond the cursor if it is given.

        `where` filters by fields that never change, which are indexed on first use; `keep` filters
        records one by one. A cursor that is no id of this collection raises KeyError.
        """
        low, high = self._bounds(window)
        if starting_after is not None:
            high = min(high, self._places[starting_after])
        if ending_before is not None:
            low = max(low, self._places[ending_before] + 1)
        places, rest = self._narrow(where or {})
        first, last = bisect_left(places, low), bisect_left(places, high)
        backwards = ending_before is not None
        walk = range(first, last) if backwards else range(last - 1, first - 1, -1)
        found: list[R] = []
        for step in walk:
            record = self._records[places[step]]
            if any(getattr(record, field) != value for field, value in rest.items()):
                continue
            if keep is not None and not keep(record):
                continue
            if len(found) == limit:
                return Page(found[::-1] if backwards else found, has_more=True)
            found.append(record)
        return Page(found[::-1] if backwards else found, has_more=False)

    def _bounds(self, window: Window) -> tuple[int, int]:
        return bisect_left(self._created, window.start), bisect_left(self._created, window.end)

    def _narrow(self, where: Mapping[str, str]) -> tuple[Sequence[int], dict[str, str]]:
        """The shortest list of indexes that one of the filters selects, and the other filters."""
        if not where:
            return range(len(self._records)), {}
        runs = {field: self._index(field).get(value, []) for field, value in where.items()}
        shortest = min(runs, key=lambda field: len(runs[field]))
        return runs[shortest], {f: value for f, value in where.items() if f != shortest}

    def _index(self, field: str) -> dict[object, list[int]]:
        if field not in self._indexes:
            index: dict[object, list[int]] = defaultdict(list)
            for place, record in enumerate(self._records):
                index[getattr(record, field)].append(place)
            self._indexes[field] = index
        return self._indexes[field]
