"""`stripe-apex import`."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from stripe_apex.account import is_begun, own_address
from stripe_apex.errors import MissingPartError, OptionError
from stripe_apex.saying import say
from stripe_apex.sources.questions import Answers, FileError, UnclearError
from stripe_apex.temporary import private_folder
from stripe_apex.warehouse import ACCOUNT_ADDRESS
from tap_stripe_apex.auth.places import environment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stripe_apex.sources.reading import Reading

T = TypeVar("T")

KIND_NAMES = (
    *("ad_spend", "leads", "touchpoints", "experiments", "experiment_exposures", "fx_rates"),
    "campaign_map",
    "promotion_codes",
)


def _pairs(_: click.Context, option: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for value in values:
        name, separator, said = value.partition("=")
        if not separator or not name.strip() or not said.strip():
            raise click.BadParameter(f"{value!r} is not NAME=VALUE.", param=option)
        pairs[name.strip()] = said.strip()
    return pairs


@click.command("import")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--warehouse",
    help="The DuckDB file to load into, or postgresql://...  [default: APEX_WAREHOUSE, else "
    f"{ACCOUNT_ADDRESS} of the project]",
)
@click.option("--yes", is_flag=True, help="Load without asking; for scripts.")
@click.option("--dry-run", is_flag=True, help="Say what would be loaded, and load nothing.")
@click.option("--as", "kind", type=click.Choice(KIND_NAMES), help="What the files are.")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="NAME=HEADER",
    callback=_pairs,
    help="Which header is meant by a column, as spend_date=Tag; may be repeated.",
)
@click.option(
    "--set",
    "values",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_pairs,
    help="What the file does not say, as currency=EUR or dates=day-first; may be repeated.",
)
@click.option("--list", "listed", is_flag=True, help="Show the imports that there are.")
@click.option(
    "--undo",
    is_flag=False,
    flag_value="last",
    metavar="[NUMBER]",
    help="Take back the last import, or the one with this number.",
)
@click.option(
    "--template",
    type=click.Choice(KIND_NAMES),
    help="Print a file with the header of a kind and one row as an example; for campaign_map, with "
    "the campaigns whose spend meets no visit.",
)
def import_(
    *,
    files: tuple[Path, ...],
    warehouse: str | None,
    yes: bool,
    dry_run: bool,
    kind: str | None,
    columns: dict[str, str],
    values: dict[str, str],
    listed: bool,
    undo: str | None,
    template: str | None,
) -> None:
    """Load exports of ad spend, leads, visits, experiments and more beside your payments.

    Each file is recognised by its headers and shown before anything is written.
    """
    _require_packages()
    warehouse = warehouse or own_address(environment())
    if template is not None:
        from stripe_apex.sources import campaigns, kinds

        filled = campaigns.template(warehouse) if template == "campaign_map" else None
        click.echo(filled or kinds.template(kinds.KINDS[template]), nl=False)
    elif listed:
        _list(warehouse)
    elif undo is not None:
        _undo(warehouse, undo)
    elif files:
        asks = not yes and sys.stdin.isatty()
        _import(
            files, Answers(kind, columns, values), warehouse, dry_run=dry_run, yes=yes, asks=asks
        )
    else:
        raise click.UsageError("Name at least one file, or use --list, --undo or --template.")


def _require_packages() -> None:
    try:
        import babel  # noqa: F401
        import duckdb  # noqa: F401
        import python_calamine  # noqa: F401
    except ModuleNotFoundError as error:
        raise MissingPartError(
            f"Imports need the package {error.name}: install tap-stripe-apex[import]."
        ) from error


def _import(
    files: Sequence[Path], answers: Answers, address: str, *, dry_run: bool, yes: bool, asks: bool
) -> None:
    from stripe_apex import hashing
    from stripe_apex.sources import importing, preview, understand
    from stripe_apex.sources.files import File

    understand.check_answers(answers)
    hasher = hashing.configured()
    with ExitStack() as stack:
        readings: list[Reading] = []

        def read(file: Path, said: Answers) -> Reading:
            folder = stack.enter_context(private_folder())
            return understand.understand(File(file, file.name), said, Path(folder), hasher)

        def compare(reading: Reading) -> importing.Replaced:
            return importing.compare(address, reading)

        for file in files:
            reading = _asking(lambda said, file=file: read(file, said), answers, asks=asks)  # type: ignore[misc]
            replaced = _asking(_with_answers(reading, compare), reading.answers, asks=asks)
            say(preview.preview(reading, replaced))
            readings.append(reading)
        if dry_run:
            return
        if not yes and not asks:
            raise FileError("Nothing was imported, since nobody could be asked: add --yes.")
        if not yes:
            click.confirm("Import this?", default=True, abort=True)
        loading = importing.load(address, readings)
    for line in loading.said:
        say(line)
    if loading.changes:
        say(_next_step(address))


def _next_step(address: str) -> str:
    if address == own_address(environ := environment()) and not is_begun(environ):
        return (
            f"They are in {address}. Connect Stripe by `make connect`: until then `make run` shows "
            "the demo, without them."
        )
    return "`make run`, or Sync now on the page, brings them into the report."


def _with_answers(
    reading: Reading, done: Callable[[Reading], list[tuple[str, int, str]]]
) -> Callable[[Answers], list[tuple[str, int, str]]]:
    def again(answers: Answers) -> list[tuple[str, int, str]]:
        reading.answers = answers
        return done(reading)

    return again


def _asking(done: Callable[[Answers], T], answers: Answers, *, asks: bool) -> T:
    """Import; on a terminal, ask about what is unclear and try again."""
    while True:
        try:
            return done(answers)
        except UnclearError as error:
            if not asks:
                raise
            can_choose = error.choices and "..." not in error.choices
            can_choose = can_choose and "".join(error.choices).isprintable()
            options = click.Choice(error.choices) if can_choose else None
            say(error.said)
            answers = answers.plus(error.name, click.prompt(f"  {error.name}", type=options))


def _list(address: str) -> None:
    from stripe_apex.sources import preview, store
    from stripe_apex.sources.warehouse import opened

    with opened(address, write=False) as found:
        known = store.imports(found) if found is not None else []
    say(preview.listing(known) if known else "Nothing was imported yet.")


def _undo(address: str, which: str) -> None:
    from stripe_apex.sources import importing

    if which != "last" and not which.isdecimal():
        raise OptionError(f"--undo {which}: name the number that --list shows.")
    say(importing.undo(address, None if which == "last" else int(which)))
