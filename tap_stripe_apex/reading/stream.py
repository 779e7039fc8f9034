"""What a reader knows of the stream that it reads."""

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
    """What is read, how an object becomes a record, and where the state goes."""

    @property
    def name(self) -> str:
        """As people know it."""

    @property
    def logger(self) -> logging.Logger:
        """What takes the warnings."""

    @property
    def object_kind(self) -> str:
        """Stripe's name of one object, such as charge."""

    @property
    def object_type(self) -> type[T]:
        """What of an object is decoded."""

    @property
    def event_types(self) -> Sequence[str]:
        """Events that tell of new or changed objects."""

    @property
    def expand(self) -> Sequence[str]:
        """Fields that Stripe sends whole instead of as an id."""

    @property
    def optional(self) -> Collection[str]:
        """Of these, the ones that a key need not be allowed to read."""

    @property
    def left_out(self) -> frozenset[str]:
        """Columns that the catalog leaves out."""

    @property
    def reads_all_again(self) -> bool:
        """Whether the catalog wants everything in every run."""

    def endpoint(self) -> Endpoint[T]:
        """The list endpoint."""

    def to_record(self, item: T, updated_at: int) -> Record | None:
        """The record of an object as of `updated_at`, or None if it has none."""

    def write_state(self, bookmark: Bookmark) -> None:
        """Make the bookmark the stream's own, and write the state."""


class Participant(Protocol):
    """What the streams of one run must agree on before the first of them is read."""

    @property
    def selected(self) -> bool:
        """Whether it is to be read at all."""

    @property
    def finished(self) -> bool:
        """Whether it needs nothing from Stripe any more."""

    @property
    def bookmark(self) -> Bookmark:
        """What was read so far."""

    @property
    def event_types(self) -> Sequence[str]:
        """Events that it follows."""


class StreamReader(Protocol):
    """One stream in one run."""

    @property
    def bookmark(self) -> Bookmark:
        """What was read so far; true after any record."""

    def read(self, shown: Reading) -> Iterator[Record]:
        """All records that the warehouse lacks."""


class Related(Protocol[T]):
    """Objects of another kind: when one changes, some of the stream's do, and no event says so."""

    def changes(self, events: Iterable[Event], position: int) -> list[Change]:
        """The related objects that the events since `position` changed."""

    def changed_by(
        self, endpoint: Endpoint[T], related: Change, since: int
    ) -> Iterator[tuple[Change, list[T]]]:
        """The stream's objects, created at `since` or later, that `related` changed: by page."""
