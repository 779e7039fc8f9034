"""Periods in words, their figures beside those of the period before, and the choice on the page."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stripe_apex.report.charts.months import Room, _length
from stripe_apex.report.formats import Formats
from stripe_apex.report.period import Period, parse
from tests.app.report.golden import assert_key_figures_agree, report_as_json
from tests.app.report.marts import LAST_DAY
from tests.app.report.test_page import Visit
from tests.browser import violations

WHOLE = Period(date(2025, 1, 1), date(2026, 8, 16))
CHOICES = ("last-90-days", "last-30-days", "last-month")


@pytest.mark.parametrize(
    ("text", "as_of", "start", "end"),
    [
        ("last-30-days", date(2026, 8, 15), date(2026, 7, 17), date(2026, 8, 16)),
        ("last_30_days", date(2026, 8, 15), date(2026, 7, 17), date(2026, 8, 16)),
        ("last-7-days", date(2026, 8, 15), date(2026, 8, 9), date(2026, 8, 16)),
        ("this-month", date(2026, 8, 15), date(2026, 8, 1), date(2026, 8, 16)),
        ("last-month", date(2026, 8, 15), date(2026, 7, 1), date(2026, 8, 1)),
        ("last-month", date(2026, 1, 15), date(2025, 12, 1), date(2026, 1, 1)),
        ("last-month", date(2026, 8, 31), date(2026, 8, 1), date(2026, 9, 1)),
        ("this-quarter", date(2026, 8, 15), date(2026, 7, 1), date(2026, 8, 16)),
        ("last-quarter", date(2026, 8, 15), date(2026, 4, 1), date(2026, 7, 1)),
        ("last_quarter", date(2026, 2, 15), date(2025, 10, 1), date(2026, 1, 1)),
        ("this-year", date(2026, 8, 15), date(2026, 1, 1), date(2026, 8, 16)),
        ("last-year", date(2026, 8, 15), date(2025, 1, 1), date(2026, 1, 1)),
        ("last-year", date(2026, 12, 31), date(2026, 1, 1), date(2027, 1, 1)),
        ("2026-Q3", date(2026, 8, 15), date(2026, 7, 1), date(2026, 10, 1)),
        ("2026-02", date(2026, 8, 15), date(2026, 2, 1), date(2026, 3, 1)),
        ("2026-01-15/2026-02-01", date(2026, 8, 15), date(2026, 1, 15), date(2026, 2, 1)),
        ("all", date(2026, 8, 15), date(2025, 1, 1), date(2026, 8, 16)),
    ],
)
def test_a_period_is_named_in_words(text, as_of, start, end):
    assert parse(text, WHOLE, as_of) == Period(start, end)


@given(
    st.dates(date(1900, 1, 1), date(2200, 1, 1)),
    st.integers(1, 2000),
)
def test_the_period_before_is_equally_long_and_ends_where_this_one_starts(start, days):
    period = Period(start, start + timedelta(days=days))
    assert period.before().days == period.days == days
    assert period.before().end == start


@given(st.dates(date(1990, 1, 1), date(2200, 1, 1)), st.sampled_from(["month", "quarter", "year"]))
def test_the_last_period_is_over_and_this_one_goes_to_the_last_day(as_of, length):
    last, this = (parse(f"{which}-{length}", WHOLE, as_of) for which in ("last", "this"))
    assert this.start <= as_of == this.end - timedelta(days=1)
    assert last.end <= as_of + timedelta(days=1)
    assert last.end in {this.start, this.end}
    assert last.start.day == last.end.day == 1


@pytest.mark.parametrize(
    ("scenario", "period"),
    [
        ("small", "2026-04"),
        ("small", "2026-05"),
        ("small", "2026-04-15/2026-06-28"),
        ("late_spend", "last-7-days"),
        ("late_spend", "last-20-days"),
    ],
)
def test_each_key_figure_and_its_change_are_those_of_the_facts(warehouse_of, scenario, period):
    assert_key_figures_agree(warehouse_of(scenario), period)


def reasons(warehouse, *options):
    figures = report_as_json(warehouse, *options)["key_figures"]["figures"]
    return {figure["name"]: figure["why_no_change"] for figure in figures}


def test_no_change_is_shown_against_days_that_the_data_does_not_wholly_cover(warehouse_of):
    warehouse = warehouse_of("small")
    assert set(reasons(warehouse).values()) == {"charges_begin_later"}
    # The charges begin on Jan 1: before Feb 1 there are 31 days, and not 32.
    assert set(reasons(warehouse, "--period", "2026-02-01/2026-03-04").values()) == {None}
    later = reasons(warehouse, "--period", "2026-02-01/2026-03-05")
    assert set(later.values()) == {"charges_begin_later"}
    assert set(reasons(warehouse, "--period", "2026-Q3").values()) == {"not_over"}


def test_spend_that_does_not_cover_the_days_leaves_the_change_of_revenue(warehouse_of):
    found = reasons(warehouse_of("small"), "--period", "last-7-days")
    assert found["net_revenue"] is None
    assert {found[name] for name in ("spend", "roas", "cac")} == {"spend_ends_earlier"}
    found = reasons(warehouse_of("late_spend"), "--period", "last-90-days")
    assert found["net_revenue"] is found["new_customers"] is None
    assert {found[name] for name in ("spend", "roas", "cac")} == {"spend_begins_later"}


def test_days_before_with_money_that_has_no_rate_are_not_compared_with(warehouse_of):
    found = reasons(warehouse_of("rateless_before"), "--period", "last-30-days")
    assert set(found.values()) == {"other_money"}


def test_where_somebody_may_be_new_or_not_customers_are_not_compared(warehouse_of):
    found = reasons(warehouse_of("perhaps_new"), "--period", "2026-01-06/2026-01-11")
    assert found["new_customers"] == "who_is_new"
    assert found["net_revenue"] is None


def test_the_page_shows_the_chosen_period_alone_and_by_the_keyboard(browser, warehouse_of, page_of):
    formats = Formats()
    with Visit(browser, page_of("small"), viewport={"width": 1280, "height": 900}) as visit:
        page = visit.page
        page.locator("#period-all").focus()
        for number, name in enumerate(("all", *CHOICES)):
            if number:
                page.keyboard.press("ArrowRight")
            assert page.locator(f"#period-{name}").is_checked()
            report = report_as_json(warehouse_of("small"), "--period", name)
            figures = {each["name"]: each for each in report["key_figures"]["figures"]}
            assert page.locator(".of:visible").count() == 3
            shown = page.locator("#figures .of:visible")
            values = shown.locator("strong").all_text_contents()
            assert values[0] == formats.money(int(figures["net_revenue"]["value"]), "usd")
            assert values[2] == formats.times(Decimal(figures["roas"]["value"]))
            changes = shown.locator(".change").all_text_contents()
            with_change = [each for each in figures.values() if each["change"]]
            assert len(changes) == len(with_change)
            for text, figure in zip(changes, with_change, strict=True):
                assert formats.change(Decimal(figure["change"]), 1) in text
            missing = {each["why_no_change"] for each in figures.values()} - {None}
            assert shown.get_by_text("No change").count() == len(missing)
            section = page.locator("#economics section:visible")
            assert formats.day(date.fromisoformat(report["scope"]["start"])) in (
                section.locator(".topic").text_content()
            )
            cells = section.locator("table tbody tr").first.locator("th, td").all_text_contents()
            line = next(each for each in report["channels"] if each["channel"] != "unattributed")
            assert cells[4] == formats.money(line["revenue_minor"], "usd")
            assert violations(page) == []
        assert visit.complaints == []


def test_a_page_of_a_named_period_offers_no_other(browser, page_of):
    with Visit(browser, page_of("small", "--period=last-30-days")) as visit:
        assert visit.page.locator("input").count() == 0
        days = visit.page.locator("#figures .days").text_content()
        assert "beside the 30 days before" in days
        assert Formats().day(LAST_DAY) in days


def test_the_page_of_several_periods_stays_small(page_of):
    assert page_of("forty_channels").stat().st_size < 1_500_000


@given(
    st.floats(80, 1000),
    st.integers(1, 120),
    st.lists(st.text("0123456789.$K", min_size=1, max_size=12), min_size=120, max_size=120),
)
def test_labels_of_months_stay_apart_and_inside(width, number, texts):
    room = Room(width, 100, number)
    shown = room.apart(list(enumerate(texts))[:number])
    ends = sorted(
        (room.kept_inside(index, text) - _length(text) / 2,
         room.kept_inside(index, text) + _length(text) / 2)
        for index, text in shown
    )  # fmt: skip
    assert all(left >= -0.001 and right <= max(width, right - left) + 0.001 for left, right in ends)
    assert all(right < left for (_, right), (left, _) in pairwise(ends))
    if room.fits(texts[:number]):
        assert all(room.sides(index)[1] <= width for index in range(number))


@pytest.mark.parametrize("scenario", ["one_month", "sixty_months"])
def test_the_months_are_readable_with_one_and_with_sixty(browser, page_of, scenario):
    """No two texts of a panel lie over one another, and a month is no wall."""
    with Visit(browser, page_of(scenario), viewport={"width": 1280, "height": 900}) as visit:
        chart = visit.page.locator("#months div.wide svg")
        boxes = chart.locator("text").evaluate_all(
            "all => all.map(each => each.getBoundingClientRect().toJSON())"
        )
        assert len(boxes) > 5
        for number, one in enumerate(boxes):
            for other in boxes[number + 1 :]:
                apart = (
                    one["right"] <= other["left"] + 1 or other["right"] <= one["left"] + 1
                    or one["bottom"] <= other["top"] + 4 or other["bottom"] <= one["top"] + 4
                )  # fmt: skip
                assert apart, (one, other)
        bar = chart.locator(".mark-rect path").first.bounding_box()
        assert bar["width"] < 100
