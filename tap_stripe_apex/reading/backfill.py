"""Lists what is not covered yet, oldest first, and writes the state as it goes."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Generic, TypeVar

from tap_stripe_apex.reading.events import OVERLAP_SECONDS
from tap_stripe_apex.reading.slices import PAGE_SIZE, Listed
from tap_stripe_apex.reading.windows import to_iso

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Record

    from tap_stripe_apex.reading.bookmark import Bookmark
    from tap_stripe_apex.reading.display import Reading
    from tap_stripe_apex.reading.feed import Feed
    from tap_stripe_apex.reading.listing import Endpoint
    from tap_stripe_apex.reading.progress import Progress
    from tap_stripe_apex.reading.stream import ReadableStream

T = TypeVar("T", bound=Listed)


class Backfill(Generic[T]):
    """Lists the gaps of a bookmark, and writes the bookmark to the state.

    Args:
        stream: the stream to read.
        endpoint: its list endpoint.
        feed: of the run.
        bookmark: as the run found it.
        progress: notes every object.

    Attributes:
        bookmark: true after any record; readers update it as they go.
    """

    def __init__(
        self,
        stream: ReadableStream[T],
        endpoint: Endpoint[T],
        feed: Feed,
        bookmark: Bookmark,
        progress: Progress[T],
    ) -> None:
        self.bookmark = bookmark
        self._stream = stream
        self._endpoint = endpoint
        self._feed = feed
        self._progress = progress

    def begin(self, shown: Reading) -> Iterator[Record]:
        """Write the bookmark once changes are caught up, then list what is not covered.

        If everything is listed again, the old state is kept until the first slice has been read, so
        that a key without permission for the stream loses no coverage.
        """
        if self.bookmark.covered:
            self.remember()
        yield from self.list_gaps(shown)
        if not self.bookmark.covered:
            self.remember()

    def list_gaps(self, shown: Reading) -> Iterator[Record]:
        """List what is not covered, oldest first; the state is written after each slice."""
        per_object = self.bookmark.seconds_per_object
        slices = self._endpoint.windows(self.bookmark.gaps, 1 / per_object if per_object else None)
        for window, items in slices:
            emitted = 0
            for item in items:
                self._progress.read(item)
                record = self._stream.to_record(item, self._feed.now)
                if record is not None:
                    emitted += 1
                    yield record
            self.bookmark = self.bookmark.with_covered(window, len(items))
            shown.wrote(emitted, self.bookmark)
            self.remember()

    @property
    def pages(self) -> int:
        """About how many requests listing the covered range again would cost."""
        return math.ceil(self.bookmark.listed / PAGE_SIZE) + 1

    def warn(self, why: str) -> None:
        """Warn that everything is listed again."""
        range_ = self.bookmark.range
        self._stream.logger.warning(
            "All %s since %s are listed again, at about %d requests: %s.",
            self._stream.name,
            to_iso(range_.start) if range_ else "the start",
            self.pages,
            why,
        )

    def forget(self) -> None:
        """Treat the whole range as not covered, so that it is listed again."""
        self.bookmark = replace(
            self.bookmark.forgotten(self._feed.end), left_out=self._stream.left_out
        )
        self._progress.forget()

    @property
    def regained(self) -> frozenset[str]:
        """Columns that are selected now and that older records lack."""
        return self.bookmark.left_out - self._stream.left_out

    def forget_the_future(self) -> bool:
        """Start again if the bookmark lies in Stripe's future; returns whether it does."""
        position = self.bookmark.position or 0
        if position <= self._feed.end + OVERLAP_SECONDS:
            return False
        self.warn(f"the state is of {to_iso(position)}, a time that has not come yet at Stripe")
        self.forget()
        return True

    def remember(self) -> None:
        """Write the state; the SDK has already written all records before it."""
        self._stream.write_state(self._progress.noted_in(self.bookmark))
