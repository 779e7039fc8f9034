"""What one run of a stream has dealt with so far, as far as the next run must know."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from tap_stripe_apex.reading.events import OVERLAP, about

if TYPE_CHECKING:
    from tap_stripe_apex.client import StripeStream
    from tap_stripe_apex.reading.bookmark import Bookmark
    from tap_stripe_apex.reading.run import Run
    from tap_stripe_apex.reading.slices import Listed

AWAITED_FOR: Final = timedelta(days=7)
"""How long an object is read again in every run because it lacks something."""


class Progress:
    """Which recent events need no further reading, and which objects must be read again.

    An event counts as dealt with once its object was read after it. Where Stripe's list lags
    behind its events, the next run reads the object again; all others it may skip, so that a run
    in which nothing happened asks for nothing but events.
    """

    def __init__(self, run: Run, bookmark: Bookmark, stream: StripeStream[Any]) -> None:
        self._now = run.now
        self._stream = stream
        self._object_of: dict[str, str | None] = {}
        since = run.now - int(OVERLAP.total_seconds())
        for event in run.feed.events:
            if event.created >= since and event.type in stream.event_types:
                found = None if event.id in bookmark.seen else about(event, stream.object_kind)
                self._object_of[event.id] = found.id if found else None
        self._unread = {id_ for id_ in self._object_of.values() if id_}
        self._awaited = dict(bookmark.awaited)

    def read(self, item: Listed) -> None:
        """This object was read now."""
        self._unread.discard(item.id)
        if self._stream.awaits(item):
            self._awaited.setdefault(item.id, (item.created, self._now))
        else:
            self._awaited.pop(item.id, None)

    def write(self, bookmark: Bookmark, state: dict[str, Any], *, caught_up: bool) -> None:
        """Write the bookmark, with what the next run must know besides, into the state.

        Until everything before the run is caught up, no event counts as dealt with.
        """
        if caught_up:
            bookmark = bookmark.with_seen(self.seen)
        bookmark.with_awaited(self.awaited).write(state)

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
            if self._now - since < AWAITED_FOR.total_seconds()
        }
