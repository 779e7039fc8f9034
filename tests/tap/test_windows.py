"""The arithmetic of what is covered, in half-open windows."""

from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import tap_stripe_apex
from tap_stripe_apex.reading.windows import (
    Window,
    created_filter,
    from_iso,
    subtract,
    to_iso,
    union,
)

windows = st.builds(
    lambda start, length: Window(start, start + length), st.integers(0, 60), st.integers(0, 20)
)


def seconds(parts):
    return {second for start, end in parts for second in range(start, end)}


@given(windows)
def test_a_window_holds_its_start_and_not_its_end(window):
    assert {second for second in range(-1, 90) if second in window} == seconds([window])


@given(st.lists(windows))
def test_union_keeps_every_second_in_separate_sorted_windows(parts):
    merged = union(parts)
    assert seconds(merged) == seconds(parts)
    assert all(before.end < after.start for before, after in pairwise(merged))


@given(windows, st.lists(windows))
def test_subtract_leaves_exactly_what_is_not_covered(window, covered):
    gaps = subtract(window, covered)
    assert seconds(gaps) == seconds([window]) - seconds(covered)
    assert gaps == sorted(gaps)
    assert all(gap.seconds for gap in gaps)


@given(st.integers(0, 4_000_000_000))
def test_a_second_survives_the_way_to_iso_and_back(second):
    assert from_iso(to_iso(second)) == second


def test_a_filter_has_the_bounds_that_are_given():
    assert created_filter(gte=0, lt=9) == [("created[gte]", 0), ("created[lt]", 9)]
    assert created_filter(lte=9) == [("created[lte]", 9)]
    assert created_filter() == []


def test_the_filter_by_creation_is_spelled_in_one_room():
    rooms = Path(tap_stripe_apex.__file__).parent.rglob("*.py")
    assert [room.name for room in rooms if '"created[' in room.read_text()] == ["windows.py"]
