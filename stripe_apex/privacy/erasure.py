"""Erases a person: rows are deleted, and payments stay under a random name."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stripe_apex.hashing import rewrite
from stripe_apex.privacy.person import email_columns, mention_pattern
from stripe_apex.privacy.tables import identifier, one_of
from stripe_apex.sources.reading import literal
from tap_stripe_apex.hashing import normalised, replace_addresses

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from stripe_apex.privacy.person import Person, Search
    from stripe_apex.privacy.places import Place
    from stripe_apex.privacy.tables import Table

_RENAMED: Final = ("customer_id", "customer_email")
_EMPTIED: Final = (
    *("receipt_email", "billing_email", "description", "metadata", "customer_metadata"),
    *("destination_details", "receipt_number"),
)

_VISIT: Final = {"touchpoint_id", "occurred_at"}
"""The columns that identify a table of visits."""


@dataclass(frozen=True, slots=True)
class Removed:
    """What was done to a table.

    Attributes:
        table: schema and name.
        deleted: deleted rows.
        renamed: rows of payments, which stay under a random name.
        mentions: rows in which only an address was replaced.
    """

    table: str
    deleted: int = 0
    renamed: int = 0
    mentions: int = 0

    def plus(self, other: Removed | None) -> Removed:
        """The sum of the changes of two parts of a table."""
        if other is None:
            return self
        return Removed(
            self.table,
            self.deleted + other.deleted,
            self.renamed + other.renamed,
            self.mentions + other.mentions,
        )


def change_all(
    places: Sequence[Place], change: Callable[[Search], Iterable[Removed]], *, keep: bool
) -> list[Removed]:
    """Make a change in all places; returns what was done to each table.

    Args:
        places: the places with personal data.
        change: changes the tables of one place.
        keep: False rolls everything back.
    """
    done: dict[str, Removed] = {}

    def here(search: Search) -> AbstractSet[str]:
        found = list(change(search))
        for each in found:
            done[each.table] = each.plus(done.get(each.table))
        return {each.table for each in found}

    for place in places:
        place.change(here, keep=keep)
    return list(done.values())


def random_name() -> str:
    """A random name for a person whose payments stay."""
    return f"forgotten_{secrets.token_hex(8)}"


def erase(search: Search, person: Person, name: str) -> list[Removed]:
    """Remove a person from all tables of one place, within a transaction.

    Args:
        search: the place.
        person: the person, with all identities.
        name: the random name for payments.

    Returns:
        What was done to each changed table.
    """
    done = [
        _erase_from(search, table, person, name)
        for table in search.tables
        if table.stored and table.texts
    ]
    return [each for each in done if each.deleted or each.renamed or each.mentions]


def delete_old_touchpoints(search: Search, before: datetime) -> list[Removed]:
    """Delete the visits before a time, within a transaction."""
    done = []
    for table in search.tables:
        if table.is_made or not table.stored or not set(table.columns) >= _VISIT:
            continue
        old = f"cast(occurred_at as timestamp with time zone) < timestamptz '{before.isoformat()}'"
        ((rows,),) = search.run(f"select count(*) from {table.sql} where {old}")
        if rows:
            search.run(f"delete from {table.sql} where {old}")
            done.append(Removed(table.label, deleted=rows))
    return done


def _erase_from(search: Search, table: Table, person: Person, name: str) -> Removed:
    deleted = renamed = 0
    if table.is_made:
        renamed = _rename_ids(search, table, person, name)
    else:
        mine = search.holds(table, person)
        ((rows,),) = search.run(f"select count(*) from {table.sql} where {mine}")
        if rows and table.is_money:
            renamed = rows
            _rename(search, table, mine, name)
        elif rows:
            deleted = rows
            search.run(f"delete from {table.sql} where {mine}")
    return Removed(table.label, deleted, renamed, _forget_mentions(search, table, person, name))


def _rename(search: Search, table: Table, mine: str, name: str) -> None:
    """Replace a person whose payments stay by a random name."""
    there = {column for column, _ in table.texts}
    changes = [
        f"{column} = case when {column} is not null then {literal(name)} end"
        for column in _RENAMED
        if column in there
    ] + [f"{column} = null" for column in _EMPTIED if column in there]
    if changes:
        search.run(f"update {table.sql} set {', '.join(changes)} where {mine}")


def _rename_ids(search: Search, table: Table, person: Person, name: str) -> int:
    """Replace each identity by a random name, in a table that dbt builds."""
    known = person.known
    values = known["email"] | known["visitor"] | known["customer"] | known["lead"]
    total = 0
    for column, type_ in table.texts:
        if "json" in type_:
            continue
        same = one_of(column, values)
        ((rows,),) = search.run(f"select count(*) from {table.sql} where {same}")
        if rows:
            total = max(total, rows)
            search.run(f"update {table.sql} set {column} = {literal(name)} where {same}")
    return total


def _forget_mentions(search: Search, table: Table, person: Person, name: str) -> int:
    """Remove the addresses of a person from texts in rows that are not the person's."""
    emails = person.known["email"]
    if not emails:
        return 0
    pattern = mention_pattern(sorted(emails))
    spelled = spelled_as(emails)
    whole = email_columns(table)
    total = 0
    for unquoted, type_ in table.texts:
        column = identifier(unquoted)
        if unquoted in whole:
            where = one_of(search.plain(column), emails)
            rows = rewrite(
                search.run,
                table.sql,
                column,
                lambda text: name if normalised(text) in emails else text,
                where=where,
            )
        else:
            rows = rewrite(
                search.run,
                table.sql,
                column,
                lambda text: without(text, emails, name, spelled),
                where=search.mentions(column, pattern),
                type_=type_,
            )
        total = max(total, rows)
    return total


def without(text: str, emails: Collection[str], name: str, spelled: re.Pattern[str]) -> str:
    """The text with a name in place of each of these addresses, or of their hashes.

    Args:
        text: any text, URL or JSON.
        emails: the addresses as the models compare them, and hashes.
        name: the name.
        spelled: see `spelled_as`.
    """
    for hashed in emails:
        if "@" not in hashed:
            text = text.replace(hashed, name)
    text = replace_addresses(text, lambda found: name if found in emails else None)
    return spelled.sub(rf"\g<before>{name}", text)


def spelled_as(emails: Collection[str]) -> re.Pattern[str]:
    """A pattern of these addresses, also beside signs that an address may have, as in 'ann@x.org'.

    Before an address may be an escape of a URL or of JSON, behind it an ending of file names.
    """
    each = "|".join(
        rf"{re.escape(local)}(?:@|%40|%2540){re.escape(domain)}"
        for local, at, domain in (email.partition("@") for email in sorted(emails))
        if at
    )
    return re.compile(
        rf"(?P<before>(?<![\w.+-])_?|(?<=%[0-9a-f]{{2}})|(?<=\\[nrt]))(?:{each or '(?!)'})"
        r"(?![a-z0-9-]|_[^\W_]|\.(?!(?:csv|tsv|txt|xlsx?|ods|parquet|gz|json|pdf)\b)\w)",
        re.IGNORECASE,
    )
