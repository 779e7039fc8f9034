"""Events (https://docs.stripe.com/api/events/object)."""

from collections.abc import Mapping

import msgspec

from stripe_simulator.objects.encoding import (
    ABSENT,
    API_VERSION,
    Absent,
    StripeObject,
    fragment,
)
from stripe_simulator.records import EventRecord


class Data(StripeObject, kw_only=True):
    """`Event.data`."""

    previous_attributes: Mapping[str, object] | Absent
    object: StripeObject


class EventObject(StripeObject, kw_only=True):
    """An event in Stripe's form."""

    id: str
    object: str = "event"
    account: Absent = ABSENT
    api_version: str = API_VERSION
    context: Absent = ABSENT
    created: int
    data: Data
    livemode: bool
    pending_webhooks: int = 0
    request: msgspec.Raw = fragment({"id": None, "idempotency_key": None})
    type: str


def event_object(event: EventRecord, *, livemode: bool, snapshot: StripeObject) -> EventObject:
    """An event in Stripe's form; `snapshot` is its object at that time, unexpanded."""
    return EventObject(
        id=event.id,
        created=event.created,
        data=Data(
            object=snapshot,
            previous_attributes=ABSENT if event.previous is None else event.previous,
        ),
        livemode=livemode,
        type=event.type,
    )
