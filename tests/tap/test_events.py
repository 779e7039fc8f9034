"""Events name what to read again."""

import msgspec
import pytest

from tap_stripe_apex.reading.events import (
    CHECKOUT_EVENTS,
    Change,
    ChangedObject,
    SentEvent,
    changed_object,
    collect,
    condense,
    deleted_object,
    event_queries,
)
from tap_stripe_apex.streams import STREAMS
from tap_stripe_apex.streams.customers import Customer


def event(type_, at=100, previous=None, **payload):
    """The needed parts of an event; `previous` is what the object was."""
    data = {"object": payload, "previous_attributes": previous}
    sent = {"id": f"evt_{at}", "type": type_, "created": at, "data": data}
    return condense(msgspec.json.decode(msgspec.json.encode(sent), type=SentEvent))


@pytest.mark.parametrize(
    ("payload", "kind", "found"),
    [
        pytest.param(
            {"id": "ch_1", "object": "charge", "created": 5},
            "charge",
            ChangedObject("ch_1", 5),
            id="charge",
        ),
        pytest.param(
            {
                "id": "re_1",
                "object": "refund",
                "created": 9,
                "charge": "ch_1",
                "status": "canceled",
            },
            "charge",
            ChangedObject("ch_1", None),
            id="a refund that gives the money back changes its charge",
        ),
        pytest.param(
            {
                "id": "re_1",
                "object": "refund",
                "created": 9,
                "charge": "ch_1",
                "status": "succeeded",
            },
            "charge",
            None,
            id="of a refund that arrives the charge has told before",
        ),
        pytest.param(
            {"id": "re_1", "object": "refund", "created": 9, "charge": "ch_1"},
            "refund",
            ChangedObject("re_1", 9),
            id="and is one itself",
        ),
        pytest.param(
            {"id": "dp_1", "object": "dispute", "charge": "ch_1"},
            "charge",
            ChangedObject("ch_1", None),
            id="a dispute changes its charge",
        ),
        pytest.param({"id": "re_1", "object": "refund"}, "charge", None, id="a refund without one"),
        pytest.param({"id": "cus_1", "object": "customer"}, "charge", None, id="a customer"),
        pytest.param({}, "charge", None, id="a payload of another kind"),
    ],
)
def test_an_event_is_about_the_objects_it_changed(payload, kind, found):
    assert changed_object(event("some.event", **payload), kind) == found


@pytest.mark.parametrize(
    ("type_", "previous", "email", "metadata"),
    [
        ("customer.updated", {"email": "old"}, True, False),
        ("customer.updated", {"email": None, "name": "x"}, True, False),
        ("customer.updated", {"metadata": {"visitor_id": None}}, False, True),
        ("customer.updated", {"email": "old", "metadata": {"k": "v"}}, True, True),
        ("customer.updated", {"name": "x"}, False, False),
        ("customer.updated", None, False, False),
        ("customer.deleted", None, True, False),
        ("customer.created", None, False, False),
        ("charge.updated", {"metadata": {"k": "v"}}, False, False),
    ],
)
def test_email_metadata_or_a_deletion_change_the_charges_of_a_customer(
    type_, previous, email, metadata
):
    told = event(type_, previous=previous)
    assert (told.edits_email, told.edits_metadata) == (email, metadata)


def test_only_of_a_deleted_customer_the_payload_is_kept():
    payload = {"id": "cus_1", "object": "customer", "created": 5, "name": "Jane"}
    assert event("customer.updated", **payload).last_words is None
    deleted = event("customer.deleted", **payload)
    assert msgspec.json.decode(deleted.last_words) == payload
    (change,) = collect(
        [
            (deleted, ChangedObject("cus_1", 5)),
            (event("customer.updated", at=90), ChangedObject("cus_1", 5)),
        ]
    )
    assert change == Change("cus_1", 5, 100, deleted.last_words)


def test_many_events_of_one_object_are_one_change_as_of_the_last():
    found = [
        (event("charge.updated", at=30), ChangedObject("ch_1", None)),
        (event("charge.succeeded", at=10), ChangedObject("ch_1", 5)),
        (event("charge.refunded", at=20), ChangedObject("ch_1", 5)),
    ]
    assert collect(found) == [Change("ch_1", 5, 30)]


@pytest.mark.parametrize(("types", "sizes"), [(0, [0]), (1, [1]), (20, [20]), (41, [20, 20, 1])])
def test_no_filter_has_more_types_than_stripe_takes_at_once(types, sizes):
    names = [f"some.event_{n:02}" for n in range(types)]
    queries = event_queries([*names, *names])
    assert [len(query) for query in queries] == sizes
    assert [pair for query in queries for pair in query] == [("types[]", name) for name in names]


def test_what_all_streams_follow_without_sessions_fits_into_one_filter():
    types = {type_ for stream in STREAMS for type_ in stream.event_types}
    assert len(event_queries(types - {*CHECKOUT_EVENTS})) == 1


def test_a_deleted_object_is_as_its_last_event_tells():
    payload = b'{"id": "cus_1", "object": "customer", "created": 5, "name": "Jane", "balance": -3}'
    gone = deleted_object(Change("cus_1", 5, 100, payload), Customer)
    assert gone == Customer("cus_1", 5, deleted=True, name="Jane", balance=-3)


@pytest.mark.parametrize("payload", [b'{"id": 7, "created": "1970"}', b"[]", b"{", None])
def test_of_a_deleted_object_that_cannot_be_read_the_event_tells_the_rest(payload):
    gone = deleted_object(Change("cus_1", 5, 100, payload), Customer)
    assert gone == Customer("cus_1", 5, deleted=True)
