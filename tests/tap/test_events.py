"""Events name what to read again, and the plan never costs more than one request a change."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_stripe_apex.reading import events as changes
from tap_stripe_apex.reading.date_range import Window, union
from tap_stripe_apex.reading.events import Change, Found, SentEvent, settled


def event(type_, at=100, previous=None, **payload):
    """An event as it is understood; `previous` is what the object was."""
    data = {"object": payload, "previous_attributes": previous}
    sent = {"id": f"evt_{at}", "type": type_, "created": at, "data": data}
    return changes.understood(msgspec.json.decode(msgspec.json.encode(sent), type=SentEvent))


@pytest.mark.parametrize(
    ("payload", "kind", "found"),
    [
        pytest.param(
            {"id": "ch_1", "object": "charge", "created": 5},
            "charge",
            Found("ch_1", 5),
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
            Found("ch_1", None),
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
            Found("re_1", 9),
            id="and is one itself",
        ),
        pytest.param(
            {"id": "dp_1", "object": "dispute", "charge": "ch_1"},
            "charge",
            Found("ch_1", None),
            id="a dispute changes its charge",
        ),
        pytest.param({"id": "re_1", "object": "refund"}, "charge", None, id="a refund without one"),
        pytest.param({"id": "cus_1", "object": "customer"}, "charge", None, id="a customer"),
        pytest.param({}, "charge", None, id="a payload of another kind"),
    ],
)
def test_an_event_is_about_the_objects_it_changed(payload, kind, found):
    assert changes.about(event("some.event", **payload), kind) == found


@pytest.mark.parametrize(
    ("type_", "previous", "edits"),
    [
        ("customer.updated", {"email": "old"}, True),
        ("customer.updated", {"email": None, "name": "x"}, True),
        ("customer.updated", {"name": "x"}, False),
        ("customer.updated", None, False),
        ("customer.deleted", None, True),
        ("customer.created", None, False),
    ],
)
def test_only_an_edited_email_or_a_deletion_changes_the_charges_of_a_customer(
    type_, previous, edits
):
    assert event(type_, previous=previous).edits_email is edits


def test_only_of_a_deleted_customer_the_payload_is_kept():
    payload = {"id": "cus_1", "object": "customer", "created": 5, "name": "Jane"}
    assert event("customer.updated", **payload).last_words is None
    deleted = event("customer.deleted", **payload)
    assert msgspec.json.decode(deleted.last_words) == payload
    (change,) = changes.collect(
        [(deleted, Found("cus_1", 5)), (event("customer.updated", at=90), Found("cus_1", 5))]
    )
    assert change == Change("cus_1", 5, 100, deleted.last_words)


def test_many_events_of_one_object_are_one_change_as_of_the_last():
    found = [
        (event("charge.updated", at=30), Found("ch_1", None)),
        (event("charge.succeeded", at=10), Found("ch_1", 5)),
        (event("charge.refunded", at=20), Found("ch_1", 5)),
    ]
    assert changes.collect(found) == [Change("ch_1", 5, 30)]


@st.composite
def changed(draw):
    created = draw(st.lists(st.one_of(st.none(), st.integers(0, 100_000)), max_size=1500))
    return [Change(f"ch_{n}", second, 0) for n, second in enumerate(created)]


@given(changed(), st.one_of(st.none(), st.floats(0.001, 10_000)))
def test_a_plan_reads_every_change_once_for_at_most_one_request_each(changes_, seconds_per_object):
    plan = changes.plan_reads(changes_, seconds_per_object)
    planned = [*plan.dated, *plan.undated]
    assert all(change.created is None for change in plan.undated)
    assert sorted(change.id for change in planned) == sorted(change.id for change in changes_)
    assert all(run for run in plan.together)
    for run in plan.together:
        assert [c.created for c in run] == sorted((c.created for c in run), reverse=True)


def test_neighbours_are_listed_together_and_strangers_singly():
    near = [Change(f"ch_{n}", 1000 + n, 0) for n in range(50)]
    far = [Change("ch_a", 900_000, 0), Change("ch_b", 1_900_000, 0), Change("ch_c", None, 0)]
    plan = changes.plan_reads([*near, *far], seconds_per_object=60)
    assert [len(run) for run in plan.together] == [50]
    assert {change.id for change in plan.singly} == {"ch_a", "ch_b"}
    assert {change.id for change in plan.undated} == {"ch_c"}


def test_a_long_run_is_split_in_two_and_never_within_a_second():
    run = [Change(f"ch_{n}", n // 1600, 0) for n in range(4000)]
    plan = changes.plan_reads(run, seconds_per_object=1)
    assert len(plan.together) == 2
    seconds = [{change.created for change in part} for part in plan.together]
    assert sum(map(len, seconds)) == len(set.union(*seconds))


@given(st.lists(st.integers(0, 5), max_size=3000))
def test_objects_of_one_second_are_never_parted(created):
    run = [Change(f"ch_{n}", second, 0) for n, second in enumerate(created)]
    parts = changes.plan_reads(run, seconds_per_object=1).together
    seconds = [{change.created for change in part} for part in parts]
    assert sum(map(len, seconds)) == len(set().union(*seconds))


def test_no_more_event_types_than_stripe_takes_at_once():
    types = {
        *changes.CHARGE_EVENTS,
        *changes.DISPUTE_EVENTS,
        *changes.REFUND_EVENTS,
        *changes.CUSTOMER_EVENTS,
    }
    assert len(types) <= 20
    assert [name for name, _ in changes.event_query(types)] == ["types[]"] * len(types)


seconds = st.lists(st.integers(0, 60), max_size=12)


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda p: Window(*sorted(p)))),
    seconds,
    seconds,
)
def test_settled_windows_hold_all_that_is_done_and_nothing_that_is_pending(covered, done, pending):
    windows = settled(covered, done, pending)
    assert windows == union(windows)
    for second in range(61):
        inside = any(second in window for window in windows)
        known = any(second in window for window in covered)
        if inside:
            assert known
            assert second not in pending
        if known and second in done and second not in pending:
            assert inside
    assert len(windows) <= len(set(done)) * max(1, len(covered))
