"""Events (https://docs.stripe.com/api/events/object)."""

from tap_stripe_apex.simulator.objects.encoding import API_VERSION, JsonObject
from tap_stripe_apex.simulator.records import Event


def event_object(event: Event, *, livemode: bool, snapshot: JsonObject) -> JsonObject:
    """An event in Stripe's form; `snapshot` is its object as it was then, unexpanded."""
    data = {"object": snapshot}
    if event.previous is not None:
        data["previous_attributes"] = dict(event.previous)
    return {
        "id": event.id,
        "object": "event",
        "account": None,
        "api_version": API_VERSION,
        "context": None,
        "created": event.created,
        "data": data,
        "livemode": livemode,
        "pending_webhooks": 0,
        "request": {"id": None, "idempotency_key": None},
        "type": event.type,
    }
