"""Revenue without a channel: what is unmatched, and what is matched but credited to none."""

import re

import pytest

from tests.app.report.conftest import run_report
from tests.app.report.golden import report_as_json


@pytest.fixture(scope="module")
def page(page_of):
    return page_of("without_channel").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def report(warehouse_of):
    return report_as_json(warehouse_of("without_channel"))


def test_what_cannot_be_matched_is_all_but_what_is_matched(report, page):
    """Neither old leads, nor visits out of the window, nor excluded channels count as unmatched."""
    titles = [finding["title"] for finding in report["findings"]]
    assert [title for title in titles if "cannot be matched" in title] == [
        "15% of net revenue cannot be matched."
    ]
    assert "85% of net revenue is matched" in page


def test_what_is_matched_but_has_no_channel_is_named_with_its_reason(report):
    titles = [finding["title"] for finding in report["findings"]]
    assert titles[-3:] == [
        "28% of net revenue has no channel, since the payers' leads are too old.",
        (
            "5% of net revenue names a visitor or a campaign, but no visit lies in the days that "
            "count."
        ),
        "3% of net revenue came by channels that you exclude.",
    ]


def test_the_reasons_in_the_terminal_add_up_to_the_revenue_without_a_channel(warehouse_of):
    text = run_report("--warehouse", warehouse_of("without_channel"), "--format", "text").output
    _, table = text.split("No channel, by reason", 1)
    rows = re.findall(r"^  (\S.*?)  +([\d.]+)  +\d+$", table, re.MULTILINE)
    assert [name for name, _ in rows] == [
        "lead too old", "no lead", "no visit in the days that count", "excluded channel",
    ]  # fmt: skip
    (unattributed,) = re.findall(r"^  unattributed +([\d.]+)", text, re.MULTILINE)
    assert sum(float(amount) for _, amount in rows) == float(unattributed) == 50


def test_the_section_says_of_each_part_why_it_has_no_channel(page):
    """What has no lead, but is credited by touches, is none of them: the parts add up to 50%."""
    assert "50% of net revenue has no channel" in page
    for part in (
        "$14.00 (14% of net revenue) has no lead before it",
        "$28.00 (28% of net revenue) has a lead, but one that is too old",
        "$5.00 (5% of net revenue) names a visitor or a campaign, but no visit lies in the days",
        "$3.00 (3% of net revenue) came by channels that you exclude",
    ):
        assert part in page
    assert "These payments have no lead" not in page


def test_a_share_beside_a_bar_says_what_it_is_a_share_of(page):
    assert page.count(">100% of the 14%</text>") == 2, "wide and narrow"


def test_revenue_without_a_channel_is_not_called_unmatched(page):
    assert ">no channel</" in page
    assert ">unmatched</" not in page


def test_why_old_leads_do_not_count_stands_once_on_the_page(page):
    assert page.count("These people became leads so long before they paid") == 1
    assert "set the var recurring_credit to first_conversion in transform/dbt_project.yml" in page
