"""A bookmark says what was read and as of when; what is left to do follows from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_stripe_apex.errors import ConfigurationError
from tap_stripe_apex.reading.bookmark import MAX_SEEN, MAX_WINDOWS, Ahead, Bookmark, Pending
from tap_stripe_apex.reading.windows import Window, to_iso, union

windows = st.builds(
    lambda start, length: Window(start, start + length),
    st.integers(0, 10**9),
    st.integers(1, 10**8),
)
bookmarks = st.builds(
    Bookmark,
    range=st.one_of(st.none(), windows),
    covered=st.lists(windows, max_size=4).map(lambda parts: tuple(union(parts))),
    position=st.one_of(st.none(), st.integers(1, 2 * 10**9)),
    seen=st.frozensets(st.text("abc_", min_size=1), max_size=5),
    listed=st.integers(0, 10**6),
    awaited=st.dictionaries(
        st.text("abc_", min_size=1),
        st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)),
        max_size=3,
    ),
    ahead=st.one_of(
        st.none(),
        st.builds(
            Ahead,
            st.integers(1, 2 * 10**9),
            st.lists(windows, max_size=3).map(lambda parts: tuple(union(parts))),
        ),
    ),
    pending=st.one_of(
        st.none(), st.builds(Pending, st.integers(0, 2 * 10**9), st.integers(0, 2 * 10**9))
    ),
)


@given(bookmarks)
def test_a_bookmark_survives_the_way_to_state_and_back(bookmark):
    state = bookmark.to_state()
    assert set(state) <= set(Bookmark.KEYS)
    assert Bookmark.from_state({"other": 1, **state}, "charges") == bookmark


def test_a_new_state_is_an_empty_bookmark():
    assert Bookmark.from_state({}, "charges") == Bookmark()


@pytest.mark.parametrize(
    "state",
    [
        {"range": "2026-01-01"},
        {"range": ["2026-01-01T00:00:00Z"]},
        {"covered": 3},
        {"covered": [["x", "y"]]},
        {"position": "soon"},
        {"listed": "many"},
        {"listed": -5},
        {"covered": [["2026-02-01T00:00:00Z", "2026-01-01T00:00:00Z"]]},
        {"awaited": ["ch_1"]},
        {"awaited": {"ch_1": "2026-01-01"}},
        {"ahead": {"position": "2026-01-01"}},
        {"ahead": ["2026-01-01"]},
        {"pending": {"created": "2026-01-01"}},
        {"pending": "2026-01-01"},
    ],
)
def test_a_damaged_state_is_an_error_that_says_what_to_do(state):
    with pytest.raises(ConfigurationError, match="state of stream 'charges' is damaged"):
        Bookmark.from_state(state, "charges")


def test_the_gaps_are_what_is_wanted_and_not_covered():
    bookmark = Bookmark(range=Window(0, 100), covered=(Window(20, 40),))
    assert bookmark.gaps == [Window(0, 20), Window(40, 100)]


def test_widening_asks_for_the_gap_only_and_narrowing_forgets_nothing():
    bookmark = Bookmark(range=Window(50, 100), covered=(Window(50, 100),), position=100)
    assert bookmark.widened(Window(20, 100)).gaps == [Window(20, 50)]
    assert bookmark.widened(Window(90, 100)) == bookmark


def test_the_feed_carries_the_covered_part_on_where_it_reached_the_position():
    bookmark = Bookmark(range=Window(0, 130), covered=(Window(0, 100),), position=100)
    assert bookmark.advanced(120, new=0).covered == (Window(0, 120),)


def test_the_feed_does_not_cover_what_an_interrupted_backfill_left_out():
    bookmark = Bookmark(range=Window(0, 120), covered=(Window(0, 60),), position=100)
    assert bookmark.advanced(120, new=0).covered == (Window(0, 60),)
    assert bookmark.advanced(120, new=0).gaps == [Window(60, 120)]


def test_many_new_objects_are_left_to_be_listed():
    bookmark = Bookmark(range=Window(0, 130), covered=(Window(0, 100),), position=100, listed=5)
    assert bookmark.advanced(120, new=None).gaps == [Window(100, 130)]
    assert bookmark.advanced(120, new=7).listed == 12


def test_too_many_recent_events_are_not_remembered():
    assert Bookmark().with_seen([str(n) for n in range(MAX_SEEN + 1)]).seen == frozenset()
    assert len(Bookmark().with_seen([str(n) for n in range(MAX_SEEN)]).seen) == MAX_SEEN


def test_an_interrupted_catch_up_skips_what_it_dealt_with_and_nothing_else():
    bookmark = Bookmark(range=Window(0, 100), covered=(Window(0, 100),), position=100)
    ahead = bookmark.partly_advanced(200, [Window(50, 80)])
    assert ahead.is_ahead_of(199, created=60)
    assert not ahead.is_ahead_of(200, created=60), "it happened later"
    assert not ahead.is_ahead_of(199, created=80), "it was not read yet"
    assert not ahead.is_ahead_of(199, created=None), "nobody knows"
    further = ahead.partly_advanced(300, [Window(20, 50)])
    assert further.ahead == Ahead(200, (Window(20, 80),)), "true as of the earlier position"
    assert further.advanced(400, new=0).ahead is None
    assert further.forgotten(400).ahead is None


def test_beginning_anew_never_covers_what_has_not_come_yet():
    bookmark = Bookmark(range=Window(0, 900), covered=(Window(0, 900),), position=900)
    assert bookmark.forgotten(500).gaps == [Window(0, 500)]


def test_beginning_anew_stays_with_the_account():
    assert Bookmark(source="live acct_1").forgotten(500).source == "live acct_1"


def test_a_state_of_more_windows_than_any_run_leaves_keeps_the_longest():
    start = 1_600_000_000
    windows = [(start + 100 * n, start + 100 * n + 10 + n % 50) for n in range(5_000)]
    state = {"covered": [[to_iso(a), to_iso(b)] for a, b in windows]}
    covered = Bookmark.from_state(state, "charges").covered
    assert len(covered) == MAX_WINDOWS
    assert set(covered) <= {Window(a, b) for a, b in windows}
    assert min(window.seconds for window in covered) == 50


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)), max_size=8), st.integers(0, 60))
def test_what_is_covered_is_what_one_of_the_windows_holds(windows, second):
    pairs = [Window(start, start + length) for start, length in windows]
    bookmark = Bookmark(covered=tuple(union(pairs)))
    assert bookmark.covers(second) == any(second in window for window in pairs)
