"""The change feed of one run: Stripe's time, and the events that all its streams follow.

The events are asked for once, before anything else is read; the answer also tells what time it is
at Stripe. What changes after that moment is left to the next run.
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
        since: the oldest position that these events can bring up to date; None if Stripe has them
            only for the minutes before the run.
        events: in no order.
        refusal: why there are none, if the key may not read them.
    """

    now: int
    since: int | None
    events: Sequence[Event]
    refusal: PermissionDeniedError | None = None

    @property
    def end(self) -> int:
        """Where the next run goes on; the second `now` itself is read, and looked at again."""
        return self.now + 1

    def serves(self, position: int) -> bool:
        """Whether every change since `position` is among the events."""
        return self.since is not None and self.since <= position

    def news(self, bookmark: Bookmark, types: Collection[str], kind: str) -> list[Event]:
        """The events of these types since the bookmark that were not dealt with.

        Args:
            bookmark: of a stream.
            types: of events that it follows.
            kind: of its objects; when another object was created says nothing about it.
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
    """Ask for the events.

    If their types do not fit into one filter, the first request asks for events of any type. So a
    run in which little happens costs one request; where that page does not hold everything, the
    rest is asked for with one filter after the other.

    Args:
        session: how Stripe is reached.
        types: of events that the selected streams follow.
        since: the oldest position of these streams; None if all of them begin.

    Raises:
        StripeError: the events cannot be read, for another reason than a missing permission.
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
        # The rest may be long: many requests at once, from the second on where this page ended.
        rest = Window(since - OVERLAP_SECONDS, page.data[-1].created + 1)
        for query in queries:
            for _, listed in _events(session, query).windows([rest]):
                found.update((event.id, condense(event)) for event in listed)
    return Feed(now, since, tuple(found.values()))


def _events(session: Session, query: Params) -> Endpoint[SentEvent]:
    return Endpoint(session, "/v1/events", SentEvent, what="events", params=query)
