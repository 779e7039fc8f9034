"""Reads one stream in one run: first its changes, then what is not covered yet."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

from tap_stripe_apex.reading.backfill import Backfill
from tap_stripe_apex.reading.events import Change, changes_of, deleted_object, unnamed
from tap_stripe_apex.reading.plan import Plan, finished_windows, plan_reads
from tap_stripe_apex.reading.progress import AWAITED_SECONDS, Progress
from tap_stripe_apex.reading.rereading import Rereading
from tap_stripe_apex.reading.slices import Listed
from tap_stripe_apex.wire.pool import in_parallel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from singer_sdk.helpers.types import Record

    from tap_stripe_apex.reading.bookmark import Bookmark
    from tap_stripe_apex.reading.display import Reading
    from tap_stripe_apex.reading.feed import Feed
    from tap_stripe_apex.reading.stream import ReadableStream, Related

T = TypeVar("T", bound=Listed)

_MOST_NEW: Final = 1000
"""More new objects than this are listed in slices, instead of read by their events."""

_FEW_REQUESTS: Final = 20
"""Changes that take at most so many requests are read, even where a new listing took fewer."""

_BATCH: Final = 1000
"""Changed objects that are held in memory at a time; the state is written after each batch."""


class _Changes(NamedTuple):
    """The changes since the bookmark, by the events.

    Attributes:
        objects: changed objects to read again, by id.
        gone: deleted objects.
        related: objects of another kind whose changes also change some of the stream's objects.
        plan: how to read `objects`.
        caught_up: the bookmark after all of these were written.
    """

    objects: dict[str, Change]
    gone: Sequence[Change]
    related: Sequence[Change]
    plan: Plan
    caught_up: Bookmark

    @property
    def requests(self) -> float:
        """About how many requests these need at most."""
        return self.plan.requests + len(self.related)


class ChangeReader(Generic[T]):
    """Reads a stream whose changes the events tell; its bookmark is true after any record.

    Args:
        stream: the stream to read.
        feed: of the run.
        bookmark: with the range that is wanted.
        related: objects of another kind whose changes also change some of the stream's objects.
        awaits: whether an object lacks something that will come without an event.
    """

    def __init__(
        self,
        stream: ReadableStream[T],
        feed: Feed,
        bookmark: Bookmark,
        *,
        related: Related[T] | None = None,
        awaits: Callable[[T], bool] | None = None,
    ) -> None:
        self._stream = stream
        self._feed = feed
        self._related = related
        self._endpoint = stream.endpoint()
        self._progress = Progress(stream, self._endpoint, feed, bookmark, awaits)
        self._backfill = Backfill(stream, self._endpoint, feed, bookmark, self._progress)

    @property
    def bookmark(self) -> Bookmark:
        """What was read so far; true after any record."""
        return self._backfill.bookmark

    @bookmark.setter
    def bookmark(self, bookmark: Bookmark) -> None:
        self._backfill.bookmark = bookmark

    def read(self, shown: Reading) -> Iterator[Record]:
        """The records that the warehouse lacks."""
        backfill = self._backfill
        if self.bookmark.position is None:
            backfill.forget()
        elif not backfill.forget_the_future():
            yield from self._catch_up(shown)
        self._progress.caught_up = True
        yield from backfill.begin(shown)
        if gained := self._progress.gained:
            what = ", ".join(sorted(name.rpartition(".")[2].replace("_", " ") for name in gained))
            backfill.warn(f"this key may read each one's {what} by now, which older records lack")
            backfill.forget()
            backfill.remember()
            yield from backfill.list_gaps(shown)

    def _catch_up(self, shown: Reading) -> Iterator[Record]:
        """Bring earlier records up to date; if the events cannot tell how, start again."""
        changes = self._changes()
        anew = self._stream.reads_all_again
        if not anew and (obstacle := self._obstacle(changes)):
            self._backfill.warn(obstacle)
            anew = True
            if self.bookmark.is_interrupted:
                # If each run started again, a long backfill would never end: it is finished first.
                yield from self._backfill.list_gaps(shown)
        type_ = self._stream.object_type
        gone = [(deleted_object(change, type_), change.at) for change in changes.gone]
        yield from self._write(gone, changes.caught_up, shown)
        if anew:
            self._backfill.forget()
            return
        yield from self._follow(changes, shown)
        self.bookmark = changes.caught_up

    def _follow(self, changes: _Changes, shown: Reading) -> Iterator[Record]:
        """The records of all that changed in the covered range, in batches, each oldest first."""
        pending = {change.id: change.created or 0 for change in changes.plan.dated}
        done: set[int] = set()
        batch: list[tuple[T, int]] = []
        for items, ids in self._changed(changes):
            batch += items
            done.update(pending.pop(id_) for id_ in ids if id_ in pending)
            if len(batch) >= _BATCH:
                yield from self._write(batch, changes.caught_up, shown)
                batch = []
                windows = finished_windows(self.bookmark.covered, done, pending.values())
                self.bookmark = self.bookmark.partly_advanced(self._feed.end, windows)
                self._backfill.remember()
        yield from self._write(batch, changes.caught_up, shown)

    def _changed(self, changes: _Changes) -> Iterator[tuple[list[tuple[T, int]], Iterable[str]]]:
        """Changed objects, each with the time of its change, and ids that need no more reading."""
        rereading = Rereading(self._endpoint, changes.plan)
        jobs = [partial(self._changed_by, each) for each in changes.related]
        for change, found in in_parallel(jobs, self._endpoint.session.limiter):
            for item in found:
                rereading.skip(item.id)
            known = [(item, changes.objects.get(item.id, change).at) for item in found]
            yield (
                [(item, max(at, change.at)) for item, at in known],
                [item.id for item in found],
            )
        for part in rereading.parts():
            yield [(item, changes.objects[item.id].at) for item in part.items], part.done

    def _changed_by(self, related: Change) -> Iterable[tuple[Change, list[T]]]:
        since = self.bookmark.range.start if self.bookmark.range else 0
        return self._related.changed_by(self._endpoint, related, since) if self._related else ()

    def _write(
        self, items: Sequence[tuple[T, int]], covered: Bookmark, shown: Reading
    ) -> Iterator[Record]:
        """Emit records, oldest first."""
        emitted = 0
        for item, at in sorted(items, key=lambda pair: pair[0].created):
            self._progress.read(item)
            if covered.covers(item.created):
                # Not before the position, as of which the previous version was true.
                record = self._stream.to_record(item, max(at, self.bookmark.position or 0))
                if record is not None:
                    emitted += 1
                    yield record
        shown.wrote(emitted, self.bookmark)

    def _changes(self) -> _Changes:
        bookmark, feed = self.bookmark, self._feed
        position = bookmark.position or 0
        events = feed.news(bookmark, self._stream.event_types, self._stream.object_kind)
        found = changes_of(events, self._stream.object_kind)
        unnamed_at = unnamed(feed.events, self._stream.object_kind)
        to_list = [unnamed_at[event.id] for event in events if event.id in unnamed_at]
        new = sum((change.created or 0) >= position for change in found)
        counted = new if new <= _MOST_NEW and not to_list else None
        caught_up = bookmark.advanced(feed.end, new=counted).without(to_list)
        objects = {
            id_: Change(id_, created, feed.now)
            for id_, (created, awaited_since) in bookmark.awaited.items()
            if feed.now - awaited_since < AWAITED_SECONDS
        }
        for change in found:
            if change.created is None or caught_up.covers(change.created):
                objects[change.id] = change
        gone = [change for change in objects.values() if change.last_words]
        for change in gone:
            del objects[change.id]
        plan = plan_reads(objects.values(), bookmark.seconds_per_object)
        related = self._related.changes(events, position) if self._related else []
        return _Changes(objects, gone, related, plan, caught_up)

    def _obstacle(self, changes: _Changes) -> str | None:
        """Why the events cannot bring the bookmark up to date, or None if they can."""
        feed, bookmark, stream = self._feed, self.bookmark, self._stream
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
        if changes.requests > max(_FEW_REQUESTS, self._backfill.pages):
            return f"so much changed that reading it singly would take {changes.requests:.0f}"
        if regained := ", ".join(sorted(self._backfill.regained)):
            return f"older records lack columns, or have them by another rule: {regained}"
        if unread := set(stream.expand) - set(stream.optional) - bookmark.expand:
            return f"{', '.join(sorted(unread))} is read with each of them from now on"
        return None
