"""What changed, as the events tell it. Pure.

Events are a change feed: they name what changed, and the objects are read again, since payloads
are old snapshots, out of order, and never expanded.
Source: https://docs.stripe.com/api/events, https://docs.stripe.com/api/events/types
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import msgspec

from tap_stripe_apex.reading.windows import Window
from tap_stripe_apex.wire.text import decoded, whole_characters

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

T = TypeVar("T")

KEPT_SECONDS: Final = 30 * 86_400 - 3_600
"""How far back Stripe lists events: 30 days, less an hour of margin."""

OVERLAP_SECONDS: Final = 5 * 60
"""An event may be stamped this long before it can be listed."""

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
CHECKOUT_EVENTS: Final = (
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
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
        edits_metadata: whether a customer has other metadata since then.
        last_words: the whole payload, as JSON, where nothing but the event tells of it any more.
    """

    id: str
    type: str
    created: int
    object: EventObject
    edits_email: bool = False
    edits_metadata: bool = False
    last_words: bytes | None = None


class PreviousAttributes(msgspec.Struct, frozen=True):
    """What a payload's object was before; only what charges have of their customer."""

    email: Any = msgspec.UNSET
    metadata: Any = msgspec.UNSET


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


def condense(sent: SentEvent) -> Event:
    """The parts of an event that are needed."""
    type_, previous = sys.intern(sent.type), sent.data.previous_attributes
    deleted = type_ == "customer.deleted"
    if previous is None or type_ != "customer.updated":
        previous = PreviousAttributes()
    return Event(
        sent.id,
        type_,
        sent.created,
        decoded(sent.data.object, _decode_object),
        edits_email=deleted or previous.email is not msgspec.UNSET,
        edits_metadata=previous.metadata is not msgspec.UNSET,
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


class ChangedObject(NamedTuple):
    """An object that an event changed."""

    id: str
    created: int | None


_GIVEN_BACK: Final = {"failed", "canceled"}


def changed_object(event: Event, kind: str) -> ChangedObject | None:
    """The object of `kind` (charge, refund, checkout.session, ...) that `event` changed, if any.

    Disputes change their charge too, and so do refunds that fail or are cancelled; when a refund is
    made, the charge has an event of its own.
    """
    payload = event.object
    if payload.object == kind and payload.id:
        return ChangedObject(payload.id, payload.created)
    if kind == "charge" and payload.charge:
        if payload.object == "refund" and payload.status not in _GIVEN_BACK:
            return None
        return ChangedObject(payload.charge, None)
    return None


_SAME_CAUSE_SECONDS: Final = 60
"""An object and the events that tell of its making are stamped this close together."""

_LONGEST_DISPUTE_SECONDS: Final = 200 * 86_400


def unnamed(events: Iterable[Event], kind: str) -> dict[str, Window]:
    """Events that tell of an object of `kind`, but not of which one: when it was created, by event.

    Disputes of old API versions have no id, and in old accounts `charge.refunded` alone tells of a
    refund that was made.

    Args:
        events: all of the feed, so that a refund that another event names is known.
        kind: refund or dispute; others are always named.
    """
    match kind:
        case "refund":
            return _unnamed_refunds(list(events))
        case "dispute":
            return {
                event.id: _dispute_window(event)
                for event in events
                if event.type in DISPUTE_EVENTS and not event.object.id
            }
        case _:
            return {}


def _unnamed_refunds(events: Sequence[Event]) -> dict[str, Window]:
    named: dict[str, list[int]] = {}
    for event in events:
        if event.type == "refund.created" and event.object.charge:
            named.setdefault(event.object.charge, []).append(event.created)
    return {
        event.id: Window(event.created - _SAME_CAUSE_SECONDS, event.created + 1)
        for event in events
        if event.type == "charge.refunded"
        and not any(
            abs(event.created - made) <= _SAME_CAUSE_SECONDS
            for made in named.get(event.object.id, ())
        )
    }


def _dispute_window(event: Event) -> Window:
    created = event.object.created
    if created is None:
        return Window(event.created - _LONGEST_DISPUTE_SECONDS, event.created + 1)
    return Window(created, created + 1)


def collect(found: Iterable[tuple[Event, ChangedObject]]) -> list[Change]:
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


def changes_of(events: Iterable[Event], kind: str) -> list[Change]:
    """The objects of `kind` that the events changed."""
    found = ((event, changed_object(event, kind)) for event in events)
    return collect((event, item) for event, item in found if item)


def deleted_object(gone: Change, type_: type[T]) -> T:
    """A deleted object as it was, which only its last event still tells; `deleted` is set."""
    try:
        told = msgspec.json.decode(gone.last_words or b"", type=dict[str, msgspec.Raw])
        marked = msgspec.json.encode({**told, "deleted": msgspec.Raw(b"true")})
        return msgspec.json.decode(marked, type=type_)
    except msgspec.DecodeError:  # rendered in a version of the API with other fields
        least = {"id": gone.id, "created": gone.created or 0, "deleted": True}
        return msgspec.convert(least, type_)


_MOST_TYPES: Final = 20
"""So many types fit into one filter of /v1/events, and none of them may be a wildcard there."""


def event_queries(types: Iterable[str]) -> list[list[tuple[str, str]]]:
    """Filters of /v1/events that together let these types through: one, if they fit into it."""
    filters = [("types[]", type_) for type_ in sorted(set(types))]
    return [filters[n : n + _MOST_TYPES] for n in range(0, len(filters), _MOST_TYPES)] or [[]]
