"""Lists and cursors, compared with the naive way to make them."""

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_simulator.store import EVER, Collection, Window


class Thing(NamedTuple):
    id: str
    created: int
    kind: str
    colour: str


things = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from("ab"), st.sampled_from("xy")), max_size=40
).map(
    lambda drawn: [
        Thing(f"id_{n * 7919 % 1000:03}", created, kind, colour)
        for n, (created, kind, colour) in enumerate(sorted(drawn, key=lambda it: it[0]))
    ]
)
windows = st.one_of(
    st.just(EVER), st.builds(Window, start=st.integers(-1, 10), end=st.integers(-1, 10))
)
filters = st.fixed_dictionaries(
    {}, optional={"kind": st.sampled_from("abc"), "colour": st.sampled_from("xy")}
)


def filled(records):
    collection = Collection()
    for record in records:
        collection.add(record)
    return collection


def naive(records, limit, window, where, after=None, before=None):
    ids = [record.id for record in records]
    kept = [
        record
        for place, record in enumerate(records)
        if window.start <= record.created < window.end
        and all(getattr(record, field) == value for field, value in where.items())
        and (after is None or place < ids.index(after))
        and (before is None or place > ids.index(before))
    ]
    if before is not None:
        return kept[:limit][::-1], len(kept) > limit
    return kept[::-1][:limit], len(kept) > limit


@given(things, st.integers(1, 12), windows, filters, st.data())
def test_a_page_is_what_the_naive_way_gives(records, limit, window, where, data):
    collection = filled(records)
    cursors = st.sampled_from([record.id for record in records]) if records else st.nothing()
    cursor = data.draw(st.none() | cursors)
    forwards = data.draw(st.booleans())
    after, before = (cursor, None) if forwards else (None, cursor)
    page = collection.page(limit, window, where=where, starting_after=after, ending_before=before)
    assert (page.records, page.has_more) == naive(records, limit, window, where, after, before)


@given(things, st.integers(1, 12), windows, filters)
def test_walking_by_cursor_meets_each_record_once_newest_first(records, limit, window, where):
    collection = filled(records)
    seen, cursor, more = [], None, True
    while more:
        page = collection.page(limit, window, where=where, starting_after=cursor)
        seen += page.records
        more = page.has_more
        cursor = page.records[-1].id if page.records else None
    assert seen == naive(records, len(records) + 1, window, where)[0]


@given(things, things, filters)
def test_records_that_come_later_are_found_by_a_filter_that_was_used_before(old, new, where):
    collection = filled(old)
    collection.page(5, where=where)
    moved = [r._replace(id="new" + r.id, created=r.created + 100) for r in new]
    for record in moved:
        collection.add(record)
    assert collection.page(99, where=where).records == naive([*old, *moved], 99, EVER, where)[0]


def test_a_new_version_takes_the_place_of_the_old_one():
    collection = filled([Thing("a", 1, "a", "x"), Thing("b", 1, "a", "x")])
    collection.replace(Thing("a", 1, "a", "y"))
    assert [record.colour for record in collection.page(9).records] == ["x", "y"]


def test_an_unknown_cursor_is_an_error():
    with pytest.raises(KeyError):
        filled([]).page(1, starting_after="nobody")
