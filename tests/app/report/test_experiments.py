"""What the report says of experiments, in its words."""

from __future__ import annotations

import re

import pytest

from tests.app.report.conftest import run_report
from tests.app.report.golden import report_as_json
from tests.app.report.marts import LAST_DAY, Marts


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    """One experiment that ended, one that runs, and one whose control earned next to nothing."""
    marts = Marts()
    marts.charge(10_000)
    marts.charge(10_000, day=LAST_DAY)
    marts.experiment("Annual plans", "better", 0.4, visitors_of_several_variants=7)
    marts.experiment(
        "Bold headline",
        "inconclusive",
        0.2,
        is_running=True,
        ended_at=None,
        always_valid_lift_low=-0.3,
        always_valid_lift_high=0.9,
        always_valid_difference_low=-3.0,
        always_valid_difference_high=9.0,
        adjusted_always_valid_p_value=0.6,
        later_revenue_minor=12_345,
    )
    marts.experiment(
        "New checkout", "better", 9.0, lift_low=None, lift_high=None, conversion_window_days=14
    )
    return marts.write(tmp_path_factory.mktemp("experiments") / "warehouse.duckdb")


@pytest.fixture(scope="module")
def page(warehouse):
    file = warehouse.with_suffix(".html")
    done = run_report("--warehouse", warehouse, "--output", file)
    assert done.exit_code == 0, done.output
    return re.sub(r"\s+", " ", file.read_text(encoding="utf-8"))


def test_a_running_experiment_shows_the_interval_that_its_verdict_takes(warehouse, page):
    lines = {line["name"]: line for line in report_as_json(warehouse)["experiments"]}
    line = lines["Bold headline"]
    assert (line["lift_low"], line["lift_high"], line["p_value"]) == (-0.3, 0.9, 0.6)
    assert "no effect shown (still runs)" in page
    assert "it holds however often you look" in page


def test_what_visitors_paid_after_the_window_is_shown_apart(page):
    assert "net revenue after the window" in page
    assert "$123.45" in page


def test_visitors_of_several_variants_are_said_to_be_left_out(page):
    assert "7 visitors who saw several variants of an experiment are left out." in page


def test_an_impact_says_which_revenue_it_counts(page):
    assert "$4,000 more while it ran" in page
    assert "$90,000 more in the 14 days after visitors saw it" in page


def test_an_effect_without_bounds_in_percent_is_said_in_money(page):
    assert "raised revenue per visitor by $90.00." in page
    assert "control earned too little" in page
