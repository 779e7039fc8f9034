"""Balance transactions: every movement of the balance, pending until it is available."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import msgspec
from singer_sdk import typing as th
from singer_sdk.singerlib.catalog import REPLICATION_FULL_TABLE
from typing_extensions import override

from tap_stripe_apex.client import StripeStream
from tap_stripe_apex.reading.date_range import Window, from_iso, subtract, to_iso
from tap_stripe_apex.reading.events import CHARGE_EVENTS, DISPUTE_EVENTS, OVERLAP, REFUND_EVENTS
from tap_stripe_apex.reading.progress import Progress
from tap_stripe_apex.streams.types import UPDATED_AT, exact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from singer_sdk.helpers.types import Record

    from tap_stripe_apex.reading.bookmark import Bookmark
    from tap_stripe_apex.reading.run import Run

_AT_LEAST_EVERY: Final = timedelta(days=1)
"""Payouts and Stripe's own fees move the balance without any event that is followed."""


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

    They have no events of their own, and change once: from pending to available. So the newest
    are listed whenever money moved, and the pending ones again once the first is available.
    """

    name = "balance_transactions"
    path = "/v1/balance_transactions"
    object_kind = "balance_transaction"
    object_type = BalanceTransaction
    event_types = (*CHARGE_EVENTS, *DISPUTE_EVENTS, *REFUND_EVENTS, "balance.available")
    selected_by_default = False
    schema = th.PropertiesList(
        th.Property("id", th.StringType, required=True),
        th.Property("created", th.DateTimeType, required=True, description="UTC"),
        UPDATED_AT,
        th.Property("amount", th.IntegerType, required=True, description="In minor units"),
        th.Property("currency", th.StringType, required=True, description="Lower case"),
        th.Property("fee", th.IntegerType, required=True, description="In minor units"),
        th.Property("net", th.IntegerType, required=True, description="amount - fee"),
        th.Property("available_on", th.DateTimeType, required=True, description="UTC"),
        th.Property("status", th.StringType, required=True, description="pending or available"),
        th.Property("type", th.StringType, required=True, description="charge, refund, ..."),
        th.Property("reporting_category", th.StringType, required=True),
        th.Property("source_id", th.StringType, description="The object that moved the money"),
        th.Property("description", th.StringType),
        th.Property("balance_type", th.StringType),
        th.Property("exchange_rate", exact(12)),
        th.Property("fee_details", th.ArrayType(th.ObjectType(additional_properties=True))),
    ).to_dict()

    @override
    def to_record(self, item: BalanceTransaction, updated_at: int) -> Record:
        record = msgspec.structs.asdict(item)
        record["source_id"] = record.pop("source")
        return record | {
            "created": to_iso(item.created),
            "updated_at": to_iso(updated_at),
            "available_on": to_iso(item.available_on),
        }

    @override
    def new_progress(self, run: Run, bookmark: Bookmark) -> Progress:
        return _Pending(run, bookmark, self)

    @override
    def _read(self, run: Run) -> Iterator[Record]:
        bookmark = self.bookmark
        wanted = bookmark.widened(self._tap.date_range.resolve(run.now))
        if bookmark.position is not None and not wanted.is_interrupted:
            quiet = run.feed.serves(bookmark.position) and not self.new_events(run, bookmark)
            recent = run.now - bookmark.position < _AT_LEAST_EVERY.total_seconds()
            if quiet and recent and not self._pending_since(run):
                return
        yield from super()._read(run)

    @override
    def with_holes(self, run: Run, bookmark: Bookmark) -> Bookmark:
        if self.replication_method == REPLICATION_FULL_TABLE:
            return bookmark.forgotten(run.end)
        position = bookmark.position or 0
        since = min(position - int(OVERLAP.total_seconds()), self._pending_since(run) or position)
        covered = [
            part
            for window in bookmark.covered
            for part in subtract(window, [Window(since, run.end)])
        ]
        return replace(bookmark, covered=tuple(covered), position=run.end)

    def _pending_since(self, run: Run) -> int | None:
        """When the oldest pending one was created, if one of them is available by now."""
        pending = self.stream_state.get("pending")
        if pending and from_iso(pending["available_on"]) <= run.now:
            return from_iso(pending["created"])
        return None


class _Pending(Progress):
    """Remembers the oldest that is pending, and when the first will be available."""

    def __init__(self, run: Run, bookmark: Bookmark, stream: BalanceTransactions) -> None:
        super().__init__(run, bookmark, stream)
        pending = stream.stream_state.get("pending")
        self._pending: list[tuple[int, int]] = []
        if pending and from_iso(pending["available_on"]) > run.now:
            self._pending = [(from_iso(pending["created"]), from_iso(pending["available_on"]))]

    @override
    def read(self, item: Any) -> None:
        super().read(item)
        if item.status == "pending":
            known = [*self._pending, (item.created, item.available_on)]
            self._pending = [(min(c for c, _ in known), min(a for _, a in known))]

    @override
    def write(self, bookmark: Bookmark, state: dict[str, Any], *, caught_up: bool) -> None:
        super().write(bookmark, state, caught_up=caught_up)
        state.pop("pending", None)
        for created, available_on in self._pending:
            state["pending"] = {"created": to_iso(created), "available_on": to_iso(available_on)}
