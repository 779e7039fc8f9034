"""Renders one self-contained HTML page, which loads nothing and needs no script."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from stripe_apex.report import as_csv, glance, interactive, trust
from stripe_apex.report import choices as chosen
from stripe_apex.report.charts import kit
from stripe_apex.report.contents import contents, entries, short
from stripe_apex.report.findings import Findings
from stripe_apex.report.glossary import GLOSSARY
from stripe_apex.report.headline import headline
from stripe_apex.report.labels import clean, label, listed
from stripe_apex.report.payment_words import PaymentWords
from stripe_apex.report.period import day_before
from stripe_apex.report.titles import Titles
from tap_stripe_apex.errors import KEYS_URL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from stripe_apex.report.facts import Choice, Report
    from stripe_apex.report.formats import Formats
    from stripe_apex.report.sections import Section

_COMMAND = re.compile("`([^`]*)`")

CANVASES = (kit.WIDE, kit.NARROW)


@dataclass(frozen=True, slots=True)
class Figure:
    """A section with its chart drawn for each canvas.

    Attributes:
        of: the period whose choice shows the section; empty if it is always shown.
        days: the days of that period.
    """

    section: Section
    drawings: tuple[Markup, ...]
    of: str = ""
    days: str = ""


def render(choices: Sequence[Choice], formats: Formats, *, with_script: bool = False) -> str:
    """The page.

    Args:
        choices: the report, followed by the other periods that the page can show.
        formats: the formats of numbers and dates.
        with_script: whether Vega draws the charts again in the browser, with tooltips.
    """
    report = choices[0].report
    specs: dict[str, Mapping[str, Any]] = {}
    on_page = contents(report, formats)
    groups = [
        [
            replace(_figure(part.section, specs), of=part.of, days=part.days)
            for part in chosen.parts(section, choices, formats)
        ]
        for section in on_page.shown
    ]
    script = interactive.script(specs) if with_script and specs else None
    titles = Titles(report, formats)
    panels = [glance.panel(choice.name, choice.report, formats) for choice in choices]
    customers = () if report.has_payments_alone else tuple(chosen.customers(choices, formats))
    findings = Findings(report, formats).others()
    page: str = _template("page.html").render(
        report=report,
        formats=formats,
        headline=headline(report, formats),
        origin=titles.origin,
        origin_explained=titles.origin_explained,
        next_step=PaymentWords(report, formats).next_step(),
        findings=findings,
        entries=entries(
            on_page,
            has_findings=bool(findings),
            has_totals=bool(report.totals),
            has_customers=any(part.table.rows for part in customers),
        ),
        panels=panels,
        groups=groups,
        absent=on_page.absent,
        absent_words=", ".join(short(section).lower() for section in on_page.absent),
        glossary=GLOSSARY,
        customers=customers,
        checks_title=titles.checks(),
        checks=trust.checks(report, formats),
        coverage=trust.coverage(report, formats),
        build_failures=trust.build_failures(report, formats),
        has_failed=bool(titles.failed or titles.broken),
        scope=scope_in_words(report, formats),
        converted_title=converted_title(report),
        style=_style() + chosen.style(choices),
        script=script,
    )
    return page


def scope_in_words(report: Report, formats: Formats) -> str:
    """The period, the attribution model and the filters in one line."""
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
    """The title of a converted total, with the currencies that it includes."""
    if not report.left_out:
        return "All, converted"
    return f"{', '.join(code.upper() for code in report.scope.currencies or ())}, converted"


def prose(text: str) -> Markup:
    """A sentence with its commands marked up as code and the Dashboard's address as a link."""
    safe = _COMMAND.sub(r"<code>\1</code>", str(escape(text)))
    link = f'<a href="{KEYS_URL}" rel="noreferrer">{KEYS_URL}</a>'
    return Markup(safe.replace(KEYS_URL, link))  # noqa: S704 - escaped above


def _style() -> Markup:
    """The style sheet, with rules that give each chart colour its value in light and dark mode."""
    template = files(__package__ or "").joinpath("template")
    sheet = "".join(
        template.joinpath(name).read_text("utf-8") for name in ("page.css", "periods.css")
    )
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
        spec = kit.drawn(section.draw, canvas)
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
    environment.filters["prose"] = prose
    environment.filters["csv"] = as_csv.data_uri
    environment.filters["csv_name"] = as_csv.file_name
    return environment.get_template(name)
