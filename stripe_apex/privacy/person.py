"""Finds all addresses, visitors, customers and leads that the data joins to one person."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from stripe_apex.privacy.tables import ALL_EMAILS, Dialect, escaped, one_of
from stripe_apex.sources.reading import literal
from tap_stripe_apex.hashing import INVISIBLE, normalised

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from stripe_apex.hashing import Run
    from stripe_apex.privacy.tables import Role, Table
    from tap_stripe_apex.hashing import Hashing

REFERENCE_KEYS: Final = (
    *("visitor_id", "anonymous_id", "lead_id", "client_reference_id", "visitorId", "anonymousId"),
    *("leadId", "distinct_id", "posthog_person_distinct_id", "datafast_visitor_id"),
)
"""Metadata fields that may identify a person: the default of the models' var `reference_keys`."""

MAX_PEOPLE: Final = 20
"""A reference of more payers identifies nobody: the default of `max_people_per_reference`."""

NAMES: Final[dict[Role, str]] = {
    "email": "email addresses",
    "visitor": "visitors",
    "customer": "customers of Stripe",
    "lead": "leads",
    "payment": "payment intents",
    "charge": "charges",
}


@dataclass(slots=True)
class Person:
    """The identities of one person, by kind."""

    known: dict[Role, set[str]] = field(default_factory=lambda: {role: set() for role in NAMES})
    said: set[str] = field(default_factory=set)
    """References on payments: ids of visitors and leads, and addresses."""

    @classmethod
    def named(cls, who: str, hashing: Hashing | None) -> Person:
        """The person with an email address, or with an id of any kind."""
        person = cls()
        if "@" in who:
            person.known["email"].add(normalised(who))
            hashed = hashing.address(who) if hashing is not None else None
            person.known["email"] |= {hashed} if hashed else set()
        return person

    def known_as(self, who: str, roles: Iterable[Role]) -> AbstractSet[str]:
        """Note the kind of an id; no table is changed."""
        for role in roles:
            self.known["visitor" if role == "user" else role].add(who)
        return frozenset()

    @property
    def size(self) -> int:
        """How many identities and references there are."""
        return sum(map(len, self.known.values())) + len(self.said)


