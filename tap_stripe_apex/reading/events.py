"""What changed since the bookmark, and the cheapest way to read it. Pure.

Events are a change feed: they name what changed, and the objects are read again, since payloads
are old snapshots, out of order, and never expanded.
Source: https://docs.stripe.com/api/events, https://docs.stripe.com/api/events/types
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from tap_stripe_apex.reading.date_range import Window, union
from tap_stripe_apex.reading.slices import PAGE_SIZE
from tap_stripe_apex.wire.text import decoded, whole_characters

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

KEPT: Final = timedelta(days=30) - timedelta(hours=1)
"""How far back the feed reaches, less an hour of margin."""

OVERLAP: Final = timedelta(minutes=5)
"""Events may be stamped some time before they can be listed."""

CHARGE_EVENTS: Final = (
    "charge.captured",
    "charge.expired",
    "charge.failed",
    "charge.pending",
    "charge.refunded",
    "charge.succeeded",
    "charge.updated",
)
DISPUTE_EVENTS: Final = (
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
)
REFUND_EVENTS: Final = (
    "charge.refund.updated",
    "refund.created",
    "refund.failed",
    "refund.updated",
)
CUSTOMER_EVENTS: Final = ("customer.created", "customer.deleted", "customer.updated")


class EventObject(msgspec.Struct, frozen=True, gc=False):
    """The part of a payload that says which object changed."""

    id: str = ""
    object: str = ""
    created: int | None = None
    charge: str | None = None
    status: str | None = None


class Event(msgspec.Struct, frozen=True, gc=False):
    """Something that happened at Stripe, as small as it can be: there may be many.

    Attributes:
        id: evt_...
        type: such as charge.refunded.
        created: Stripe's time.
        object: what it is about.
        edits_email: whether a customer has another email since then.
        last_words: the whole payload, as JSON, where nothing but the event tells of it any more.
    """

    id: str
    type: str
    created: int
    object: EventObject
    edits_email: bool = False
    last_words: bytes | None = None


class PreviousAttributes(msgspec.Struct, frozen=True):
    """What a payload's object was before; only what it tells of an email."""

    email: Any = msgspec.UNSET


class EventData(msgspec.Struct, frozen=True):
    """A payload."""

    object: msgspec.Raw
    previous_attributes: PreviousAttributes | None = None


class SentEvent(msgspec.Struct, frozen=True):
    """An event as Stripe sends it. https://docs.stripe.com/api/events/object"""

    id: str
    type: str
    created: int
    data: EventData


_decode_object: Final = msgspec.json.Decoder(EventObject).decode


def understood(sent: SentEvent) -> Event:
    """The event without what is not needed of it."""
    type_, previous = sys.intern(sent.type), sent.data.previous_attributes
    deleted = type_ == "customer.deleted"
    edited = previous is not None and previous.email is not msgspec.UNSET
    return Event(
        sent.id,
        type_,
        sent.created,
        decoded(sent.data.object, _decode_object),
        edits_email=deleted or (type_ == "customer.updated" and edited),
        last_words=whole_characters(bytes(sent.data.object)) if deleted else None,
    )


class Change(NamedTuple):
    """An object to read again.

    Attributes:
        id: Stripe's.
        created: when, if known.
        at: the time of its last event.
        last_words: what it was, if it was deleted: there is nothing left to read.
    """

    id: str
    created: int | None
    at: int
    last_words: bytes | None = None


class Found(NamedTuple):
    """An object that an event is about."""

    id: str
    created: int | None


_GIVEN_BACK: Final = {"failed", "canceled"}


def about(event: Event, kind: str) -> Found | None:
    """The object of `kind` (charge, refund, dispute, customer) that `event` changed, if any.

    Disputes change their charge too, and so do refunds that give the money back; of a refund that
    is made, the charge tells itself.
    """
    payload = event.object
    if payload.object == kind and payload.id:
        return Found(payload.id, payload.created)
    if kind == "charge" and payload.charge:
        if payload.object == "refund" and payload.status not in _GIVEN_BACK:
            return None
        return Found(payload.charge, None)
    return None


