"""A figure that lacks a part does not pass for a whole one, nor what is not known for nothing."""

import json

import pytest

from stripe_apex.report.asked import Filters
from stripe_apex.report.judgement import Verdict, verdict
from stripe_apex.report.key_figures import Name
from stripe_apex.report.read import read_choices
from tests.app.report.conftest import run_report

ALL_DAYS = Filters("all", "position_based")


@pytest.mark.parametrize("scenario", ["missing_rates", "spend_alone"])
def test_no_return_is_judged_in_any_period_while_what_spend_brought_is_not_known(
    warehouse_of, scenario
):
    choices = read_choices(str(warehouse_of(scenario)), ALL_DAYS)
    assert len(choices) > 2
    for choice in choices:
        report = choice.report
        lines = [*report.channels, *report.platforms, *report.campaigns]
        assert {verdict(line) for line in lines} <= {Verdict.UNCLEAR, Verdict.NO_SPEND}
        figures = {figure.name: figure.value for figure in report.key_figures.figures}
        assert figures[Name.ROAS] is None
        assert figures[Name.CAC] is None


def test_spend_without_credited_revenue_has_no_return_of_nothing(warehouse_of, page_of):
    page = page_of("spend_alone").read_text(encoding="utf-8")
    assert "0.00×" not in page
    assert "● not known: nothing is credited" in page
    assert "not known: no revenue is credited to a channel" in page
    assert "What spend brought back cannot be said: no revenue is credited to a channel" in page
    said = json.loads(
        run_report("--warehouse", warehouse_of("spend_alone"), "--format", "json").output
    )
    (paid,) = (line for line in said["channels"] if line["spend_minor"])
    assert (paid["roas"], paid["roas_by_model"], paid["verdict"]) == (None, {}, "unclear")


def test_each_section_says_which_currencies_it_is_of_while_others_are_left_out(page_of):
    page = page_of("missing_rates").read_text(encoding="utf-8")
    assert "These are figures of USD alone." in page
    assert "Revenue by month and channel · USD alone" in page
    assert "Total revenue, from captured to kept · USD alone" not in page
    assert "customers who pay in EUR, and they are left out" in page


def test_amounts_of_which_nothing_was_read_are_not_zero(page_of):
    page = page_of("payments_alone").read_text(encoding="utf-8")
    assert "at least $0.00" not in page


def test_the_text_compares_with_the_period_before_as_the_page_does(warehouse_of):
    warehouse = warehouse_of("small")
    text = run_report("--warehouse", warehouse, "--format", "text").output
    said = json.loads(
        run_report("--warehouse", warehouse, "--format", "json", "--period", "last-90-days").output
    )
    figures = {figure["name"]: figure for figure in said["key_figures"]["figures"]}
    change = float(figures["net_revenue"]["change"])
    (line,) = (line for line in text.splitlines() if line.startswith("  Net revenue"))
    assert line.endswith(f"{change:+.1%}".replace("-", "−"))
    assert "the 90 days before" in " ".join(text.split())


def test_a_period_without_one_before_it_is_compared_with_nothing(warehouse_of):
    text = run_report("--warehouse", warehouse_of("one_currency"), "--format", "text").output
    assert "change" not in text