@dataclass(frozen=True, slots=True)
class Search:
    """Finds a person in the tables of one place.

    Args:
        run: runs a statement.
        dialect: the SQL dialect.
        tables: the tables to search.
    """

    run: Run
    dialect: Dialect
    tables: Sequence[Table]
    _shared: dict[str, bool] = field(default_factory=dict)

    def grow(self, person: Person) -> None:
        """Add the identities that the rows of a person join to it."""
        before = -1
        while before != person.size:
            before = person.size
            for table in self.tables:
                if table.tells:
                    self._add(table, person)
            for reference in sorted(person.said):
                self._resolve(reference, person)

    def roles_of(self, who: str) -> set[Role]:
        """The kinds of columns in which an id occurs."""
        return {
            role
            for table in self.tables
            for name, role in table.roles()
            if not table.is_made
            and self.run(f"select 1 from {table.sql} where {one_of(name, [who])} limit 1")
        }

    def holds(self, table: Table, person: Person) -> str:
        """SQL that is true for the rows of a person."""
        parts = [
            one_of(
                self.plain(name) if role == "email" else name,
                person.known["visitor" if role == "user" else role],
            )
            for name, role in table.roles()
        ]
        ids = self._personal(person.known["visitor"] | person.known["lead"])
        emails = self._personal(person.known["email"])
        for carrier in table.carriers():
            parts += [self.mentions(carrier, _pattern(carrier, ids), "")] if ids else []
            parts += [self.mentions(carrier, _pattern(carrier, emails))] if emails else []
        return " or ".join(f"({part})" for part in parts if part != "false") or "false"

    def plain(self, column: str) -> str:
        """SQL for an address as the models compare it."""
        zero = r"\x00" if self.dialect == "duckdb" else ""
        visible = f"regexp_replace({column}, '[{zero}{INVISIBLE}]+', '', 'g')"
        if self.dialect == "duckdb":
            return f"nfc_normalize(lower(nfc_normalize({visible})))"
        return f"normalize(lower(normalize({visible}, nfc)), nfc)"

    def mentions(self, column: str, pattern: str, options: Literal["i", ""] = "i") -> str:
        """SQL that is true if a text or JSON matches a pattern; the flag "i" ignores case."""
        text = f"coalesce(cast({column} as varchar), '')"
        if self.dialect == "duckdb":
            return f"regexp_matches({text}, {literal(pattern)}, '{options or 'c'}')"
        return f"{text} ~{'*' if options else ''} {literal(pattern)}"

    def _add(self, table: Table, person: Person) -> None:
        roles, carriers = table.roles(), table.carriers()
        condition = self.holds(table, person)
        if condition == "false" or len(roles) + len(carriers) < 2:
            return
        listed = [
            *(self.plain(name) if role == "email" else name for name, role in roles),
            *(f"cast({name} as varchar)" for name in carriers),
        ]
        rows = self.run(f"select distinct {', '.join(listed)} from {table.sql} where {condition}")
        for row in rows:
            for (_, role), value in zip(roles, row, strict=False):
                if role != "user" and value and value.strip():  # a blank is no identity
                    person.known[role].add(value)
            for name, value in zip(carriers, row[len(roles) :], strict=True):
                written = set(_written(name, value))
                person.said |= {each for each in written if not self._is_shared(each)}

    def _resolve(self, reference: str, person: Person) -> None:
        """Add the reference of a payment, if it is known here."""
        for table in self.tables:
            if table.is_made or table.carriers():
                continue
            for name, role in table.roles():
                value = normalised(reference) if role == "email" else reference
                column = self.plain(name) if role == "email" else name
                if role in {"email", "visitor", "lead"} and self.run(
                    f"select 1 from {table.sql} where {one_of(column, [value])} limit 1"
                ):
                    person.known[role].add(value)

    def _is_shared(self, reference: str) -> bool:
        if reference not in self._shared:
            payers: set[Any] = set()
            for table in self.tables:
                if table.is_made or "customer_id" not in table.columns or "id" not in table.columns:
                    continue
                for carrier in table.carriers():
                    found = self.mentions(carrier, _pattern(carrier, [reference]))
                    payers |= set(
                        self.run(
                            f"select distinct coalesce(customer_id, id) from {table.sql} "
                            f"where {found} limit {MAX_PEOPLE + 1}"
                        )
                    )
            self._shared[reference] = len(payers) > MAX_PEOPLE
        return self._shared[reference]

    def _personal(self, references: Iterable[str]) -> list[str]:
        """The references that few enough people carry."""
        return [each for each in sorted(references) if not self._is_shared(each)]


def mention_pattern(emails: Sequence[str]) -> str:
    """A pattern that matches texts and URLs with one of these addresses."""
    return "|".join(escaped(email).replace(r"\@", "(@|%40|%2540)") for email in sorted(emails))


def email_columns(table: Table) -> list[str]:
    """The columns whose whole value is an address."""
    return [name for name, _ in table.texts if name in ALL_EMAILS]


def _pattern(carrier: str, values: Sequence[str]) -> str:
    listed = "|".join(map(escaped, values))
    if carrier == "client_reference_id":
        return rf"^\s*({listed})\s*$"
    keys = "|".join(REFERENCE_KEYS)
    return rf'"({keys})"\s*:\s*"\s*({listed})\s*"'


def _written(carrier: str, value: str | None) -> Iterator[str]:
    """The references on a payment."""
    if not value:
        return
    if carrier == "client_reference_id":
        yield value.strip()
        return
    try:
        found = json.loads(value)
    except ValueError:
        return
    for key in REFERENCE_KEYS if isinstance(found, dict) else ():
        if isinstance(found.get(key), str) and (said := found[key].strip()):
            yield re.sub(r"\x00", "", said)
