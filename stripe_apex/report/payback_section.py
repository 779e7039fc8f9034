"""The page's section on payback: a table of what each month's new customers cost and brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stripe_apex.report.formats import DASH
from stripe_apex.report.labels import label, listed, quoted, sentence
from stripe_apex.report.missing import asked_for
from stripe_apex.report.sections import Section
from stripe_apex.report.tables import Table
from stripe_apex.report.titles import Titles

if TYPE_CHECKING:
    from stripe_apex.report.cohorts import PaybackCohort
    from stripe_apex.report.facts import Report
    from stripe_apex.report.formats import Formats


def payback_section(report: Report, formats: Formats) -> Section:
    """The months with ad spend: all channels together, followed by each channel with spend."""
    lines = [line for line in report.payback if line.spend_minor]
    unknown = any(line.ltv is None for line in lines)
    currency = report.scope.reporting_currency
    return Section(
        "payback",
        "Payback by month of first payment",
        _title(lines, formats),
        "The spend per customer is the ad spend of a month / its new customers. A channel's "
        "customers are those whose first channel it is; “all channels” counts everybody, those "
        "who came without ads included, so its figure is not the CAC at the top. “Paid back "
        "after” is their age in calendar months, 0 for that of the first payment, at which all "
        "that they had brought reached the spend. All currencies together."
        + (
            f" {DASH} says that some of their money has no exchange rate. "
            f"{Titles(report, formats).rates_help}"
            if unknown
            else ""
        ),
        Table(
            f"New customers, their cost and its payback, in {currency.upper()}; * that month is "
            "not over yet",
            ("first payment", "channel", "customers", "spend",
             "spend per customer by first channel", "LTV so far", "paid back after, months"),
            tuple(_row(line, currency, formats) for line in lines),
            names=2,
        ),
        empty=(asked_for(report, "ad_spend") or "No ad spend is known for these months.")
        + " Then each month's new customers have a cost, and a payback.",
        shows_table=bool(lines),
        of_all_money=True,
    )  # fmt: skip


def _title(lines: list[PaybackCohort], formats: Formats) -> str:
    """For each channel with spend, how many of its months have paid for themselves."""
    whole: dict[str, list[PaybackCohort]] = {}
    for line in lines:
        if line.first_channel and not line.is_partial and line.cac and line.ltv is not None:
            whole.setdefault(line.first_channel, []).append(line)
    if not whole:
        return "What new customers cost, and when they had brought it back"
    first = True
    parts = []
    for channel in sorted(whole, key=lambda name: -sum(_spend(line) for line in whole[name]))[:3]:
        months = whole[channel]
        paid = sum(line.payback_age_months is not None for line in months)
        rest = " months have paid back their spend" if first else ""
        number = f"{formats.number(paid)} of {formats.number(len(months))}"
        parts.append(f"{number}{rest} in {quoted(channel)}")
        first = False
    return sentence(listed(parts, ready=True))


def _spend(line: PaybackCohort) -> int:
    return line.spend_minor or 0


def _row(line: PaybackCohort, currency: str, formats: Formats) -> tuple[str, ...]:
    month = formats.month(line.cohort_month)
    return (
        f"{month}*" if line.is_partial else month,
        label(line.first_channel) if line.first_channel else "all channels",
        formats.number(line.customers),
        formats.money(line.spend_minor or 0, currency),
        formats.major(line.cac, currency),
        formats.major(line.ltv, currency),
        _paid_back(line, formats),
    )


def _paid_back(line: PaybackCohort, formats: Formats) -> str:
    if line.payback_age_months is not None:
        return formats.number(line.payback_age_months)
    return "not yet" if line.cac and line.ltv is not None else DASH
