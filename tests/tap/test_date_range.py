"""Half-open ranges: what a date_range means, and the arithmetic of what is covered."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_stripe_apex.errors import ConfigurationError
from tap_stripe_apex.reading.date_range import (
    DateRange,
    Window,
    from_iso,
    parse_date_range,
    subtract,
    to_iso,
    union,
)

NOW = from_iso("2026-11-01T00:00:00Z")
DAY = 86_400

windows = st.builds(
    lambda start, length: Window(start, start + length), st.integers(0, 60), st.integers(0, 20)
)


def seconds(parts):
    return {second for start, end in parts for second in range(start, end)}


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


@pytest.mark.parametrize(
    ("setting", "start", "end"),
    [
        pytest.param(None, NOW - 30 * DAY, NOW + 1, id="the default is 30 days"),
        pytest.param({"last_days": 7}, NOW - 7 * DAY, NOW + 1, id="days back"),
        pytest.param({"start": "2026-10-01"}, NOW - 31 * DAY, NOW + 1, id="no end is now"),
        pytest.param(
            {"start": "2026-10-01", "end": "2026-10-02"},
            NOW - 31 * DAY,
            NOW - 30 * DAY,
            id="the end day is excluded",
        ),
        pytest.param(
            {"start": "2026-10-01T02:00:00+02:00", "end": "2026-10-01T00:00:10Z"},
            NOW - 31 * DAY,
            NOW - 31 * DAY + 10,
            id="zones are honoured",
        ),
        pytest.param(
            {"start": "2026-10-01", "end": "2030-01-01"}, NOW - 31 * DAY, NOW + 1, id="future"
        ),
        pytest.param(
            {"start": "2027-01-01"}, NOW + 1, NOW + 1, id="a start in the future is empty"
        ),
        pytest.param(
            {"start": "2026-10-01", "end": None}, NOW - 31 * DAY, NOW + 1, id="a null end"
        ),
    ],
)
def test_a_date_range_resolves_to_a_half_open_window(setting, start, end):
    assert parse_date_range(setting).resolve(NOW) == Window(start, end)


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        pytest.param({"start": "2026-02-01", "end": "2026-01-01"}, "upside down", id="upside down"),
        pytest.param({"start": "2026-02-01", "end": "2026-02-01"}, "upside down", id="empty"),
        pytest.param({"start": "yesterday"}, "no date or time", id="words"),
        pytest.param({"start": "2026-13-01"}, "no date or time", id="month 13"),
        pytest.param({"start": 20260101}, "no date or time", id="a number"),
        pytest.param({"start": "P1D"}, "no date or time", id="a duration"),
        pytest.param({"start": "12:00"}, "no date or time", id="a time of day"),
        pytest.param({"end": "2026-01-01"}, "lacks its start", id="end alone"),
        pytest.param({}, "lacks its start", id="empty object"),
        pytest.param({"last_days": 0}, "last_days", id="no days"),
        pytest.param({"last_days": True}, "last_days", id="a boolean"),
        pytest.param({"last_days": 1.5}, "last_days", id="half days"),
        pytest.param({"last_days": 3, "start": "2026-01-01"}, "not both", id="both"),
        pytest.param({"from": "2026-01-01"}, "no known form", id="another word"),
        pytest.param("2026-01-01", "no known form", id="text"),
        pytest.param(["2026-01-01"], "no known form", id="a list"),
    ],
)
def test_a_date_range_in_no_known_form_says_how_to_write_it(setting, complaint):
    with pytest.raises(ConfigurationError, match=complaint):
        parse_date_range(setting)


@pytest.mark.parametrize(("end", "ended"), [(NOW, True), (NOW + 1, False), (None, False)])
def test_a_range_has_ended_once_its_end_is_not_in_the_future(end, ended):
    moment = None if end is None else datetime.fromtimestamp(end, UTC)
    date_range = DateRange(start=datetime.fromtimestamp(0, UTC), end=moment)
    assert date_range.ended(NOW) is ended


def test_the_last_days_never_end():
    assert not DateRange(last=timedelta(days=1)).ended(NOW)
