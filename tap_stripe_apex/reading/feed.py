"""The change feed of one run: Stripe's time, and the events for all its streams.

The events are read once, before anything else; the answer also tells Stripe's time. Changes after
that moment are left to the next run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_stripe_apex.errors import PermissionDeniedError
from tap_stripe_apex.reading.events import (
    KEPT_SECONDS,
    OVERLAP_SECONDS,
    Event,
    SentEvent,
    condense,
    event_queries,
)
from tap_stripe_apex.reading.listing import Endpoint
from tap_stripe_apex.reading.windows import Window, created_filter

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from tap_stripe_apex.reading.bookmark import Bookmark
    from tap_stripe_apex.wire.session import Params, Session


@dataclass(frozen=True, slots=True)
class Feed:
    """The events from some minutes before `since` up to the start of the run.

    Attributes:
        now: Stripe's time when the run began, in seconds since 1970.
        since: the oldest position that these events can bring up to date; None if only the events
            of the minutes before the run were read.
        events: in no particular order.
        refusal: the error, if the key may not read events.
    """

    now: int
    since: int | None
    events: Sequence[Event]
    refusal: PermissionDeniedError | None = None

    @property
    def end(self) -> int:
        """The position of the next run; the second `now` is read by both runs."""
        return self.now + 1

    def serves(self, position: int) -> bool:
        """Whether every change since `position` is among the events."""
        return self.since is not None and self.since <= position

    def news(self, bookmark: Bookmark, types: Collection[str], kind: str) -> list[Event]:
        """The events of these types since the bookmark that no earlier run has handled.

        Args:
            bookmark: of the stream.
            types: the types of events that the stream follows.
            kind: the kind of its objects; the time of creation counts for this kind only.
        """
        since = (bookmark.position or 0) - OVERLAP_SECONDS
        return [
            event
            for event in self.events
            if event.type in types
            and event.created >= since
            and event.id not in bookmark.seen
            and not bookmark.is_ahead_of(
                event.created + OVERLAP_SECONDS,
                event.object.created if event.object.object == kind else None,
            )
        ]


def read_feed(session: Session, types: Iterable[str], since: int | None) -> Feed:
    """Read the events.

    If their types do not fit into one filter, the first request asks for events of all types, so
    that a quiet run costs one request. If that page does not hold everything, the rest is read with
    one filter after the other.

    Args:
        session: with Stripe.
        types: the types of events that the selected streams follow.
        since: the oldest position of these streams; None if all of them start now.

    Raises:
        StripeError: the events cannot be read, and the reason is not a missing permission.
    """
    followed = frozenset(types)
    queries = event_queries(followed)
    events = _events(session, queries[0] if len(queries) == 1 else ())
    try:
        first = events.page([] if since is None else created_filter(gte=since - OVERLAP_SECONDS))
    except PermissionDeniedError as error:
        if error.date is None:
            raise
        return Feed(error.date, None, (), error)
    now, page = first.date, first.content
    if since is not None:
        since = max(since, now - KEPT_SECONDS)
    found = {event.id: condense(event) for event in page.data if event.type in followed}
    if since is not None and page.has_more:
        # The rest may be long, so it is read by many requests at once, from this page's last second
        # on.
        rest = Window(since - OVERLAP_SECONDS, page.data[-1].created + 1)
        for query in queries:
            for _, listed in _events(session, query).windows([rest]):
                found.update((event.id, condense(event)) for event in listed)
    return Feed(now, since, tuple(found.values()))


def _events(session: Session, query: Params) -> Endpoint[SentEvent]:
    return Endpoint(session, "/v1/events", SentEvent, what="events", params=query)
