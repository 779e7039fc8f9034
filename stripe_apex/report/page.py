"""One self-contained HTML page: it asks nobody for anything and needs no script."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from stripe_apex.report import as_csv, interactive
from stripe_apex.report.charts import kit
from stripe_apex.report.contents import contents, entries, short
from stripe_apex.report.findings import Findings
from stripe_apex.report.glossary import GLOSSARY
from stripe_apex.report.labels import clean, label, listed
from stripe_apex.report.payment_words import PaymentWords
from stripe_apex.report.period import day_before
from stripe_apex.report.tables import Tables
from stripe_apex.report.titles import Titles

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from stripe_apex.report.facts import Report
    from stripe_apex.report.formats import Formats
    from stripe_apex.report.sections import Section

CANVASES = (kit.WIDE, kit.NARROW)


@dataclass(frozen=True, slots=True)
class Figure:
    """A section with its chart drawn for each canvas."""

    section: Section
    drawings: tuple[Markup, ...]


def render(report: Report, formats: Formats, *, with_script: bool = False) -> str:
    """The page; with `with_script`, Vega draws the charts again, with tooltips."""
    specs: dict[str, Mapping[str, Any]] = {}
    on_page = contents(report, formats)
    figures = [_figure(section, specs) for section in on_page.shown]
    script = interactive.script(specs) if with_script and specs else None
    titles, tables = Titles(report, formats), Tables(report, formats)
    customers = None if report.has_payments_alone else tables.customers()
    findings = Findings(report, formats)
    others = findings.others()
    page: str = _template("page.html").render(
        report=report,
        formats=formats,
        headline=findings.headline(),
        next_step=PaymentWords(report, formats).next_step(),
        findings=others,
        entries=entries(
            on_page,
            has_findings=bool(others),
            has_totals=bool(report.totals),
            has_customers=bool(customers and customers.rows),
        ),
        figures=figures,
        absent=on_page.absent,
        absent_words=", ".join(short(section).lower() for section in on_page.absent),
        glossary=GLOSSARY,
        customers_title=titles.customers(),
        customers_note=titles.how_to_know_who_is_new() if report.maybe_new_customers else "",
        customers=customers,
        checks_title=titles.checks(),
        checks=tables.checks(),
        coverage=tables.coverage(),
        has_failed=any(not check.passed for check in report.checks),
        is_test=bool(report.coverage.charges) and not report.coverage.live_charges,
        scope=scope_in_words(report, formats),
        converted_title=converted_title(report),
        style=_style(),
        script=script,
    )
    return page


def scope_in_words(report: Report, formats: Formats) -> str:
    """Period, attribution model and filters in a line."""
    scope = report.scope
    parts = [f"{formats.day(scope.start)} to {formats.day(day_before(scope.end))}"]
    if not report.has_payments_alone:
        parts.append(f"{label(scope.attribution_model)} attribution")
    if scope.converted:
        parts.append(f"converted to {scope.currency.upper()}")
    if scope.revenue_basis != "net":
        parts.append(f"returns of {scope.revenue_basis} revenue")
    if scope.currencies:
        parts.append(f"only {', '.join(currency.upper() for currency in scope.currencies)}")
    if scope.channels:
        parts.append(f"only {listed(list(scope.channels))}")
    return " · ".join(parts)


def converted_title(report: Report) -> str:
    """Which currencies a converted total is of."""
    if not report.left_out:
        return "All, converted"
    return f"{', '.join(code.upper() for code in report.scope.currencies or ())}, converted"


def code(text: str) -> Markup:
    """A sentence with what stands between backquotes as code."""
    parts = [
        Markup("<code>{}</code>").format(part) if index % 2 else escape(part)
        for index, part in enumerate(text.split("`"))
    ]
    return Markup("").join(parts)


def _style() -> Markup:
    """The style sheet, and for each colour of the charts the page's own: light or dark."""
    sheet = files(__package__ or "").joinpath("template/page.css").read_text("utf-8")
    colours = "".join(
        f".chart [{part}='{colour}'] {{ {part}: var(--{name}); }}\n"
        for colour, name in kit.COLOURS.items()
        for part in ("fill", "stroke")
    )
    return Markup(sheet + colours)  # noqa: S704 - ours


def _figure(section: Section, specs: dict[str, Mapping[str, Any]]) -> Figure:
    if section.draw is None:
        return Figure(section, ())
    drawings = []
    for canvas in CANVASES:
        spec = kit.dressed(section.draw(canvas))
        specs[f"{section.name}-{canvas.name}"] = spec
        drawings.append(kit.svg(spec, name=canvas.name, description=section.description))
    return Figure(section, tuple(drawings))


def _template(name: str) -> Any:
    environment = Environment(
        loader=PackageLoader(__package__ or "", "template"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["clean"] = clean
    environment.filters["code"] = code
    environment.filters["csv"] = as_csv.data_uri
    environment.filters["csv_name"] = as_csv.file_name
    return environment.get_template(name)
