"""What changed since the bookmark, and the cheapest way to read it. Pure.

Events are a change feed: they name what changed, and the objects are read again, since payloads
are old snapshots, out of order, and never expanded.
Source: https://docs.stripe.com/api/events, https://docs.stripe.com/api/events/types
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from tap_stripe_apex.slices import PAGE_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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


class EventObject(msgspec.Struct, frozen=True):
    """The part of a payload that says which object changed."""

    id: str = ""
    object: str = ""
    created: int | None = None
    charge: str | None = None


class EventData(msgspec.Struct, frozen=True):
    """A payload."""

    object: EventObject
    previous_attributes: dict[str, msgspec.Raw] | None = None


class Event(msgspec.Struct, frozen=True):
    """Something that happened at Stripe."""

    id: str
    type: str
    created: int
    data: EventData


class Change(NamedTuple):
    """An object to read again: its id, when it was created if known, and its last event's time."""

    id: str
    created: int | None
    at: int


class Found(NamedTuple):
    """An object that an event is about."""

    id: str
    created: int | None


def about(event: Event, kind: str) -> Found | None:
    """The object of `kind` (charge, refund, dispute, customer) that `event` changed, if any.

    Refunds and disputes change their charge too.
    """
    payload = event.data.object
    if payload.object == kind and payload.id:
        return Found(payload.id, payload.created)
    if kind == "charge" and payload.charge:
        return Found(payload.charge, None)
    return None


def edits_email(event: Event) -> bool:
    """Whether a customer's charges have another email since then."""
    if event.type == "customer.deleted":
        return True
    return event.type == "customer.updated" and "email" in (event.data.previous_attributes or {})


def collect(found: Iterable[tuple[Event, Found]]) -> list[Change]:
    """One change for each object: its latest event, and its creation if any event tells it."""
    changes: dict[str, Change] = {}
    for event, (id_, created) in found:
        known = changes.get(id_) or Change(id_, created, event.created)
        changes[id_] = Change(
            id_,
            known.created if created is None else created,
            max(known.at, event.created),
        )
    return list(changes.values())


@dataclass(frozen=True, slots=True)
class Plan:
    """How to read changed objects again.

    Attributes:
        singly: one request each.
        together: objects so close in time that one page is likely to hold several; newest first.
            They are listed from the newest missing one on, so that each page brings at least one.
    """

    singly: Sequence[Change]
    together: Sequence[Sequence[Change]]


def plan_reads(changes: Iterable[Change], seconds_per_object: float | None) -> Plan:
    """The plan that needs at most one request for each change, and mostly fewer.

    Args:
        changes: what to read, each object once.
        seconds_per_object: mean distance in time of neighbours in the list, if known.
    """
    singly: list[Change] = []
    dated: list[Change] = []
    for change in changes:
        (singly if change.created is None else dated).append(change)
    dated.sort(key=_created, reverse=True)
    reach = PAGE_SIZE * seconds_per_object if seconds_per_object else float("inf")
    together: list[list[Change]] = []
    for change in dated:
        if together and _created(together[-1][-1]) - _created(change) <= reach:
            together[-1].append(change)
        else:
            together.append([change])
    singly += [run[0] for run in together if len(run) == 1]
    runs = [part for run in together if len(run) > 1 for part in _parted(run)]
    return Plan(tuple(singly), tuple(runs))


_PARTS: Final = 3
_MIN_PART: Final = 5 * PAGE_SIZE


def _parted(run: list[Change]) -> list[list[Change]]:
    """A long run in up to three parts, to be listed at the same time for two pages more."""
    size = max(_MIN_PART, -(-len(run) // _PARTS))
    parts: list[list[Change]] = [[]]
    for change in run:
        # Objects of one second stay together: a list cannot be entered in the middle of a second.
        if len(parts[-1]) >= size and change.created != parts[-1][-1].created:
            parts.append([])
        parts[-1].append(change)
    return parts


def _created(change: Change) -> int:
    return change.created or 0


def event_query(types: Iterable[str]) -> list[tuple[str, Any]]:
    """The filter of /v1/events for these types, of which it takes at most 20."""
    return [("types[]", type_) for type_ in sorted(set(types))]
