"""Which part of a date is the day is decided by the whole column, or asked."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_apex.sources.dates import formats, order_of, shape, spacing
from stripe_apex.sources.questions import FileError, UnclearError


@pytest.mark.parametrize(
    ("texts", "orders"),
    [
        (["2026-11-03"], {"year-first"}),
        (["03.11.2026"], {"day-first"}),
        (["Nov 3, 2026", "November 13, 2026"], {"month-first"}),
        (["3/4/2026", "13/11/2026"], {"day-first", "month-first"}),
        (["03/04/26"], {"day-first", "month-first", "year-first"}),
        (["2026-11-03", "03/11/2026"], {"day-first", "month-first"}),
        (["03/11/2026", "03/11/26"], set()),
        (["yesterday"], set()),
    ],
)
def test_the_shapes_of_a_column_tell_which_orders_are_possible(texts, orders):
    assert formats([shape(text) for text in texts]).keys() == orders


def test_orders_that_differ_are_asked_and_the_only_one_that_fits_is_taken():
    both = {"day-first": True, "month-first": True}
    with pytest.raises(UnclearError, match="--set dates=day-first or --set dates=month-first"):
        order_of("Day", both, differ=True, example="`03/11/2026`", said=None)
    one = {"day-first": True, "month-first": False}
    assert order_of("Day", one, differ=False, example="", said=None) == "day-first"
    with pytest.raises(FileError):
        order_of("Day", one, differ=False, example="", said="month-first")


DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(DAYS, st.integers(2, 60))
def test_days_in_a_row_are_daily(first, count):
    assert spacing([first + timedelta(days=n) for n in range(count)]) is None


@given(DAYS, st.lists(st.integers(1, 5), min_size=1, max_size=9))
def test_days_that_are_weeks_apart_are_noticed(first, gaps):
    days = [first]
    for gap in gaps:
        days.append(days[-1] + timedelta(weeks=gap))
    assert spacing(days) == "weeks"


WEEKS = [date(2026, 11, 2) + timedelta(weeks=n) for n in range(4)]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([date(2026, 11, 1), *WEEKS], "weeks"),
        ([*WEEKS, date(2026, 11, 27)], "weeks"),
        ([date(2026, 11, 1), *WEEKS, date(2026, 11, 27)], "weeks"),
        ([date(2026, month, 15) for month in (1, 2, 3)], "months"),
        ([date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)], "months"),
        ([date(2025, 12, 9), *(date(2026, month, 1) for month in (1, 2, 3))], "months"),
        ([date(2026, 11, 3), date(2026, 11, 4), date(2026, 11, 11)], None),
    ],
    ids=[
        *(
            "a first week that is cut",
            "a last week that is cut",
            "both cut",
            "months from the 15th",
        ),
        *("ends of months", "a first month that is cut", "too few days to tell"),
    ],
)
def test_periods_are_noticed_though_the_first_and_the_last_may_be_cut(days, said):
    assert spacing(days) == said
