"""How any stream of Stripe's objects is read: changes first, then what was never listed."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NamedTuple, TypeVar

from singer_sdk import Stream
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE, REPLICATION_LOG_BASED
from typing_extensions import override

from tap_stripe_apex.bookmark import Bookmark
from tap_stripe_apex.changes import OVERLAP, Change, Event, about, collect, plan_reads
from tap_stripe_apex.errors import ConfigurationError
from tap_stripe_apex.listing import Endpoint, Optional
from tap_stripe_apex.progress import AWAITED_FOR, Progress
from tap_stripe_apex.slices import PAGE_SIZE, Listed
from tap_stripe_apex.timerange import to_iso

if TYPE_CHECKING:
    import logging
    from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence

    from singer_sdk.helpers.types import Context, Record

    from tap_stripe_apex.changes import Plan
    from tap_stripe_apex.display import Reading
    from tap_stripe_apex.run import Run
    from tap_stripe_apex.tap import TapStripeApex

T = TypeVar("T", bound=Listed)

_MOST_NEW = 1000
"""More new objects than this are listed, slice by slice, rather than read in one go."""

_FEW_REQUESTS = 20
"""So many are not worth listing everything again, however little that would be."""


class Changes(NamedTuple):
    """What the events since the bookmark ask to be read again.

    Attributes:
        objects: by id.
        related: objects of another kind, each of which changed some of ours without telling.
        plan: how to read `objects`.
        caught_up: the bookmark once all of it was read and written.
    """

    objects: dict[str, Change]
    related: Sequence[Change]
    plan: Plan
    caught_up: Bookmark

    @property
    def requests(self) -> float:
        """At most, about."""
        together = sum(map(len, self.plan.together)) / PAGE_SIZE
        return len(self.plan.singly) + together + len(self.related)


class StripeStream(Stream, Generic[T]):
    """A list endpoint of Stripe: `path`, filtered by `created`, followed by its events.

    A stream declares what it reads and how an object becomes a record; how it is read is here.
    """

    path: ClassVar[str]
    """Of the list endpoint."""

    object_kind: ClassVar[str]
    """Stripe's name of one object, such as charge."""

    object_type: ClassVar[type[Any]]
    """What of an object is decoded: a msgspec.Struct, T."""

    event_types: ClassVar[tuple[str, ...]]
    """Events that tell of new or changed objects."""

    expand: tuple[str, ...] = ()
    """Fields that Stripe sends whole instead of as an id."""

    optional: ClassVar[Mapping[str, Optional]] = {}
    """Of these, the ones to do without if the key lacks the permission."""

    if_empty: ClassVar[str | None] = None
    """What to tell a user whose first run found nothing."""

    # Records are made to the schema; conforming them again would only cost time.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    _tap: TapStripeApex

    def __init__(self, tap: TapStripeApex) -> None:
        super().__init__(tap)
        self.primary_keys = ("id",)
        self.forced_replication_method = REPLICATION_LOG_BASED
        self.logger.addFilter(_is_news)

    # What a stream says of itself

    @abstractmethod
    def to_record(self, item: T, updated_at: int) -> Record | None:
        """The record of an object as of `updated_at`, or None if it has none."""

    def changed(self, events: Iterable[Event]) -> list[Change]:
        """The objects of this stream that the events are about."""
        found = ((event, about(event, self.object_kind)) for event in events)
        return collect((event, item) for event, item in found if item)

    def related(self, events: Iterable[Event]) -> list[Change]:  # noqa: ARG002 - for subclasses
        """Objects of another kind whose change changed some of this stream's."""
        return []

    def read_related(self, related: Change, since: int) -> Iterable[T]:
        """The objects of this stream, created at `since` or later, that such an object changed."""
        raise NotImplementedError

    def as_of(self, item: T, change: Change) -> T:  # noqa: ARG002 - for subclasses
        """The object with what only the event can tell of it."""
        return item

    def awaits(self, item: T) -> bool:  # noqa: ARG002 - for subclasses
        """Whether the object lacks something that will come without an event."""
        return False

    # What every stream does

    @property
    def bookmark(self) -> Bookmark:
        """What was read so far, from the state.

        Raises:
            ConfigurationError: the state is damaged, or of another mode or account.
        """
        bookmark = Bookmark.from_state(self.stream_state, self.name)
        if bookmark.source not in {None, self._tap.source}:
            raise ConfigurationError(
                f"The state of stream {self.name!r} is of another Stripe account or mode "
                f"({bookmark.source}, this is {self._tap.source}). Use a state and a warehouse of "
                "their own for it, or start both anew."
            )
        return bookmark

    @property
    def finished(self) -> bool:
        """Whether a date range in the past was read whole, so that nothing is asked any more."""
        bookmark, date_range = self.bookmark, self._tap.date_range
        return (
            self.replication_method != REPLICATION_FULL_TABLE
            and bookmark.position is not None
            and date_range.ended(bookmark.position - int(OVERLAP.total_seconds()))
            and not bookmark.widened(date_range.resolve(bookmark.position)).gaps
        )

    def endpoint(self, *params: tuple[str, str | int]) -> Endpoint[T]:
        """The list endpoint, perhaps filtered further."""
        return Endpoint(
            self._tap.session,
            self.path,
            self.object_type,
            what=self.name.replace("_", " "),
            expand=self.expand,
            optional=self.optional,
            params=params,
        )

    @override
    def generate_child_contexts(
        self, record: Record, context: Context | None
    ) -> Iterable[Context | None]:
        return ()

    @override
    def get_replication_key_signpost(self, context: Context | None = None) -> None:
        """Nothing; but the SDK asks before it writes the schema, so a refusal comes first."""
        if self.ABORT_AT_RECORD_COUNT is None and not self.finished:
            _ = self._tap.run

    @override
    def log_sync_costs(self) -> None:
        self._tap.log_summary()

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        if self.ABORT_AT_RECORD_COUNT is not None:
            return self._sample(self.ABORT_AT_RECORD_COUNT)
        if self.finished:
            self.logger.info("The date range of %s was read whole; nothing to do.", self.name)
            return ()
        return self._read(self._tap.run)

    def _sample(self, limit: int) -> Iterator[Record]:
        """Some of the newest records, by one request: for connection tests."""
        if limit == 1 and not self.selected_by_default:
            return
        page = self.endpoint().page(limit=min(max(limit, 1), PAGE_SIZE))
        for item in page.content.data:
            record = self.to_record(item, page.date)
            if record is not None:
                yield record

    def _read(self, run: Run) -> Iterator[Record]:
        bookmark = self.bookmark
        begins = bookmark.position is None
        if self.replication_method == REPLICATION_FULL_TABLE:
            bookmark = Bookmark(range=bookmark.range)
        bookmark = bookmark.widened(self._tap.date_range.resolve(run.now))
        progress = self.new_progress(run, bookmark)
        endpoint = self.endpoint()
        with self._tap.display.reading(self.name, bookmark) as shown:
            if bookmark.position is None:
                bookmark = bookmark.forgotten(run.end)
            else:
                records, caught_up = self.catch_up(endpoint, run, bookmark, progress)
                if bookmark.is_interrupted and not caught_up.covered:
                    # Begun anew in each run, a long backfill would never end: it is ended first.
                    bookmark = yield from self._list(endpoint, run, bookmark, progress, shown)
                    caught_up = bookmark.forgotten(run.end)
                yield from records
                bookmark = caught_up
                shown.wrote(len(records), bookmark)
            bookmark = replace(bookmark, source=self._tap.source, expand=frozenset(self.expand))
            self._remember(bookmark, progress)
            yield from self._list(endpoint, run, bookmark, progress, shown)
        if begins and not shown.records and self.if_empty:
            self.logger.warning("%s", self.if_empty)

    def _list(
        self,
        endpoint: Endpoint[T],
        run: Run,
        bookmark: Bookmark,
        progress: Progress,
        shown: Reading,
    ) -> Generator[Record, None, Bookmark]:
        """List what is not covered, oldest first; the bookmark follows slice by slice."""
        per_object = bookmark.seconds_per_object
        slices = endpoint.windows(bookmark.gaps, 1 / per_object if per_object else None)
        for window, items in slices:
            emitted = 0
            for item in items:
                progress.read(item)
                record = self.to_record(item, run.now)
                if record is not None:
                    emitted += 1
                    yield record
            bookmark = bookmark.read(window, len(items))
            shown.wrote(emitted, bookmark)
            self._remember(bookmark, progress)
        return bookmark

    def _remember(self, bookmark: Bookmark, progress: Progress) -> None:
        """Write the state: all records before it were given to the SDK, which has written them."""
        progress.write(bookmark, self.stream_state)
        self.state_manager.is_flushed = False
        self._tap.write_state_when_due()

    def new_progress(self, run: Run, bookmark: Bookmark) -> Progress:
        """What the run keeps an eye on while it reads."""
        return Progress(run, bookmark, self)

    def catch_up(
        self, endpoint: Endpoint[T], run: Run, bookmark: Bookmark, progress: Progress
    ) -> tuple[Sequence[Record], Bookmark]:
        """Bring what was read before up to date.

        Returns:
            The records of what changed, and the bookmark once they are written. What it then
            leaves uncovered is listed.
        """
        changes = self._changes(run, bookmark)
        obstacle = self._obstacle(run, bookmark, changes)
        if obstacle is None:
            return self._follow(endpoint, bookmark, changes, progress), changes.caught_up
        self.logger.warning(
            "All %s since %s are listed again, at about %d requests: %s.",
            self.name,
            to_iso(bookmark.range.start) if bookmark.range else "the start",
            _pages(bookmark),
            obstacle,
        )
        return (), bookmark.forgotten(run.end)

    def _follow(
        self, endpoint: Endpoint[T], bookmark: Bookmark, changes: Changes, progress: Progress
    ) -> list[Record]:
        """The records of all that changed in the covered range, oldest first."""
        items: dict[str, tuple[T, int]] = {}
        since = bookmark.range.start if bookmark.range else 0
        for related in changes.related:
            items |= {item.id: (item, related.at) for item in self.read_related(related, since)}
        for item in endpoint.again(changes.plan):
            change = changes.objects[item.id]
            at = max(change.at, items[item.id][1]) if item.id in items else change.at
            items[item.id] = (self.as_of(item, change), at)
        records = []
        for item, at in sorted(items.values(), key=lambda pair: pair[0].created):
            progress.read(item)
            if changes.caught_up.covers(item.created):
                # Never older than the version before it, which was true at the position.
                record = self.to_record(item, max(at, bookmark.position or 0))
                records += [] if record is None else [record]
        return records

    def new_events(self, run: Run, bookmark: Bookmark) -> list[Event]:
        """The events of this stream since the bookmark that were not dealt with."""
        since = (bookmark.position or 0) - int(OVERLAP.total_seconds())
        return [
            event
            for event in run.feed.events
            if event.type in self.event_types
            and event.created >= since
            and event.id not in bookmark.seen
        ]

    def _changes(self, run: Run, bookmark: Bookmark) -> Changes:
        events = self.new_events(run, bookmark)
        found = self.changed(events)
        new = sum((change.created or 0) >= (bookmark.position or 0) for change in found)
        caught_up = bookmark.advanced(run.end, new=new if new <= _MOST_NEW else None)
        objects = {
            id_: Change(id_, created, run.now)
            for id_, (created, awaited_since) in bookmark.awaited.items()
            if run.now - awaited_since < AWAITED_FOR.total_seconds()
        }
        for change in found:
            if change.created is None or caught_up.covers(change.created):
                objects[change.id] = change
        plan = plan_reads(objects.values(), bookmark.seconds_per_object)
        return Changes(objects, self.related(events), plan, caught_up)

    def _obstacle(self, run: Run, bookmark: Bookmark, changes: Changes) -> str | None:
        """Why the events cannot bring the bookmark up to date, or None if they can."""
        if run.feed.refusal is not None:
            return (
                "this key cannot read events; grant 'Events: Read' to it in the Stripe Dashboard, "
                "and later runs read only what changed"
            )
        if not run.feed.serves(bookmark.position or 0):
            return (
                "the last run was longer ago than the 30 days for which Stripe keeps events; run "
                "more often, and only what changed is read"
            )
        if changes.requests > max(_FEW_REQUESTS, _pages(bookmark)):
            return f"so much changed that reading it singly would take {changes.requests:.0f}"
        if unread := set(self.expand) - set(self.optional) - bookmark.expand:
            return f"{', '.join(sorted(unread))} is read with each of them from now on"
        return None


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a line is not the SDK's announcement of an error, which has a line of its own."""
    return not record.msg.startswith("An unhandled error occurred while syncing")


def _pages(bookmark: Bookmark) -> int:
    """Requests that listing the covered range again would cost, about."""
    return math.ceil(bookmark.listed / PAGE_SIZE) + 1
