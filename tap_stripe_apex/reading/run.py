"""What all streams of one run share: the session, Stripe's time, and the events since.

The events are asked for once, before anything else is read; the answer also tells what time it is
at Stripe. What changes after that moment is left to the next run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tap_stripe_apex.errors import PermissionDeniedError
from tap_stripe_apex.reading.date_range import Window
from tap_stripe_apex.reading.events import KEPT, OVERLAP, Event, SentEvent, event_query, understood
from tap_stripe_apex.reading.listing import Endpoint

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tap_stripe_apex.wire.session import Session


@dataclass(frozen=True, slots=True)
class Feed:
    """The events from some minutes before `since` up to the start of the run.

    Attributes:
        since: the oldest position that these events can bring up to date; None if Stripe has them
            only for the minutes before the run.
        events: in no order.
        refusal: why there are none, if the key may not read them.
    """

    since: int | None
    events: Sequence[Event]
    refusal: PermissionDeniedError | None = None

    def serves(self, position: int) -> bool:
        """Whether every change since `position` is among the events."""
        return self.since is not None and self.since <= position


class Run:
    """One run, as of `now`.

    Attributes:
        session: how Stripe is reached.
        now: Stripe's time when the run began, in seconds since 1970.
        end: where the next run goes on; the second `now` itself is read, and looked at again.
        feed: what changed before `now`.
    """

    def __init__(self, session: Session, types: Iterable[str], since: int | None) -> None:
        """Ask for the events.

        Args:
            session: how Stripe is reached.
            types: of events that the selected streams follow.
            since: the oldest position of these streams; None if all begin.
        """
        self.session: Final = session
        self.now, self.feed = _read_feed(session, types, since)
        self.end: Final = self.now + 1


def _read_feed(session: Session, types: Iterable[str], since: int | None) -> tuple[int, Feed]:
    overlap = int(OVERLAP.total_seconds())
    events: Endpoint[SentEvent] = Endpoint(
        session, "/v1/events", SentEvent, what="events", params=event_query(types)
    )
    try:
        first = events.page([] if since is None else [("created[gte]", since - overlap)])
    except PermissionDeniedError as exc:
        if exc.date is None:
            raise
        return exc.date, Feed(None, (), exc)
    now, page = first.date, first.content
    oldest = now - int(KEPT.total_seconds())
    if since is not None:
        since = max(since, oldest)
    found = {event.id: understood(event) for event in page.data}
    if since is not None and page.has_more:
        # The rest may be long: many requests at once, from the second on where this page ended.
        rest = Window(since - overlap, page.data[-1].created + 1)
        for _, listed in events.windows([rest]):
            found.update((event.id, understood(event)) for event in listed)
    return now, Feed(since, tuple(found.values()))
