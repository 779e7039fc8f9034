"""Balance transactions: every movement of the balance, pending until it is available."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import msgspec
from singer_sdk import typing as th
from typing_extensions import override

from tap_stripe_apex.client import StripeStream
from tap_stripe_apex.reading.backfill import Backfill
from tap_stripe_apex.reading.bookmark import Bookmark, Pending
from tap_stripe_apex.reading.events import (
    CHARGE_EVENTS,
    DISPUTE_EVENTS,
    OVERLAP_SECONDS,
    REFUND_EVENTS,
)
from tap_stripe_apex.reading.progress import Progress
from tap_stripe_apex.reading.windows import Window, to_iso
from tap_stripe_apex.streams.columns import RATE_DECIMALS, UPDATED_AT, exact, rounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Record

    from tap_stripe_apex.reading.display import Reading
    from tap_stripe_apex.reading.feed import Feed
    from tap_stripe_apex.reading.listing import Endpoint

_AT_LEAST_EVERY_SECONDS: Final = 86_400
"""Payouts and Stripe's own fees change the balance without an event that this stream follows."""


class BalanceTransaction(msgspec.Struct, frozen=True):
    """The decoded part of https://docs.stripe.com/api/balance_transactions/object"""

    id: str
    created: int
    amount: int
    currency: str
    fee: int
    net: int
    available_on: int
    status: str
    type: str
    reporting_category: str
    source: str | None = None
    description: str | None = None
    balance_type: str | None = None
    exchange_rate: Decimal | None = None
    fee_details: list[dict[str, Any]] = msgspec.field(default_factory=list)


class BalanceTransactions(StripeStream[BalanceTransaction]):
    """https://docs.stripe.com/api/balance_transactions/list

    They have no events of their own, and change once, from pending to available. So the newest are
    listed after each movement of money, and the pending ones again once the first is available.
    """

    name = "balance_transactions"
    path = "/v1/balance_transactions"
    object_kind = "balance_transaction"
    object_type = BalanceTransaction
    event_types = (*CHARGE_EVENTS, *DISPUTE_EVENTS, *REFUND_EVENTS, "balance.available")
    selected_by_default = False
    schema = th.PropertiesList(
        th.Property("id", th.StringType, required=True, description="`txn_...`; the key"),
        th.Property(
            "created", th.DateTimeType, required=True, description="When it was created at Stripe"
        ),
        UPDATED_AT,
        th.Property(
            "amount",
            th.IntegerType,
            required=True,
            description="In minor units; negative if money left",
        ),
        th.Property(
            "currency", th.StringType, required=True, description="Of your balance; lower case"
        ),
        th.Property("fee", th.IntegerType, required=True, description="In minor units"),
        th.Property("net", th.IntegerType, required=True, description="`amount - fee`"),
        th.Property(
            "available_on", th.DateTimeType, required=True, description="When it can be paid out"
        ),
        th.Property("status", th.StringType, required=True, description="`pending` or `available`"),
        th.Property(
            "type",
            th.StringType,
            required=True,
            description="`charge`, `refund`, `payout`, `stripe_fee`, ...",
        ),
        th.Property(
            "reporting_category",
            th.StringType,
            required=True,
            description="Stripe's grouping of types for accounting",
        ),
        th.Property("source_id", th.StringType, description="The object that moved the money"),
        th.Property("description", th.StringType, description="Stripe's words"),
        th.Property(
            "balance_type", th.StringType, description="Which of your balances, such as `payments`"
        ),
        th.Property(
            "exchange_rate",
            exact(RATE_DECIMALS),
            description="From the source's currency to `currency`; null if they are the same",
        ),
        th.Property(
            "fee_details",
            th.ArrayType(th.ObjectType(additional_properties=True)),
            description="The parts of `fee`: amount, currency, type, description",
        ),
    ).to_dict()

    @override
    def to_record(self, item: BalanceTransaction, updated_at: int) -> Record:
        record = msgspec.structs.asdict(item)
        record["source_id"] = record.pop("source")
        return record | {
            "created": to_iso(item.created),
            "updated_at": to_iso(updated_at),
            "available_on": to_iso(item.available_on),
            "exchange_rate": rounded(item.exchange_rate, RATE_DECIMALS),
        }

    @override
    def reader(self, feed: Feed, bookmark: Bookmark) -> _BalanceReader:
        return _BalanceReader(self, feed, bookmark)


