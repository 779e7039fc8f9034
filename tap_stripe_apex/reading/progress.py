"""What one run of a stream has handled so far, for the next run to know."""

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
"""For how many seconds an object that lacks something is read again by every run."""


class Progress(Generic[T]):
    """Which recent events need no further reading, and which objects must be read again.

    An event is handled once its object was read after it. If Stripe's list lags behind its events,
    the next run reads the object again. It skips all others, so that a quiet run requests nothing
    but events.

    Args:
        stream: the stream to read.
        endpoint: its list endpoint, which knows the fields that Stripe expands.
        feed: of the run.
        bookmark: as the run found it.
        awaits: whether an object lacks something that will come without an event.

    Attributes:
        caught_up: whether all changes before the run were read; until then no event counts as
            handled.
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
        """The fields that were expanded in all that is covered; None while nothing is covered."""
        self._object_of: dict[str, str | None] = {}
        since = feed.now - OVERLAP_SECONDS
        for event in feed.events:
            if event.created >= since and event.type in stream.event_types:
                seen = event.id in bookmark.seen
                found = None if seen else changed_object(event, stream.object_kind)
                self._object_of[event.id] = found.id if found else None
        # An object without an id may or may not have been listed by now: the next run looks again.
        for event_id in unnamed(feed.events, stream.object_kind):
            if event_id in self._object_of and event_id not in bookmark.seen:
                self._object_of[event_id] = _UNNAMED
        self._unread = {id_ for id_ in self._object_of.values() if id_}
        self._awaited = dict(bookmark.awaited)

    def read(self, item: T) -> None:
        """Note that this object was read now."""
        self._unread.discard(item.id)
        if self._awaits is not None and self._awaits(item):
            self._awaited.setdefault(item.id, (item.created, self._now))
        else:
            self._awaited.pop(item.id, None)

    def forget(self) -> None:
        """Note that nothing is covered any more."""
        self._expand = None

    def noted_in(self, bookmark: Bookmark) -> Bookmark:
        """The bookmark with these notes for the next run."""
        bookmark = replace(bookmark, expand=self.expand)
        if self.caught_up:
            bookmark = bookmark.with_seen(self.seen)
        return bookmark.with_awaited(self.awaited)

    @property
    def seen(self) -> list[str]:
        """The ids of recent events that need no further reading."""
        return [event for event, id_ in self._object_of.items() if id_ not in self._unread]

    @property
    def awaited(self) -> dict[str, tuple[int, int]]:
        """Objects to read again: when each was created, and since when it is awaited."""
        return {
            id_: (created, since)
            for id_, (created, since) in self._awaited.items()
            if self._now - since < AWAITED_SECONDS
        }

    @property
    def expand(self) -> frozenset[str]:
        """The fields that were expanded in all that is covered."""
        sent = self._endpoint.expanded
        if self._expand is None:
            return self._wanted if sent is None else sent
        return self._expand if sent is None else self._expand & sent

    @property
    def gained(self) -> frozenset[str]:
        """The fields that Stripe expands now, and did not when older records were read."""
        sent = self._endpoint.expanded
        return frozenset() if sent is None or self._expand is None else sent - self._expand