def collect(found: Iterable[tuple[Event, Found]]) -> list[Change]:
    """One change for each object: its latest event, and its creation if any event tells it."""
    changes: dict[str, Change] = {}
    for event, (id_, created) in found:
        known = changes.get(id_) or Change(id_, created, event.created)
        changes[id_] = Change(
            id_,
            known.created if created is None else created,
            max(known.at, event.created),
            event.last_words or known.last_words,
        )
    return list(changes.values())


@dataclass(frozen=True, slots=True)
class Plan:
    """How to read changed objects again.

    Attributes:
        together: objects so close in time that one page is likely to hold several; newest first.
            They are listed from the newest missing one on, so that each page brings at least one.
        singly: one request each; newest first.
        undated: of unknown age, so that nobody knows which lie together.
        reach: seconds that a page covers, about; None if nothing is known.
    """

    together: Sequence[Sequence[Change]] = ()
    singly: Sequence[Change] = ()
    undated: Sequence[Change] = ()
    reach: int | None = None

    @property
    def dated(self) -> Iterator[Change]:
        """All whose age is known."""
        yield from self.singly
        for run in self.together:
            yield from run

    @property
    def requests(self) -> float:
        """At most, about."""
        together = sum(map(len, self.together)) / PAGE_SIZE
        return len(self.singly) + len(self.undated) + together


_NEAR: Final = 10
"""Pages apart. A page costs no more requests than one object, and where objects lie less dense
than on average it holds several; still further apart, single ones are read at the same time."""


def plan_reads(changes: Iterable[Change], seconds_per_object: float | None) -> Plan:
    """The plan that needs at most one request for each change, and mostly fewer.

    Args:
        changes: what to read, each object once.
        seconds_per_object: mean distance in time of neighbours in the list, if known.
    """
    undated: list[Change] = []
    dated: list[Change] = []
    for change in changes:
        (undated if change.created is None else dated).append(change)
    dated.sort(key=_created, reverse=True)
    reach = int(PAGE_SIZE * seconds_per_object) if seconds_per_object else None
    near = _NEAR * reach if reach else sys.maxsize
    together: list[list[Change]] = []
    for change in dated:
        if together and _apart(together[-1][-1], change) <= near:
            together[-1].append(change)
        else:
            together.append([change])
    return Plan(
        together=[part for run in together if len(run) > 1 for part in _parted(run)],
        singly=[run[0] for run in together if len(run) == 1],
        undated=undated,
        reach=reach,
    )


_MIN_PARTED: Final = 10 * PAGE_SIZE


def _parted(run: list[Change]) -> list[list[Change]]:
    """A long run in two parts, to be listed at the same time for one page more."""
    if len(run) < _MIN_PARTED:
        return [run]
    middle = len(run) // 2
    # Objects of one second stay together: a list cannot be entered in the middle of a second.
    while middle < len(run) and run[middle].created == run[middle - 1].created:
        middle += 1
    return [part for part in (run[:middle], run[middle:]) if part]


def settled(
    covered: Iterable[Window], done: Iterable[int], pending: Collection[int]
) -> list[Window]:
    """Where in `covered` everything is done, as far as there was something to do.

    Args:
        covered: windows of creation.
        done: seconds in which objects were created that were read again.
        pending: seconds in which objects were created that were not.
    """
    edges = sorted(set(pending))
    holding = {bisect_left(edges, second) for second in set(done).difference(edges)}
    open_ = [
        Window(edges[n - 1] + 1 if n else -sys.maxsize, edges[n] if n < len(edges) else sys.maxsize)
        for n in holding
    ]
    both = [
        Window(max(one.start, other.start), min(one.end, other.end))
        for one in covered
        for other in open_
    ]
    return union(both)


def _created(change: Change) -> int:
    return change.created or 0


def _apart(later: Change, earlier: Change) -> int:
    return _created(later) - _created(earlier)


def event_query(types: Iterable[str]) -> list[tuple[str, Any]]:
    """The filter of /v1/events for these types, of which it takes at most 20."""
    return [("types[]", type_) for type_ in sorted(set(types))]
