"""The protocols between readers and streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from tap_stripe_apex.reading.slices import Listed

if TYPE_CHECKING:
    import logging
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from singer_sdk.helpers.types import Record

    from tap_stripe_apex.reading.bookmark import Bookmark
    from tap_stripe_apex.reading.display import Reading
    from tap_stripe_apex.reading.events import Change, Event
    from tap_stripe_apex.reading.listing import Endpoint

T = TypeVar("T", bound=Listed)


class ReadableStream(Protocol[T]):
    """A stream as its reader sees it: its objects, its records and its state."""

    @property
    def name(self) -> str:
        """The name of the stream, as users know it."""

    @property
    def logger(self) -> logging.Logger:
        """Gets the warnings."""

    @property
    def object_kind(self) -> str:
        """Stripe's name of one object, such as charge."""

    @property
    def object_type(self) -> type[T]:
        """The type that an object is decoded into."""

    @property
    def event_types(self) -> Sequence[str]:
        """Events that tell of new or changed objects."""

    @property
    def expand(self) -> Sequence[str]:
        """Fields that Stripe sends whole instead of as an id."""

    @property
    def optional(self) -> Collection[str]:
        """Those of `expand` that are left out if the key lacks the permission."""

    @property
    def left_out(self) -> frozenset[str]:
        """Columns that the catalog deselects."""

    @property
    def reads_all_again(self) -> bool:
        """Whether the catalog asks for a full refresh in every run."""

    def endpoint(self) -> Endpoint[T]:
        """The list endpoint."""

    def to_record(self, item: T, updated_at: int) -> Record | None:
        """The record of an object as of `updated_at`, or None if it has none."""

    def write_state(self, bookmark: Bookmark) -> None:
        """Set the stream's bookmark, and write the state."""


class Participant(Protocol):
    """A stream as the feed sees it, before the first stream is read."""

    @property
    def selected(self) -> bool:
        """Whether it is selected."""

    @property
    def finished(self) -> bool:
        """Whether it needs no request any more."""

    @property
    def bookmark(self) -> Bookmark:
        """What was read so far."""

    @property
    def event_types(self) -> Sequence[str]:
        """The types of events that it follows."""


class StreamReader(Protocol):
    """Reads one stream in one run."""

    @property
    def bookmark(self) -> Bookmark:
        """What was read so far; true after any record."""

    def read(self, shown: Reading) -> Iterator[Record]:
        """The records that the warehouse lacks."""


class Related(Protocol[T]):
    """Objects of another kind whose changes silently change some of the stream's objects."""

    def changes(self, events: Iterable[Event], position: int) -> list[Change]:
        """The related objects that the events since `position` changed."""

    def changed_by(
        self, endpoint: Endpoint[T], related: Change, since: int
    ) -> Iterator[tuple[Change, list[T]]]:
        """Pages of the stream's objects, created at `since` or later, that `related` changed."""
