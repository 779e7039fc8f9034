"""The tables that show whether the figures can be trusted: checks, failures and coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stripe_apex.report.formats import DASH
from stripe_apex.report.labels import label
from stripe_apex.report.tables import Table
from stripe_apex.report.verdicts import CHECKS

if TYPE_CHECKING:
    from stripe_apex.report.facts import Report
    from stripe_apex.report.formats import Formats


def checks(report: Report, formats: Formats) -> Table:
    """Each identity with both of its sides."""
    rows = tuple(
        (
            CHECKS.get(check.name, label(check.name)),
            label(check.attribution_model) if check.attribution_model else DASH,
            (check.currency or "").upper(),
            formats.money(check.expected, check.currency or report.scope.currency),
            formats.money(check.found, check.currency or report.scope.currency),
            "✓ passed" if check.passed else "✕ failed",
        )
        for check in report.checks
    )
    columns = ("check", "attribution model", "currency", "expected", "found", "result")
    return Table("Reconciliation of the whole warehouse", columns, rows, names=3)


def build_failures(report: Report, formats: Formats) -> Table:
    """The models and tests that failed in the last build."""
    rows = tuple(
        (
            failure.name,
            failure.about or DASH,
            failure.description or DASH,
            DASH if failure.row_count is None else formats.number(failure.row_count),
        )
        for failure in report.build_failures
    )
    columns = ("model or test", "about", "what it means", "rows")
    return Table("What failed in the last build of the models", columns, rows, names=3)


def coverage(report: Report, formats: Formats) -> Table:
    """The number of rows of each mart."""
    rows = tuple(
        (mart, formats.number(count)) for mart, count in sorted(report.coverage.rows.items())
    )
    return Table("Rows of the marts", ("mart", "rows"), rows)
