"""Replaces addresses that are already in tables by their hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stripe_apex.hashing import rewrite
from stripe_apex.privacy.erasure import Removed, change_all
from stripe_apex.privacy.person import email_columns
from stripe_apex.privacy.tables import identifier

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stripe_apex.privacy.person import Search
    from stripe_apex.privacy.places import Place
    from stripe_apex.privacy.tables import Table
    from tap_stripe_apex.hashing import Hashing


def hash_all(places: Sequence[Place], hashing: Hashing, *, keep: bool) -> list[Removed]:
    """Hash all addresses in all places; returns what was done to each table.

    Args:
        places: the places with personal data.
        hashing: holds the secret.
        keep: False rolls everything back.
    """
    return change_all(places, lambda search: _hash_tables(search, hashing), keep=keep)


def _hash_tables(search: Search, hashing: Hashing) -> Iterator[Removed]:
    for table in search.tables:
        rows = _hash_table(search, table, hashing) if table.stored else 0
        if rows:
            yield Removed(table.label, mentions=rows)


def _hash_table(search: Search, table: Table, hashing: Hashing) -> int:
    """Hash the addresses of a table; returns the most rows changed in one column."""
    whole = email_columns(table)
    rows = 0
    for name, type_ in table.texts:
        column = identifier(name)
        text = f"cast({column} as varchar)"
        if name in whole:
            changed = rewrite(
                search.run, table.sql, column, hashing.address, where=f"length({text}) <> 64"
            )
        else:
            where = f"{text} like '%@%' or {text} like '%\\%40%' escape '\\'"
            changed = rewrite(search.run, table.sql, column, hashing.text, where=where, type_=type_)
        rows = max(rows, changed)
    return rows
