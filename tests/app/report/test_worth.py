"""What customers are worth and what they cost: the same words mean the same figure."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from stripe_apex.report.cohorts import CohortAge, PaybackCohort
from stripe_apex.report.findings import Findings
from stripe_apex.report.payback_section import payback_section
from stripe_apex.report.titles import Titles
from tests.app.report.test_figures import tables_of
from tests.app.report.test_findings import FORMATS, line, report_of


def cohort(month, *cumulative, customers=10):
    """Ten customers of a month, and what each had brought by each age."""
    return [
        CohortAge(
            date(2026, month, 1),
            age,
            customers,
            customers,
            each * customers * 100,
            is_complete=True,
        )
        for age, each in enumerate(cumulative)
    ]


@pytest.fixture(scope="module")
def report():
    """The newer customers bring more, but only the older ones are two months old."""
    cohorts = (
        *cohort(1, 100, 150, 170),
        *cohort(2, 50, 90, 130, customers=30),
        *cohort(3, 400, 900),
    )
    payback = PaybackCohort(
        date(2026, 1, 1),
        "",
        is_partial=False,
        customers=10,
        ltv=Decimal(170),
        spend_minor=5_000,
        cac=Decimal(5),
        payback_age_months=0,
    )
    report = report_of([line("paid_search", spend=1_000, roas=3)])
    return replace(report, cohorts=cohorts, payback=(payback,))


def test_what_a_customer_is_worth_is_what_those_who_are_old_enough_have_brought(report):
    """Of forty customers: 62.50 in the first month, 140 by the second; no steps of the newest."""
    assert Titles(report, FORMATS).cohorts() == (
        "A customer brings $62.50 in the first month and has brought $140 after 2 months"
    )
    (found,) = [each for each in Findings(report, FORMATS).others() if "is worth" in each.title]
    assert found.title == "A customer is worth $140 after 2 months."
    assert found.text == (
        "$62.50 of it comes in the month of the first payment. That is the average over the "
        "customers of the 2 months that are old enough."
    )


def test_cohorts_of_one_age_alone_say_nothing_of_later(report):
    young = replace(report, cohorts=tuple(cohort(1, 100)))
    assert Titles(young, FORMATS).cohorts() == "What a customer is worth, month by month"
    assert not [each for each in Findings(young, FORMATS).others() if "is worth" in each.title]


def test_the_bold_line_is_not_called_what_anybody_brought(page_of):
    page = page_of("small").read_text()
    assert "The bold line adds average steps of all months, so it differs from what" in page
    assert tables_of(page_of("small"))["cohorts"][1][0] == "average steps, added"


def test_payback_is_the_name_of_one_thing(report, page_of):
    page = page_of("small")
    header = tables_of(page)["economics"][0]
    assert "CAC / monthly revenue per customer" in header
    assert not [name for name in header if "payback" in name]
    assert "payback, mo." not in page.read_text()


def test_spend_per_customer_of_a_month_is_not_called_cac(report):
    section = payback_section(report, FORMATS)
    assert "spend per customer by first channel" in section.table.columns
    assert "CAC" not in section.table.columns
    assert section.note.startswith("The spend per customer is the ad spend of a month / its new")