class _BalanceReader:
    """Lists the newest balance transactions again, and those that were pending.

    Args:
        stream: the stream to read.
        feed: of the run.
        bookmark: with the range that is wanted.
    """

    def __init__(self, stream: BalanceTransactions, feed: Feed, bookmark: Bookmark) -> None:
        self._stream = stream
        self._feed = feed
        endpoint = stream.endpoint()
        self._progress = _PendingProgress(stream, endpoint, feed, bookmark)
        self._backfill = Backfill(stream, endpoint, feed, bookmark, self._progress)

    @property
    def bookmark(self) -> Bookmark:
        """What was read so far; true after any record."""
        return self._backfill.bookmark

    def read(self, shown: Reading) -> Iterator[Record]:
        """The records that the warehouse lacks."""
        backfill = self._backfill
        if backfill.bookmark.position is None:
            backfill.forget()
        elif self._is_quiet(backfill.bookmark.position):
            return
        elif not backfill.forget_the_future():
            if regained := backfill.regained:
                columns = ", ".join(sorted(regained))
                backfill.warn(
                    f"older records lack columns, or have them by another rule: {columns}"
                )
            if regained or self._stream.reads_all_again:
                backfill.forget()
            else:
                backfill.bookmark = self._with_gaps(backfill.bookmark.position)
        self._progress.caught_up = True
        yield from backfill.begin(shown)

    def _is_quiet(self, position: int) -> bool:
        """Whether nothing can have changed since the last run, which read everything."""
        feed, bookmark = self._feed, self.bookmark
        return (
            not self._stream.reads_all_again
            and not any(gap.start < position for gap in bookmark.gaps)
            and not self._backfill.regained
            and feed.serves(position)
            and not feed.news(bookmark, self._stream.event_types, self._stream.object_kind)
            and feed.now - position < _AT_LEAST_EVERY_SECONDS
            and self._pending_since is None
        )

    def _with_gaps(self, position: int) -> Bookmark:
        """The bookmark with a gap wherever a balance transaction may be new or changed."""
        newest = position - OVERLAP_SECONDS
        since = min(newest, self._pending_since or newest)
        changed = Window(since, self._feed.end)
        return replace(self.bookmark.without([changed]), position=self._feed.end)

    @property
    def _pending_since(self) -> int | None:
        """When the oldest pending one was created; None if none of them is available by now."""
        pending = self.bookmark.pending
        return pending.created if pending and pending.available_on <= self._feed.now else None


class _PendingProgress(Progress[BalanceTransaction]):
    """Notes the oldest pending balance transaction, and when the first will be available."""

    @override
    def __init__(
        self,
        stream: BalanceTransactions,
        endpoint: Endpoint[BalanceTransaction],
        feed: Feed,
        bookmark: Bookmark,
    ) -> None:
        super().__init__(stream, endpoint, feed, bookmark)
        found = bookmark.pending
        self._pending = found if found and found.available_on > feed.now else None

    @override
    def read(self, item: BalanceTransaction) -> None:
        super().read(item)
        if item.status == "pending":
            known = self._pending or Pending(item.created, item.available_on)
            self._pending = Pending(
                min(known.created, item.created), min(known.available_on, item.available_on)
            )

    @override
    def noted_in(self, bookmark: Bookmark) -> Bookmark:
        return replace(super().noted_in(bookmark), pending=self._pending)
