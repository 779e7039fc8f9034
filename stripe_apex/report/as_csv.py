"""The page's tables as CSV files for spreadsheets, one for each table, with plain numbers."""

from __future__ import annotations

import base64
import csv
import io
import re
from typing import TYPE_CHECKING, Final

from stripe_apex.report import trust
from stripe_apex.report.contents import contents
from stripe_apex.report.formats import DASH, Written
from stripe_apex.report.tables import Tables

if TYPE_CHECKING:
    from stripe_apex.report.facts import Report
    from stripe_apex.report.formats import Formats
    from stripe_apex.report.tables import Table

_BOM: Final = "\ufeff"
"""Excel reads a CSV as UTF-8 only if it begins with this mark; other programs skip it."""

_BEGINS_A_FORMULA: Final = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""Text that a spreadsheet may run, full-width signs included; source: OWASP, "CSV Injection"."""


def tables(report: Report, formats: Formats) -> dict[str, Table]:
    """All tables with rows, by the name of their section."""
    of, on_page = Tables(report, formats), contents(report, formats)
    found = {
        **{section.name: section.table for section in (*on_page.shown, *on_page.absent)},
        **{
            f"{section.name}-details": section.details
            for section in on_page.shown
            if section.details
        },
        "customers": of.customers(),
        "checks": trust.checks(report, formats),
        "build-failures": trust.build_failures(report, formats),
        "marts": trust.coverage(report, formats),
    }
    return {name: table for name, table in found.items() if table.rows}


def render(table: Table) -> str:
    """A table as CSV: a header, numbers with a point, days as ISO 8601, amounts in major units.

    A text that a spreadsheet would take for a formula gets a leading apostrophe. All cells are
    quoted, so that a program that expects another separator splits none of them.
    """
    columns = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
    header = [
        _text(name) + _currency(cells) for name, cells in zip(table.columns, columns, strict=True)
    ]
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    writer.writerows([_plain(cell) for cell in row] for row in table.rows)
    return _BOM + text.getvalue()


def file_name(table: Table, name: str = "") -> str:
    """The name of a table's file: its section's name, else its caption up to the first comma."""
    slug = name or re.sub(r"[^a-z0-9]+", "-", re.split("[,;]", table.caption)[0].lower()).strip("-")
    return f"{slug}.csv"


def data_uri(table: Table) -> str:
    """A table's CSV as a `data:` URI."""
    content = base64.b64encode(render(table).encode()).decode()
    return f"data:text/csv;charset=utf-8;base64,{content}"


def _plain(cell: str) -> str:
    """A number or a day without the locale's formatting; a text as it is; a dash as empty."""
    if isinstance(cell, Written):
        return cell.plain
    return "" if cell == DASH else _text(cell)


def _text(text: str) -> str:
    return f"'{text}" if _BEGINS_A_FORMULA.match(text) else text


def _currency(cells: tuple[str, ...]) -> str:
    """The currency of a column of amounts if it has exactly one, else empty."""
    units = {cell.currency for cell in cells if isinstance(cell, Written)}
    return f" ({units.pop()})" if len(units) == 1 and units != {""} else ""
