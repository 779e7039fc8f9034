"""What one run of a stream has dealt with so far, as far as the next run must know."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from tap_stripe_apex.reading.events import OVERLAP_SECONDS, changed_object, unnamed
from tap_stripe_apex.reading.slices import Listed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_stripe_apex.reading.bookmark import Bookmark
    from tap_stripe_apex.reading.feed import Feed
    from tap_stripe_apex.reading.listing import Endpoint
    from tap_stripe_apex.reading.stream import ReadableStream

T = TypeVar("T", bound=Listed)

_UNNAMED: Final = "unnamed"

AWAITED_SECONDS: Final = 7 * 86_400
"""How long an object is read again in every run because it lacks something."""


class Progress(Generic[T]):
    """Which recent events need no further reading, and which objects must be read again.

    An event counts as dealt with once its object was read after it. Where Stripe's list lags
    behind its events, the next run reads the object again; all others it may skip, so that a run
    in which nothing happened asks for nothing but events.

    Args:
        stream: what is read.
        endpoint: where it is read; knows what Stripe sends whole.
        feed: of the run.
        bookmark: as the run found it.
        awaits: whether an object lacks something that will come without an event.

    Attributes:
        caught_up: whether everything before the run is read; until then no event counts as dealt
            with.
    """

    def __init__(
        self,
        stream: ReadableStream[T],
        endpoint: Endpoint[T],
        feed: Feed,
        bookmark: Bookmark,
        awaits: Callable[[T], bool] | None = None,
    ) -> None:
        self.caught_up = False
        self._now = feed.now
        self._awaits = awaits
        self._endpoint = endpoint
        self._wanted = frozenset(stream.expand)
        self._expand = None if bookmark.position is None else bookmark.expand
        """What was read whole with all that is covered; None while nothing is covered."""
        self._object_of: dict[str, str | None] = {}
        since = feed.now - OVERLAP_SECONDS
        for event in feed.events:
            if event.created >= since and event.type in stream.event_types:
                seen = event.id in bookmark.seen
                found = None if seen else changed_object(event, stream.object_kind)
                self._object_of[event.id] = found.id if found else None
        # Whether what is not named was listed by now cannot be told: the next run looks again.
        for event_id in unnamed(feed.events, stream.object_kind):
            if event_id in self._object_of and event_id not in bookmark.seen:
                self._object_of[event_id] = _UNNAMED
        self._unread = {id_ for id_ in self._object_of.values() if id_}
        self._awaited = dict(bookmark.awaited)

    def read(self, item: T) -> None:
        """This object was read now."""
        self._unread.discard(item.id)
        if self._awaits is not None and self._awaits(item):
            self._awaited.setdefault(item.id, (item.created, self._now))
        else:
            self._awaited.pop(item.id, None)

    def forget(self) -> None:
        """Nothing is covered any more."""
        self._expand = None

    def noted_in(self, bookmark: Bookmark) -> Bookmark:
        """The bookmark with what the next run must know besides."""
        bookmark = replace(bookmark, expand=self.expand)
        if self.caught_up:
            bookmark = bookmark.with_seen(self.seen)
        return bookmark.with_awaited(self.awaited)

    @property
    def seen(self) -> list[str]:
        """The recent events that need no further reading."""
        return [event for event, id_ in self._object_of.items() if id_ not in self._unread]

    @property
    def awaited(self) -> dict[str, tuple[int, int]]:
        """Objects to read again: when they were created, and since when they are awaited."""
        return {
            id_: (created, since)
            for id_, (created, since) in self._awaited.items()
            if self._now - since < AWAITED_SECONDS
        }

    @property
    def expand(self) -> frozenset[str]:
        """What Stripe sent whole with all that is covered."""
        sent = self._endpoint.expanded
        if self._expand is None:
            return self._wanted if sent is None else sent
        return self._expand if sent is None else self._expand & sent

    @property
    def gained(self) -> frozenset[str]:
        """What Stripe sends whole by now, and did not when older records were read."""
        sent = self._endpoint.expanded
        return frozenset() if sent is None or self._expand is None else sent - self._expand
