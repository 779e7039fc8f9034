"""What a column and a kind of file are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Type = Literal["text", "day", "time", "money", "decimal", "integer", "currency"]

SQL_TYPES: Final[dict[Type, str]] = {
    "text": "varchar",
    "day": "date",
    "time": "timestamp with time zone",
    "money": "decimal(18, 6)",
    "decimal": "decimal(28, 12)",
    "integer": "bigint",
    "currency": "varchar",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a kind.

    `words` are the headers that mean it, the best first; of a field that is `sole`, a file may
    have one column only, since a second one could mean other money.
    """

    name: str
    type: Type
    words: tuple[str, ...]
    needed: bool = False
    sole: bool = False
    stored: bool = True
    """False for a column that is read to check or make others, and has none in the table."""

    @property
    def sql_type(self) -> str:
        """Its type, as DuckDB and Postgres know it."""
        return SQL_TYPES[self.type]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file, named after its table.

    Importing again replaces the rows whose `key` is the same.
    """

    name: str
    title: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    unique: bool
    """Whether a file has at most one row for each key."""
    some_of: tuple[str, ...]
    """Fields of which a file must have one to be recognised as this kind."""
    example: tuple[str, ...]
    """One row for the template."""

    @property
    def columns(self) -> tuple[Field, ...]:
        """The columns of the table."""
        return tuple(field for field in self.fields if field.stored)

    @property
    def moment(self) -> str | None:
        """The column that dates a row; None where rows hold at any time."""
        dated = (field.name for field in self.fields if field.type in {"day", "time"})
        return next(dated, None)

    @property
    def day(self) -> str:
        """SQL of the day that a row is of, null where nothing dates it."""
        return f"cast({self.moment or 'null'} as date)"

    def field(self, name: str) -> Field:
        """The field of that name, which must exist."""
        return next(field for field in self.fields if field.name == name)
