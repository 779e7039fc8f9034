"""The base class of all streams: changes are read first, then what was never listed."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from singer_sdk import Stream
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.singerlib import RecordMessage
from singer_sdk.singerlib.catalog import (
    REPLICATION_FULL_TABLE,
    REPLICATION_LOG_BASED,
    Metadata,
)
from typing_extensions import override

from tap_stripe_apex.errors import ConfigurationError
from tap_stripe_apex.reading.bookmark import Bookmark
from tap_stripe_apex.reading.events import OVERLAP_SECONDS
from tap_stripe_apex.reading.listing import Endpoint, OptionalExpansion
from tap_stripe_apex.reading.reader import ChangeReader
from tap_stripe_apex.reading.slices import PAGE_SIZE, Listed

if TYPE_CHECKING:
    import logging
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from singer_sdk import Tap
    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.singerlib.catalog import MetadataMapping

    from tap_stripe_apex.reading.feed import Feed
    from tap_stripe_apex.reading.stream import StreamReader
    from tap_stripe_apex.reading.sync import StripeSync

T = TypeVar("T", bound=Listed)


class StripeStream(Stream, Generic[T]):
    """A list endpoint of Stripe: `path`, filtered by `created`, followed by its events.

    A stream declares what it reads and how an object becomes a record; how it is read is here.
    """

    path: ClassVar[str]
    """The path of the list endpoint."""

    object_kind: ClassVar[str]
    """Stripe's name of one object, such as charge."""

    object_type: ClassVar[type[Any]]
    """The msgspec.Struct, T, that an object is decoded into."""

    event_types: ClassVar[tuple[str, ...]]
    """Events that tell of new or changed objects."""

    expand: tuple[str, ...] = ()
    """Fields that Stripe sends whole instead of as an id."""

    optional: ClassVar[Mapping[str, OptionalExpansion]] = {}
    """Those of `expand` that are left out if the key lacks the permission."""

    added: ClassVar[frozenset[str]] = frozenset()
    """Columns that older versions lacked, and so do records whose state does not name them."""

    addresses: ClassVar[frozenset[str]] = frozenset()
    """Columns whose whole value is an email address."""

    if_empty: ClassVar[str | None] = None
    """A warning for a first run that found nothing."""

    # Records are made to the schema; conforming them again would only cost time.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    def __init__(self, tap: Tap, sync: StripeSync) -> None:
        super().__init__(tap)
        self._sync = sync
        self.primary_keys = ("id",)
        self.forced_replication_method = REPLICATION_LOG_BASED
        self.logger.addFilter(_is_news)

    # What a stream may override

    @abstractmethod
    def to_record(self, item: T, updated_at: int) -> Record | None:
        """The record of an object as of `updated_at`, or None if it has none."""

    def reader(self, feed: Feed, bookmark: Bookmark) -> StreamReader:
        """How the stream is read in one run.

        Args:
            feed: of the run.
            bookmark: with the range that is wanted.
        """
        return ChangeReader(self, feed, bookmark)

    # What every stream does

    @property
    def bookmark(self) -> Bookmark:
        """What was read so far, from the state.

        Raises:
            ConfigurationError: the state is damaged, or of another mode or account.
        """
        bookmark = Bookmark.from_state(self.stream_state, self.name)
        if bookmark.source not in {None, self._sync.source}:
            raise ConfigurationError(
                f"The state of stream {self.name!r} is of another Stripe account or mode "
                f"({bookmark.source}, this is {self._sync.source}). Use a state and a warehouse of "
                "their own for it, or start both anew."
            )
        if bookmark.position is None:
            return bookmark
        return replace(bookmark, left_out=bookmark.left_out | (self.added - bookmark.added))

    @cached_property
    def left_out(self) -> frozenset[str]:
        """Columns that the catalog deselects, or does not know since they are newer than it."""
        entry = self._tap.input_catalog and self._tap.input_catalog.get_stream(self.name)
        known = entry.schema.to_dict()["properties"] if entry else self.schema["properties"]
        unselected = {
            breadcrumb[1]
            for breadcrumb, selected in self.mask.items()
            if len(breadcrumb) == 2 and not selected
        }
        return frozenset(unselected | (self.schema["properties"].keys() - known))

    @property
    def reads_all_again(self) -> bool:
        """Whether the catalog asks for a full refresh in every run."""
        return self.replication_method == REPLICATION_FULL_TABLE

    @property
    def finished(self) -> bool:
        """Whether a date range in the past was read completely and needs no more requests.

        It is not finished if more was read before the range was narrowed: changes of all that was
        ever read are followed.
        """
        bookmark, date_range = self.bookmark, self._sync.date_range
        if self.reads_all_again or bookmark.position is None:
            return False
        wanted = date_range.resolve(bookmark.position)
        widest = bookmark.widened(wanted)
        return (
            date_range.ended(bookmark.position - OVERLAP_SECONDS)
            and not widest.gaps
            and widest.range is not None
            and widest.range.end <= wanted.end
            and bookmark.left_out <= self.left_out
            and set(self.expand) - set(self.optional) <= bookmark.expand
        )

    @property
    @override
    def metadata(self) -> MetadataMapping:
        """The catalog's metadata; the columns of version and deletion cannot be deselected."""
        metadata = super().metadata
        for column in ("updated_at", "_sdc_deleted_at"):
            if entry := metadata.get(("properties", column)):
                entry.inclusion = Metadata.InclusionType.AUTOMATIC
        return metadata

    def endpoint(self) -> Endpoint[T]:
        """The list endpoint."""
        return Endpoint(
            self._sync.session,
            self.path,
            self.object_type,
            what=self.name.replace("_", " "),
            expand=self.expand,
            optional=self.optional,
        )

    @override
    def generate_child_contexts(
        self, record: Record, context: Context | None
    ) -> Iterable[Context | None]:
        return ()

    @override
    def get_replication_key_signpost(self, context: Context | None = None) -> None:
        """None. The SDK calls this before it writes the schema: a refusal precedes any output."""
        if self.ABORT_AT_RECORD_COUNT is None and not self.finished:
            _ = self._sync.feed

    @override
    def log_sync_costs(self) -> None:
        self._sync.log_summary()

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        if self.ABORT_AT_RECORD_COUNT is not None:
            return self._sample(self.ABORT_AT_RECORD_COUNT)
        if self.finished:
            self.logger.info("The date range of %s was read whole; nothing to do.", self.name)
            return ()
        return self._read(self._sync.feed)

    @override
    def _generate_record_messages(self, record: Record) -> Generator[RecordMessage]:
        # The SDK would ask of each column of each record whether it is selected: a third of the
        # time that a record takes.
        if self.left_out:
            record = {name: value for name, value in record.items() if name not in self.left_out}
        if (hashing := self._sync.hashing) is not None:
            record = {
                name: (hashing.address if name in self.addresses else hashing.anything)(value)
                for name, value in record.items()
            }
        for stream_map in self.stream_maps:
            mapped = stream_map.transform(record)
            if mapped is not None:
                yield RecordMessage(
                    stream=stream_map.stream_alias,
                    record=mapped,
                    version=self._stream_version,
                    time_extracted=datetime.now(UTC),
                )

    def _sample(self, limit: int) -> Iterator[Record]:
        """Some of the newest records, by one request: for connection tests."""
        page = self.endpoint().page(limit=min(max(limit, 1), PAGE_SIZE))
        for item in page.content.data:
            record = self.to_record(item, page.date)
            if record is not None:
                yield record

    def _read(self, feed: Feed) -> Iterator[Record]:
        bookmark = self.bookmark
        wanted = replace(
            bookmark.widened(self._sync.date_range.resolve(feed.now)),
            source=self._sync.source,
            left_out=bookmark.left_out | self.left_out,
            added=self.added,
        )
        reader = self.reader(feed, wanted)
        with self._sync.display.reading(self.name, reader.bookmark) as shown:
            yield from reader.read(shown)
        if bookmark.position is None and not shown.records and self.if_empty:
            self.logger.warning("%s", self.if_empty)

    def write_state(self, bookmark: Bookmark) -> None:
        """Set the bookmark, and write the state: no later run repeats the records so far."""
        state = self.stream_state
        for key in Bookmark.KEYS:
            state.pop(key, None)
        state.update(bookmark.to_state())
        if (
            self.config.get("batch_config") is None
        ):  # else the SDK writes it, after the BATCH message
            self._tap.state_writer.write_state(self.tap_state)


def _is_news(record: logging.LogRecord) -> bool:
    """False for the SDK's announcement of an error, which gets a line of its own."""
    return not record.msg.startswith("An unhandled error occurred while syncing")
