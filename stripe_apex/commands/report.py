"""`stripe-apex report`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import click

from stripe_apex.saying import counted, say
from stripe_apex.warehouse import missing_extra

if TYPE_CHECKING:
    from stripe_apex.report.facts import Choice, Report

DEFAULT_MODEL: Final = "position_based"

Form = Literal["html", "json", "text", "csv"]


@click.command()
@click.option(
    "--warehouse",
    help="The DuckDB file that dbt built the marts in, or postgresql://...  [default: "
    "APEX_WAREHOUSE, else that of the account that is connected, else the demo's]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["html", "json", "text", "csv"]),
    default="html",
    show_default=True,
    help="A page and a short table; or everything as JSON; or the table alone; or each table of "
    "the page as a CSV in a folder.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="The file to write, for csv the folder.  [default: a page beside the warehouse, such as "
    "output/report.html; for csv, a folder such as output/report-tables; for json and text, "
    "standard output]",
)
@click.option(
    "--period",
    default="all",
    show_default=True,
    help="last-30-days (any number), this-month, last-month (or quarter, year), 2026, 2026-Q3, "
    "2026-07, or 2026-01-15/2026-02-01, the end excluded. A page of all days offers shorter ones.",
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
@click.option(
    "--locale",
    default="en_US",
    show_default=True,
    help="How numbers, amounts and dates look; sentences are English.",
)
@click.option(
    "--interactive", is_flag=True, help="Tooltips in the page; it is then larger by 2 MB."
)
def report(
    *,
    warehouse: str | None,
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
    from stripe_apex.account import report_page, tables_folder, warehouse_address
    from stripe_apex.report.asked import Filters
    from stripe_apex.report.facts import Choice
    from stripe_apex.report.read import read, read_choices
    from tap_stripe_apex.auth.places import environment, project_root

    _require_kind(output, is_folder=form == "csv")
    environ = environment()
    warehouse, root = warehouse or warehouse_address(environ), project_root(environ)
    filters = Filters(period, attribution_model, currencies, channels)
    if form == "csv":
        folder = output or tables_folder(warehouse, root)
        number = _write_tables(read(warehouse, filters), locale, folder)
        say(f"{counted(number, 'table')}: {folder.resolve().as_uri()}")
        return
    if form in {"html", "text"}:
        choices = read_choices(warehouse, filters, until_compared=form == "text")
    else:
        choices = (Choice(period, read(warehouse, filters)),)
    content = _render(choices, form, locale, interactive=interactive)
    if form == "html":
        output = output or report_page(warehouse, root)
        _write(output, content)
        say(_render(choices, "text", locale))
        say(f"\nReport: {output.resolve().as_uri()}")
    elif output is None:
        say(content)
    else:
        _write(output, f"{content}\n")


def _require_kind(output: Path | None, *, is_folder: bool) -> None:
    """Refuse a folder in place of a file, and the other way round."""
    from stripe_apex.errors import OptionError

    if output is None or not output.exists() or output.is_dir() == is_folder:
        return
    there, wanted = ("a file", "a folder") if is_folder else ("a folder", "a file")
    raise OptionError(f"--output {output} is {there}. Name {wanted}.")


def _write(path: Path, content: str) -> None:
    """Write a file that only its owner can read.

    Raises:
        OptionError: it cannot be written.
    """
    from stripe_apex.errors import OptionError
    from tap_stripe_apex.files import write_whole

    try:
        write_whole(path, content.encode())
    except OSError as error:
        raise OptionError(
            f"{path} cannot be written: {error.strerror}. Name another place with --output."
        ) from error


def _write_tables(facts: Report, locale: str, folder: Path) -> int:
    """Write each table as a CSV file, and print how many there are.

    Raises:
        MissingPartError: the packages that make it are not installed.
    """
    try:
        from stripe_apex.report import as_csv
        from stripe_apex.report.formats import Formats

        tables = as_csv.tables(facts, Formats(locale))
    except ModuleNotFoundError as error:
        raise missing_extra(f"the package {error.name}") from error
    for name, table in tables.items():
        _write(folder / as_csv.file_name(table, name), as_csv.render(table))
    return len(tables)


def _render(
    choices: tuple[Choice, ...], form: Form, locale: str, *, interactive: bool = False
) -> str:
    """The report in one of its formats; the page also offers the other choices.

    Raises:
        MissingPartError: the packages that make it are not installed.
    """
    try:
        from stripe_apex.report import as_json, text
        from stripe_apex.report.formats import Formats

        formats = Formats(locale)
        if form == "html":
            from stripe_apex.report import page

            return page.render(choices, formats, with_script=interactive)
        if form == "json":
            return as_json.render(choices[0].report, formats)
        return text.render(choices, formats)
    except ModuleNotFoundError as error:
        raise missing_extra(f"the package {error.name}") from error
