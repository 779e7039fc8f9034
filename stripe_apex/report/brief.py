"""The report in three lines: what was earned, how much of it is matched, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from stripe_apex.report.economics import ratio
from stripe_apex.report.headline import headline
from stripe_apex.report.labels import listed
from stripe_apex.report.period import day_before

if TYPE_CHECKING:
    from stripe_apex.report.facts import Report
    from stripe_apex.report.formats import Formats

_MOST_CURRENCIES = 3


@dataclass(frozen=True, slots=True)
class Brief:
    """One line per subject; a line is empty if there is nothing to say.

    Attributes:
        revenue: revenue net of refunds, for each currency.
        matched: how much of the revenue is credited to a channel.
        advice: what to do, or why there is no advice.
    """

    revenue: str
    matched: str
    advice: str


def brief(report: Report, formats: Formats) -> Brief:
    """The report in three lines."""
    return Brief(_revenue(report, formats), _matched(report, formats), _advice(report, formats))


def _revenue(report: Report, formats: Formats) -> str:
    if not report.totals:
        return ""
    totals = report.totals[:_MOST_CURRENCIES]
    sums = [formats.money(total.net_minor, total.currency) for total in totals]
    others = len(report.totals) - len(totals)
    if others:
        sums.append(f"{others} more {'currency' if others == 1 else 'currencies'}")
    start, end = report.scope.start, day_before(report.scope.end)
    days = f"{formats.day(start)} to {formats.day(end)}"
    return f"{listed(sums, len(sums), ready=True)} net of refunds, {days}"


def _matched(report: Report, formats: Formats) -> str:
    if not 0 <= report.unattributed_minor <= report.net_minor or not report.net_minor:
        return ""  # refunds outweigh revenue, so that a share would mean nothing
    codes = [code.upper() for code in report.scope.currencies or ()]
    revenue = f"net revenue in {listed(codes, ready=True)}" if codes else "net revenue"
    if not report.unattributed_minor:
        return f"All {revenue} is credited to a channel"
    share = ratio(report.net_minor - report.unattributed_minor, report.net_minor) or Decimal(0)
    if not share:
        return f"No {revenue} is credited to a channel yet"
    # Rounded down: 99.7 % is not all.
    percent = Decimal(int(share * 100)) / 100
    said = formats.percent(percent) if percent else f"Less than {formats.percent(Decimal('0.01'))}"
    return f"{said} of {revenue} is credited to a channel"


def _advice(report: Report, formats: Formats) -> str:
    found = headline(report, formats)
    return " ".join(filter(None, (found.title, found.verdict)))
