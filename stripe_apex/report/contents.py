"""The page's sections in their order, and the sections that have nothing to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stripe_apex.report.audit_section import audit_section
from stripe_apex.report.matching_sections import codes_section, matching_section
from stripe_apex.report.payback_section import payback_section
from stripe_apex.report.payment_sections import payment_sections
from stripe_apex.report.sections import Section, sections

if TYPE_CHECKING:
    from stripe_apex.report.facts import Report
    from stripe_apex.report.formats import Formats

_OF_CHANNELS: Final = {"months", "audit", "matching", "unmatched", "codes"}
"""Sections that say nothing if there are only payments, since no revenue has a channel then."""

_SHORT: Final = {
    "economics": "Return on ad spend",
    "models": "Attribution models",
    "months": "Months and channels",
    "revenue": "Captured to kept",
    "cohorts": "Worth of customers",
    "experiments": "Experiments",
    "payback": "Payback",
    "audit": "Spend without visits",
    "matching": "Matching",
    "unmatched": "No channel",
    "codes": "Promotion codes",
    "weeks": "Weeks",
    "again": "Who pays again",
    "methods": "Payment methods",
    "countries": "Countries",
    "largest": "Largest customers",
    "failed": "What fails",
}
"""The contents' name of a section; sections that are missing here are called by their topic."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The page's sections.

    Attributes:
        shown: the sections that have something to show, in their order.
        absent: the sections that have nothing to show, with the reason.
    """

    shown: tuple[Section, ...]
    absent: tuple[Section, ...]


def contents(report: Report, formats: Formats) -> Contents:
    """The sections in order: marketing first, or payments first if there is nothing else."""
    marketing, payments = _marketing(report, formats), payment_sections(report, formats)
    alone = report.has_payments_alone
    ordered = (*payments, *marketing) if alone else (*marketing, *payments)
    hidden = _OF_CHANNELS if alone else set()
    # Revenue of old leads cannot be drawn, nor can spend while no revenue is credited to a channel;
    # both are still findings.
    spend = report.key_figures.now.spend_minor
    undrawn = {"unmatched": report.unattributed_minor, "economics": spend}
    absent = [
        one
        for one in ordered
        if one.draw is None and not one.shows_table and not undrawn.get(one.name)
    ]
    return Contents(
        tuple(one for one in ordered if one not in absent and one.name not in hidden),
        tuple(one for one in absent if one.name not in hidden),
    )


def _marketing(report: Report, formats: Formats) -> list[Section]:
    """The sections that need leads, visits or spend, the most useful for decisions first."""
    ordered = []
    for section in sections(report, formats):
        if section.name == "unmatched":
            ordered += [audit_section(report, formats), matching_section(report, formats)]
        ordered.append(section)
        if section.name == "cohorts":
            ordered.append(payback_section(report, formats))
    return [*ordered, codes_section(report, formats)]


def short(section: Section) -> str:
    """A section's topic in one to three words."""
    return _SHORT.get(section.name, section.topic)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the contents: its link and its text."""

    name: str
    words: str


def entries(
    on_page: Contents, *, has_findings: bool, has_totals: bool, has_customers: bool
) -> list[Entry]:
    """The contents, in the order of the page."""
    return [
        Entry("figures", "At a glance"),
        *([Entry("also", "What else stands out")] if has_findings else []),
        *([Entry("totals", "Currencies")] if has_totals else []),
        *(Entry(section.name, short(section)) for section in on_page.shown),
        *([Entry("customers", "New and returning")] if has_customers else []),
        Entry("checks", "Can it be trusted?"),
        *([Entry("absent", "Nothing to show for")] if on_page.absent else []),
        Entry("words", "Words"),
    ]
