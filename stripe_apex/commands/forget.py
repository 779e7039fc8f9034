"""`stripe-apex forget`."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stripe_apex.commands.options import lake_option, people_warehouse_option
from stripe_apex.errors import NoWarehouseError, OptionError
from stripe_apex.saying import counted, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stripe_apex.privacy.erasure import Removed
    from stripe_apex.privacy.places import Database, Place


@click.command()
@click.argument("who", nargs=-1, metavar="WHO...")
@people_warehouse_option
@lake_option
@click.option(
    "--touchpoints-older-than",
    "age",
    metavar="DAYSd",
    help="Delete all visits that are older, such as 400d, whoever made them.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
@click.option("--yes", is_flag=True, help="Remove without asking; for scripts.")
@click.option("--compact", is_flag=True, help="Only write the DuckDB file anew.")
def forget(
    *,
    who: tuple[str, ...],
    warehouse: str | None,
    lake: str | None,
    age: str | None,
    dry_run: bool,
    yes: bool,
    compact: bool,
) -> None:
    """Remove a person from warehouse, imports and lake.

    WHO is an email address, or the id of a visitor, a lead or a customer of Stripe. All that the
    data joins with it goes, too: leads, visits, exposures and checkout sessions are deleted;
    payments stay under a random name, so that sums stay.
    """
    if bool(who) + (age is not None) + compact != 1:
        raise click.UsageError("Name a person, or use --touchpoints-older-than or --compact.")
    database, places = places_of(warehouse, lake)
    if database is not None and not dry_run:
        database.check_room()
    if compact:
        say("Nothing was changed." if dry_run else _compacted(database))
        return
    removes = _people(places, who) if age is None else _old_touchpoints(places, _days(age))
    if removes is None:
        return
    if dry_run:
        say("Nothing was changed.")
        return
    if not yes:
        click.confirm("Remove this? It cannot be undone.", abort=True)
    removes()
    if database is not None:
        database.write_anew()
    say(_OLD_VISITS if age is not None else _DONE)


def _compacted(database: Database | None) -> str:
    if database is not None and database.write_anew():
        return "The file was written anew."
    return "Nothing was changed: only a DuckDB file is written anew, and there is none here."


def places_of(warehouse: str | None, lake: str | None) -> tuple[Database | None, list[Place]]:
    """The places with personal data; a lake may be there without a local warehouse."""
    from stripe_apex.account import warehouse_address
    from stripe_apex.privacy.places import Database, Lake
    from stripe_apex.refresh import DbtProject
    from tap_stripe_apex.auth.places import environment, project_root

    environ = environment()
    address = warehouse or warehouse_address(environ)
    models = DbtProject((project_root(environ) or Path()) / "transform", os.environ)
    lakes = [] if lake is None else [Lake(lake)]
    try:
        database = Database(address, models.sources())
    except NoWarehouseError:
        if not lakes:
            raise
        return None, [*lakes]
    return database, [database, *lakes]


def _people(places: Sequence[Place], who: Sequence[str]) -> Callable[[], object]:
    """Show the data of each person; returns the function that removes them."""
    from stripe_apex.hashing import configured
    from stripe_apex.privacy.forget import forget as forget_person

    if not all(each.strip() for each in who):
        raise OptionError("A blank names nobody. Nothing was changed.")
    secret = configured()
    found = {each: forget_person(places, each, secret, keep=False) for each in who}
    missing = [each for each, forgotten in found.items() if forgotten is None]
    if missing:
        # In a message, an address would be hidden.
        say(f"Nobody here is known as {' or '.join(missing)}. Nothing was changed.", err=True)
        raise click.exceptions.Exit(1)
    for forgotten in found.values():
        if forgotten is not None:
            say(f"One person: {forgotten.identities()}")
            say(listed(forgotten.removed))

    def remove() -> None:
        for each in who:
            forget_person(places, each, secret, keep=True)

    return remove


def _old_touchpoints(places: Sequence[Place], days: int) -> Callable[[], object] | None:
    """Show how many visits are too old; returns the function that removes them."""
    from stripe_apex.privacy.forget import forget_touchpoints

    before = datetime.now(UTC) - timedelta(days=days)
    found = forget_touchpoints(places, before, keep=False)
    if not found:
        say(f"No visit is older than {before:%Y-%m-%d %H:%M} UTC. Nothing was changed.")
        return None
    say(listed(found))
    return lambda: forget_touchpoints(places, before, keep=True)


_DONE = (
    "Done. Build the marts again with `make run` or `stripe-apex refresh`: until then they count "
    "what was removed. Stripe still has its own data: redact it there, or a later change of a "
    "payment brings it back."
)


_OLD_VISITS = (
    "Done. Build the marts again with `make run` or `stripe-apex refresh`: payments whose window "
    "of attribution reaches back to these visits then lose the credit of them."
)


def _days(age: str) -> int:
    match = re.fullmatch(r"([0-9]{1,6})d", age)
    if match is None:
        raise OptionError(f"--touchpoints-older-than {age} is no number of days, such as 400d.")
    return int(match[1])


def listed(removed: Sequence[Removed], mentions: str = "without the address") -> str:
    """A line for each changed table.

    Args:
        removed: what was done to each table.
        mentions: the words after the number of rows in which only an address was replaced.
    """
    return "\n".join(
        f"  {each.table}: "
        + ", ".join(
            f"{counted(rows, 'row')} {what}"
            for rows, what in (
                (each.deleted, "deleted"),
                (each.renamed, "under a random name"),
                (each.mentions, mentions),
            )
            if rows
        )
        for each in removed
    )
