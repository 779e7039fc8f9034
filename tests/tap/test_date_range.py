"""What a date_range means."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from tap_stripe_apex.errors import ConfigurationError
from tap_stripe_apex.reading.date_range import DateRange, parse_date_range
from tap_stripe_apex.reading.windows import Window, from_iso

NOW = from_iso("2026-11-01T00:00:00Z")
DAY = 86_400


@pytest.mark.parametrize(
    ("setting", "start", "end"),
    [
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


@pytest.fixture
def in_new_york(monkeypatch):
    """A machine that stands there."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize("start", ["2026-10-01", "2026-10-01T00:00:00"])
def test_what_names_no_zone_is_in_utc_wherever_the_machine_stands(start, in_new_york):
    assert parse_date_range({"start": start}).resolve(NOW).start == NOW - 31 * DAY
    assert from_iso("2026-11-01T00:00:00") == NOW
    assert from_iso("2026-11-01T02:00:00+02:00") == NOW


@pytest.mark.parametrize("days", [1, 36_500])
def test_a_day_and_a_century_are_the_bounds_of_last_days(days):
    assert parse_date_range({"last_days": days}).last == timedelta(days=days)


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
        pytest.param(None, "no known form", id="null"),
        pytest.param({"last_days": 36_501}, "last_days", id="more than a century"),
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
