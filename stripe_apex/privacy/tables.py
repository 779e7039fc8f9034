"""Tables that may hold people, and the SQL that finds them there on DuckDB and Postgres (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from stripe_apex.sources.reading import literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stripe_apex.hashing import Run

Dialect = Literal["duckdb", "postgres"]

OWN_SCHEMAS: Final = ("raw_stripe", "apex", "apex_import")
"""Where tap, imports and other loaders put tables; all tables in them are looked at."""

_MADE: Final = (
    r"(staging|intermediate|marts)\.(stg|base|int|fct|dim|mart|metric)_.*",
    r"marts\.time_spine_daily",
)
_TEXTS: Final = ("varchar", "text", "character varying", "json", "jsonb")

Role = Literal["email", "visitor", "user", "customer", "lead", "payment", "charge"]
"""What a column holds; a `user` is a visitor by the id of the site, or a constant."""

_LOADED: Final = ("staging.base_web__loaded_links", "staging.base_web__loaded_leads")
"""What dbt learnt of people in the tables of trackers and CRMs."""

_LOADED_COLUMNS: Final = "staging.base_web__loaded_columns"
"""Where dbt says which columns of these tables hold people."""

_ROLES: Final[dict[str, Role]] = {
    "email": "email",
    "customer_email": "email",
    "visitor_id": "visitor",
    "customer_id": "customer",
    "lead_id": "lead",
    "payment_intent_id": "payment",
    "charge_id": "charge",
    "source_id": "charge",
}
_OF_KEY: Final[dict[str, Role]] = {"charges": "charge", "customers": "customer"}
"""What the column `id` of a table is."""

ALL_EMAILS: Final = ("email", "customer_email", "receipt_email", "billing_email")


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its texts.

    Attributes:
        schema: where it is.
        name: without the schema.
        texts: the columns of texts and JSON, with their types.
        columns: the names of all columns.
        sql: its name in SQL.
        stored: False for a view, which has no rows of its own.
        told: of a tracker's or a CRM's table, the columns that say who it is.
    """

    schema: str
    name: str
    texts: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    sql: str
    stored: bool
    told: tuple[tuple[str, Role], ...] = ()

    @property
    def label(self) -> str:
        """What people call it."""
        return f"{self.schema}.{self.name}"

    @property
    def is_money(self) -> bool:
        """Whether its rows are amounts that were moved, which stay."""
        return {"amount", "currency"} <= set(self.columns)

    @property
    def is_made(self) -> bool:
        """Whether dbt makes it, from what the others hold."""
        return any(re.fullmatch(pattern, self.label) for pattern in _MADE)

    @property
    def tells(self) -> bool:
        """Whether its rows say who belongs together."""
        return not self.is_made or self.label in _LOADED

    def roles(self) -> list[tuple[str, Role]]:
        """The columns that say who it is, in SQL, and what each of them is."""
        if self.told:
            return [(f"cast({identifier(name)} as varchar)", role) for name, role in self.told]
        found = [(name, _ROLES[name]) for name, _ in self.texts if name in _ROLES]
        if self.name in _OF_KEY and "id" in self.columns:
            found.append(("id", _OF_KEY[self.name]))
        return found

    def carriers(self) -> list[str]:
        """The columns in which a shop may have written who it is."""
        names = ("metadata", "customer_metadata", "client_reference_id")
        return [name for name, _ in self.texts if name in names]


def tables(run: Run, named: Iterable[str]) -> list[Table]:
    """The tables and views that may hold people.

    Args:
        run: runs a statement.
        named: further tables that the models read, as schema.table.
    """
    found = _all(run)
    told: dict[str, list[tuple[str, Role]]] = {}
    if any(table.label == _LOADED_COLUMNS for table in found):
        for label, column, role in run(
            f"select table_label, column_name, role from {_LOADED_COLUMNS} order by 1, 2, 3"
        ):
            told.setdefault(label, []).append((column, role))
    return [
        replace(table, told=tuple(told.get(table.label, ())))
        for table in found
        if table.schema in OWN_SCHEMAS or table.label in {*named, *told} or table.is_made
    ]


def _all(run: Run) -> list[Table]:
    kinds = {
        (schema, name): kind == "BASE TABLE"
        for schema, name, kind in run(
            "select table_schema, table_name, table_type from information_schema.tables "
            "where table_catalog = current_database()"
        )
    }
    columns: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for schema, name, column, type_ in run(
        "select table_schema, table_name, column_name, data_type "
        "from information_schema.columns where table_catalog = current_database() "
        "order by table_schema, table_name, ordinal_position"
    ):
        columns.setdefault((schema, name), []).append((column, type_.lower()))
    return [
        Table(
            schema,
            name,
            tuple((column, type_) for column, type_ in listed if type_ in _TEXTS),
            tuple(column for column, _ in listed),
            f"{identifier(schema)}.{identifier(name)}",
            stored=kinds.get((schema, name), False),
        )
        for (schema, name), listed in columns.items()
    ]


def identifier(name: str) -> str:
    """A name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def one_of(expression: str, values: Iterable[str]) -> str:
    """The condition that an expression is one of some texts."""
    listed = ", ".join(literal(value) for value in sorted(values))
    return f"{expression} in ({listed})" if listed else "false"


def escaped(text: str) -> str:
    """A text as a pattern of regular expressions, for RE2 and Postgres alike."""
    return re.sub(r"([!-/:-@\[\\\]^`{-~])", r"\\\1", text)
