"""One stream in one run: what changed is caught up, then what is not covered is listed."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE

from tap_stripe_apex.reading.date_range import to_iso
from tap_stripe_apex.reading.events import OVERLAP, Change, Event, Plan, plan_reads, settled
from tap_stripe_apex.reading.progress import AWAITED_FOR
from tap_stripe_apex.reading.rereading import Rereading
from tap_stripe_apex.reading.slices import PAGE_SIZE, Listed
from tap_stripe_apex.wire.pool import in_parallel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from singer_sdk.helpers.types import Record

    from tap_stripe_apex.client import StripeStream
    from tap_stripe_apex.reading.bookmark import Bookmark
    from tap_stripe_apex.reading.date_range import DateRange
    from tap_stripe_apex.reading.display import Reading
    from tap_stripe_apex.reading.run import Run

T = TypeVar("T", bound=Listed)

_OVERLAP: Final = int(OVERLAP.total_seconds())

_MOST_NEW: Final = 1000
"""More new objects than this are listed, slice by slice, rather than read by their events."""

_FEW_REQUESTS: Final = 20
"""So many are not worth listing everything again, however little that would be."""

_BATCH: Final = 1000
"""Changed objects that are held at a time; the state follows each batch."""


class Changes(NamedTuple):
    """What the events since the bookmark ask for.

    Attributes:
        objects: to read again, by id.
        gone: were deleted.
        related: objects of another kind, each of which changed some of ours without telling.
        plan: how to read `objects`.
        caught_up: the bookmark once all of it was written.
    """

    objects: dict[str, Change]
    gone: Sequence[Change]
    related: Sequence[Change]
    plan: Plan
    caught_up: Bookmark

    @property
    def requests(self) -> float:
        """At most, about."""
        return self.plan.requests + len(self.related)


class Reader(Generic[T]):
    """Reads one stream; its bookmark is true after any record.

    Args:
        stream: what is read, and how an object becomes a record.
        run: the run that it is part of.
        date_range: which objects are wanted.
        source: whose objects they are.
    """

    def __init__(
        self, stream: StripeStream[T], run: Run, date_range: DateRange, source: str
    ) -> None:
        bookmark = stream.bookmark.widened(date_range.resolve(run.now))
        self.begins: Final = bookmark.position is None
        self.bookmark = replace(bookmark, source=source)
        self._stream = stream
        self._run = run
        self._progress = stream.new_progress(run, bookmark)
        self._endpoint = stream.endpoint()
        self._expand: frozenset[str] | None = None
        """What was read whole with all that is covered; None while nothing is."""
        self._caught_up = False

    def read(self, shown: Reading) -> Iterator[Record]:
        """All records that the warehouse lacks."""
        if self.bookmark.position is None:
            self._forget()
        else:
            self._expand = self.bookmark.expand
            yield from self._catch_up(shown)
        self._caught_up = True
        self._remember()
        yield from self._list(shown)
        if gained := self._gained():
            what = ", ".join(sorted(gained))
            self._warn(f"this key may read each one's {what} by now, which older records lack")
            self._forget()
            self._remember()
            yield from self._list(shown)

    def _list(self, shown: Reading) -> Iterator[Record]:
        """List what is not covered, oldest first; the bookmark follows slice by slice."""
        per_object = self.bookmark.seconds_per_object
        slices = self._endpoint.windows(self.bookmark.gaps, 1 / per_object if per_object else None)
        for window, items in slices:
            emitted = 0
            for item in items:
                self._progress.read(item)
                record = self._stream.to_record(item, self._run.now)
                if record is not None:
                    emitted += 1
                    yield record
            self.bookmark = self.bookmark.read(window, len(items))
            shown.wrote(emitted, self.bookmark)
            self._remember()

    def _catch_up(self, shown: Reading) -> Iterator[Record]:
        """Bring what was read before up to date, or else begin anew."""
        position = self.bookmark.position or 0
        if position > self._run.end + _OVERLAP:
            self._warn(
                f"the state is of {to_iso(position)}, a time that has not come yet at Stripe"
            )
            self._forget()
            return
        holes = self._stream.with_holes(self._run, self.bookmark)
        if holes is not None:
            self.bookmark = holes
            return
        changes = self._changes()
        anew = self._stream.replication_method == REPLICATION_FULL_TABLE
        if not anew and (obstacle := self._obstacle(changes)):
            self._warn(obstacle)
            anew = True
            if self.bookmark.is_interrupted:
                # Begun anew in each run, a long backfill would never end: it is ended first.
                yield from self._list(shown)
        gone = [(self._stream.last_of(change), change.at) for change in changes.gone]
        yield from self._write(gone, changes.caught_up, shown)
        if anew:
            self._forget()
            return
        yield from self._follow(changes, shown)
        self.bookmark = changes.caught_up

    def _follow(self, changes: Changes, shown: Reading) -> Iterator[Record]:
        """All that changed in the covered range, in batches, each oldest first."""
        pending = {change.id: change.created or 0 for change in changes.plan.dated}
        done: set[int] = set()
        batch: list[tuple[T, int]] = []
        for items, ids in self._changed(changes):
            batch += items
            done.update(pending.pop(id_) for id_ in ids if id_ in pending)
            if len(batch) >= _BATCH:
                yield from self._write(batch, changes.caught_up, shown)
                batch = []
                windows = settled(self.bookmark.covered, done, pending.values())
                self.bookmark = self.bookmark.partly_advanced(self._run.end, windows)
                self._remember()
        yield from self._write(batch, changes.caught_up, shown)

    def _changed(self, changes: Changes) -> Iterator[tuple[list[tuple[T, int]], Iterable[str]]]:
        """Objects, each with the time of its change; and the ids that need no more reading."""
        since = self.bookmark.range.start if self.bookmark.range else 0
        rereading = Rereading(self._endpoint, changes.plan)
        jobs = [self._stream.related_to(self._endpoint, each, since) for each in changes.related]
        for change, found in in_parallel(jobs, self._endpoint.session.limiter):
            for item in found:
                rereading.skip(item.id)
            known = [(item, changes.objects.get(item.id, change).at) for item in found]
            yield (
                [(item, max(at, change.at)) for item, at in known],
                [item.id for item in found],
            )
        for part in rereading.parts():
            yield [(item, changes.objects[item.id].at) for item in part.items], part.settled

    def _write(
        self, items: Sequence[tuple[T, int]], covered: Bookmark, shown: Reading
    ) -> Iterator[Record]:
        """The records of what was to be emitted, oldest first."""
        emitted = 0
        for item, at in sorted(items, key=lambda pair: pair[0].created):
            self._progress.read(item)
            if covered.covers(item.created):
                # Never older than the version before it, which was true at the position.
                record = self._stream.to_record(item, max(at, self.bookmark.position or 0))
                if record is not None:
                    emitted += 1
                    yield record
        shown.wrote(emitted, self.bookmark)

    def _new_events(self) -> list[Event]:
        """The events since the bookmark that were not dealt with."""
        bookmark = self.bookmark
        return [
            event
            for event in self._stream.new_events(self._run, bookmark)
            if not bookmark.is_ahead_of(event.created + _OVERLAP, event.object.created)
        ]

    def _changes(self) -> Changes:
        bookmark, run = self.bookmark, self._run
        position = bookmark.position or 0
        events = self._new_events()
        found = self._stream.changed(events)
        new = sum((change.created or 0) >= position for change in found)
        caught_up = bookmark.advanced(run.end, new=new if new <= _MOST_NEW else None)
        objects = {
            id_: Change(id_, created, run.now)
            for id_, (created, awaited_since) in bookmark.awaited.items()
            if run.now - awaited_since < AWAITED_FOR.total_seconds()
        }
        for change in found:
            if change.created is None or caught_up.covers(change.created):
                objects[change.id] = change
        gone = [change for change in objects.values() if change.last_words]
        for change in gone:
            del objects[change.id]
        plan = plan_reads(objects.values(), bookmark.seconds_per_object)
        return Changes(objects, gone, self._stream.related(events, position), plan, caught_up)

    def _obstacle(self, changes: Changes) -> str | None:
        """Why the events cannot bring the bookmark up to date, or None if they can."""
        feed, bookmark, stream = self._run.feed, self.bookmark, self._stream
        if feed.refusal is not None:
            return (
                f"{feed.refusal.problem}; {feed.refusal.remedy}, and later runs read only what "
                "changed"
            )
        if not feed.serves(bookmark.position or 0):
            return (
                "the last run was longer ago than the 30 days for which Stripe keeps events; run "
                "more often, and only what changed is read"
            )
        if changes.requests > max(_FEW_REQUESTS, self._pages):
            return f"so much changed that reading it singly would take {changes.requests:.0f}"
        if unread := set(stream.expand) - set(stream.optional) - bookmark.expand:
            return f"{', '.join(sorted(unread))} is read with each of them from now on"
        return None

    def _warn(self, why: str) -> None:
        range_ = self.bookmark.range
        self._stream.logger.warning(
            "All %s since %s are listed again, at about %d requests: %s.",
            self._stream.name,
            to_iso(range_.start) if range_ else "the start",
            self._pages,
            why,
        )

    @property
    def _pages(self) -> int:
        """Requests that listing the covered range again would cost, about."""
        return math.ceil(self.bookmark.listed / PAGE_SIZE) + 1

    def _forget(self) -> None:
        """List everything: as of now nothing is covered."""
        self.bookmark = replace(self.bookmark.forgotten(self._run.end), source=self.bookmark.source)
        self._expand = None

    def _gained(self) -> frozenset[str]:
        """What Stripe sends whole by now, and did not when older records were read."""
        expanded = self._endpoint.expanded
        return frozenset() if expanded is None or self._expand is None else expanded - self._expand

    def _remember(self) -> None:
        """Write the state: all records before it were given to the SDK, which has written them."""
        read = self._endpoint.expanded
        expand = frozenset(self._stream.expand) if read is None else read
        if self._expand is not None:
            expand = self._expand if read is None else self._expand & read
        self.bookmark = replace(self.bookmark, expand=expand)
        self._stream.remember(self.bookmark, self._progress, caught_up=self._caught_up)
