"""What is not covered yet is listed, oldest first, and the state follows."""

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
    """Lists the gaps of a bookmark, and writes it down.

    Args:
        stream: what is read.
        endpoint: where it is read.
        feed: of the run.
        bookmark: with its gaps.
        progress: is told of every object.

    Attributes:
        bookmark: true after any record; readers change it as they go.
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

    def list_gaps(self, shown: Reading) -> Iterator[Record]:
        """List what is not covered, oldest first; the state follows slice by slice."""
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
        """Requests that listing the covered range again would cost, about."""
        return math.ceil(self.bookmark.listed / PAGE_SIZE) + 1

    def warn(self, why: str) -> None:
        """Say that everything is listed again."""
        range_ = self.bookmark.range
        self._stream.logger.warning(
            "All %s since %s are listed again, at about %d requests: %s.",
            self._stream.name,
            to_iso(range_.start) if range_ else "the start",
            self.pages,
            why,
        )

    def forget(self) -> None:
        """List everything: as of now nothing is covered."""
        self.bookmark = replace(
            self.bookmark.forgotten(self._feed.end), left_out=self._stream.left_out
        )
        self._progress.forget()

    @property
    def regained(self) -> frozenset[str]:
        """Columns that the catalog selects again, and that older records lack."""
        return self.bookmark.left_out - self._stream.left_out

    def forget_the_future(self) -> bool:
        """Whether the bookmark was of a time that Stripe has not reached, and so was forgotten."""
        position = self.bookmark.position or 0
        if position <= self._feed.end + OVERLAP_SECONDS:
            return False
        self.warn(f"the state is of {to_iso(position)}, a time that has not come yet at Stripe")
        self.forget()
        return True

    def remember(self) -> None:
        """Write the state: all records before it were given to the SDK, which has written them."""
        self._stream.write_state(self._progress.noted_in(self.bookmark))
