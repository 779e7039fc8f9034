"""`stripe-apex report`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from stripe_apex.report.read import DEFAULT_MODEL, Filters, read
from stripe_apex.report.warehouse import missing_extra

if TYPE_CHECKING:
    from stripe_apex.report.facts import Report

DEFAULT_WAREHOUSE = "output/warehouse.duckdb"
DEFAULT_PAGE = Path("output/report.html")

Form = Literal["html", "json", "text"]


@click.command()
@click.option(
    "--warehouse",
    default=DEFAULT_WAREHOUSE,
    show_default=True,
    envvar="APEX_WAREHOUSE",
    help="The DuckDB file that dbt built the marts in, or postgresql://...",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "json", "text"]),
    default="html",
    show_default=True,
    help="A page and a short table; or everything as JSON; or the table alone.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"The file to write.  [default: {DEFAULT_PAGE}; for json and text, standard output]",
)
@click.option(
    "--period",
    default="all",
    show_default=True,
    help="last_90_days, 2026, 2026-Q3, 2026-07, or 2026-01-15/2026-02-01, the end excluded.",
)
@click.option(
    "--currency", "currencies", multiple=True, help="Only charges in it; may be repeated."
)
@click.option(
    "--attribution-model",
    default=DEFAULT_MODEL,
    show_default=True,
    help="How revenue is shared among the touches of a customer.",
)
@click.option("--channel", "channels", multiple=True, help="Only this one; may be repeated.")
@click.option("--locale", default="en_US", show_default=True, help="How numbers and dates look.")
@click.option(
    "--interactive", is_flag=True, help="Tooltips in the page; it is then larger by 2 MB."
)
def report(
    *,
    warehouse: str,
    form: Form,
    output: Path | None,
    period: str,
    currencies: tuple[str, ...],
    attribution_model: str,
    channels: tuple[str, ...],
    locale: str,
    interactive: bool,
) -> None:
    """Say which channel earns its money, from the marts: a page, JSON or a short table."""
    facts = read(warehouse, Filters(period, attribution_model, currencies, channels))
    content = _render(facts, form, locale, interactive=interactive)
    if form == "html":
        output = output or DEFAULT_PAGE
        _write(output, content)
        click.echo(_render(facts, "text", locale))
        click.echo(f"\nReport: {output.resolve().as_uri()}")
    elif output is None:
        click.echo(content)
    else:
        _write(output, f"{content}\n")


def _render(facts: Report, form: Form, locale: str, *, interactive: bool = False) -> str:
    """The report's packages are an extra and slow to import: only who reports needs them."""
    try:
        from stripe_apex.report import as_json, text  # noqa: PLC0415
        from stripe_apex.report.formats import Formats  # noqa: PLC0415

        formats = Formats(locale)
        if form == "html":
            from stripe_apex.report import page  # noqa: PLC0415

            return page.render(facts, formats, with_script=interactive)
        if form == "json":
            return as_json.render(facts, formats)
        return text.render(facts, formats)
    except ModuleNotFoundError as exc:
        raise missing_extra(f"the package {exc.name}") from exc


def _write(path: Path, content: str) -> None:
    """Whole or not at all: a reader never sees half a page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_text(content, encoding="utf-8")
    unfinished.replace(path)
