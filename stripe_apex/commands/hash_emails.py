"""`stripe-apex hash-emails`."""

from __future__ import annotations

import click

from stripe_apex.commands.options import lake_option, people_warehouse_option
from stripe_apex.errors import OptionError
from stripe_apex.saying import say


@click.command("hash-emails")
@people_warehouse_option
@lake_option
@click.option("--dry-run", is_flag=True, help="Say what would be hashed, and change nothing.")
def hash_emails(*, warehouse: str | None, lake: str | None, dry_run: bool) -> None:
    """Replace each email address in warehouse, imports and lake by its hash.

    For what was loaded before hash_emails was set, and for the tables that other loaders fill. What
    is hashed already stays, so it may run before each build.
    """
    from stripe_apex.commands.forget import listed, places_of
    from stripe_apex.hashing import configured
    from stripe_apex.privacy.hashed import hash_all
    from tap_stripe_apex.hashing import VARIABLE

    hashing = configured()
    if hashing is None:
        raise OptionError(
            f"There is no secret to hash with. Set {VARIABLE} in the environment or in .env to "
            "the output of `openssl rand -hex 32`, and keep it: another secret makes other hashes."
        )
    database, places = places_of(warehouse, lake)
    if database is not None and not dry_run:
        database.check_room()
    done = hash_all(places, hashing, keep=not dry_run)
    if not done:
        say("No address is left to be hashed.")
        return
    say(listed(done, mentions="hashed"))
    if dry_run:
        say("Nothing was changed.")
        return
    if database is not None:
        database.write_anew()
    say("Done. Build the marts again with `make run` or `stripe-apex refresh`.")
