"""The report in three lines claims no more than the report does."""

from __future__ import annotations

import pytest

from stripe_apex.report.asked import Filters
from stripe_apex.report.brief import brief
from stripe_apex.report.formats import Formats
from stripe_apex.report.read import read
from tests.app.report.marts import Marts


def told(path):
    report = read(str(path), Filters("all", "position_based"))
    return report, brief(report, Formats())


def of(tmp_path, *charges):
    marts = Marts()
    for minor, channel in charges:
        marts.charge(minor, channel=channel)
    return told(marts.write(tmp_path / "warehouse.duckdb"))[1]


def test_each_currency_is_said_by_itself_and_none_is_left_out(warehouse_of):
    report, lines = told(warehouse_of("ten_currencies"))
    formats = Formats()
    for total in report.totals[:3]:
        assert formats.money(total.net_minor, total.currency) in lines.revenue
    assert f"and {len(report.totals) - 3} more currencies net of refunds" in lines.revenue


def test_where_a_check_fails_the_advice_is_not_to_use_the_figures(warehouse_of):
    _, lines = told(warehouse_of("wrong_sums"))
    assert "checks failed" in lines.advice


def test_a_share_of_some_currencies_names_them(warehouse_of):
    report, lines = told(warehouse_of("missing_rates"))
    assert report.left_out
    for code in report.scope.currencies:
        assert code.upper() in lines.matched


def test_without_payments_nothing_is_said_of_them(warehouse_of):
    _, lines = told(warehouse_of("empty"))
    assert (lines.revenue, lines.matched) == ("", "")
    assert lines.advice.startswith("There is no revenue")


@pytest.mark.parametrize(
    ("matched", "unmatched", "said"),
    [
        (10_000, 0, "All net revenue is credited to a channel"),
        (0, 10_000, "No net revenue is credited to a channel yet"),
        (9_970, 30, "99% of net revenue is credited to a channel"),
        (7_500, 2_500, "75% of net revenue is credited to a channel"),
        (30, 9_970, "Less than 1% of net revenue is credited to a channel"),
    ],
    ids=["all", "none", "nearly all", "some", "hardly any"],
)
def test_nearly_all_is_not_all_and_hardly_any_is_not_nothing(tmp_path, matched, unmatched, said):
    charges = [(matched, "paid_search"), (unmatched, None)]
    assert of(tmp_path, *(each for each in charges if each[0])).matched == said
