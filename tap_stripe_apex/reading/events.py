"""Changes, taken from events. Pure.

The events are a change feed: they name the objects that changed. The objects themselves are read
again, since payloads are old snapshots, arrive out of order, and are never expanded.
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
"""Seconds for which Stripe lists an event: 30 days, less an hour as a margin."""

OVERLAP_SECONDS: Final = 5 * 60
"""The longest time between the timestamp of an event and its appearance in the list."""

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
    """An event, reduced to what is needed, since there may be many.

    Attributes:
        id: evt_...
        type: such as charge.refunded.
        created: Stripe's time.
        object: the object that it is about.
        edits_email: whether it changed a customer's email.
        edits_metadata: whether it changed a customer's metadata.
        last_words: the whole payload as JSON, if the object was deleted and can be read nowhere
            else.
    """

    id: str
    type: str
    created: int
    object: EventObject
    edits_email: bool = False
    edits_metadata: bool = False
    last_words: bytes | None = None


class PreviousAttributes(msgspec.Struct, frozen=True):
    """Previous values of a payload's object; only the customer's fields that charges carry."""

    email: Any = msgspec.UNSET
    metadata: Any = msgspec.UNSET


class EventData(msgspec.Struct, frozen=True):
    """The payload of an event."""

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
        created: when it was created, if known.
        at: the time of its last event.
        last_words: the object as it was, if it was deleted and can no longer be read.
    """

    id: str
    created: int | None
    at: int
    last_words: bytes | None = None


class ChangedObject(NamedTuple):
    """The object that an event changed."""

    id: str
    created: int | None


_GIVEN_BACK: Final = {"failed", "canceled"}


def changed_object(event: Event, kind: str) -> ChangedObject | None:
    """The object of `kind` (charge, refund, checkout.session, ...) that `event` changed, if any.

    A dispute also changes its charge, and so does a refund that fails or is cancelled. A refund
    that is made needs no such rule: Stripe then sends an event of the charge.
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
"""The most seconds between the creation of an object and its events."""

_LONGEST_DISPUTE_SECONDS: Final = 200 * 86_400


def unnamed(events: Iterable[Event], kind: str) -> dict[str, Window]:
    """For each event about an object of `kind` that it does not name: when that object was created.

    Disputes of old API versions have no id, and in old accounts only `charge.refunded` tells of a
    new refund.

    Args:
        events: all events of the feed, so that refunds that another event names are known.
        kind: refund or dispute; events name objects of all other kinds.
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
    """One change for each object: its latest event, and when it was created, if known."""
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
    """A deleted object as its last event shows it, with `deleted` set."""
    try:
        told = msgspec.json.decode(gone.last_words or b"", type=dict[str, msgspec.Raw])
        marked = msgspec.json.encode({**told, "deleted": msgspec.Raw(b"true")})
        return msgspec.json.decode(marked, type=type_)
    except msgspec.DecodeError:  # rendered in an API version that has other fields
        least = {"id": gone.id, "created": gone.created or 0, "deleted": True}
        return msgspec.convert(least, type_)


_MOST_TYPES: Final = 20
"""The most types in one filter of /v1/events, where none of them may be a wildcard."""


def event_queries(types: Iterable[str]) -> list[list[tuple[str, str]]]:
    """Filters of /v1/events that together select these types; one filter if they fit into it."""
    filters = [("types[]", type_) for type_ in sorted(set(types))]
    return [filters[n : n + _MOST_TYPES] for n in range(0, len(filters), _MOST_TYPES)] or [[]]
