"""The query that reads spooled lines: typed values, and the misfit of each row."""

# ruff: noqa: S608 - SQL is what this module writes; every name in it is quoted by `sql`
from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from target_apex import sql
from target_apex.column_types import BIGINT, JSON, VARCHAR
from target_apex.errors import RetryError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from target_apex.column_types import ColumnType
    from target_apex.spool import Spool
    from target_apex.streams import Column

COLUMNS_AT_ONCE = 500
"""The most columns of one query: DuckDB's work grows with the square of their number."""

_SAMPLE = 2000
"""Rows of a large batch that are searched for texts like 1.5 before it is read."""

NO_RECORD, NO_VERSION, LIKE_A_NUMBER = -1, -2, -3
"""Misfits that do not belong to one column."""

Typed = tuple["Column", "ColumnType"]
"""A property, and the type that it is read as."""


def parts(columns: Sequence[Typed]) -> Iterator[tuple[int, Sequence[Typed]]]:
    """The columns in groups that one query can read, each with the index of its first."""
    for first in range(0, len(columns), COLUMNS_AT_ONCE):
        yield first, columns[first : first + COLUMNS_AT_ONCE]


def select(
    spool: Spool,
    keys: Collection[str],
    columns: Sequence[Typed],
    quoted: Collection[str] = (),
    *,
    first: int = 0,
    repaired: bool = False,
) -> str:
    """A query for columns `c0`, `c1`, ..., `version`, `time_extracted`, `ord` and `misfit`.

    Args:
        spool: The lines.
        keys: The key properties, which must not be null.
        columns: The columns to read.
        quoted: Text columns that are read as JSON, with their quotes, so that numbers differ from
            texts that look like numbers. Others are read faster, and such a text is a misfit.
        first: The index of the first column.
        repaired: Whether `repair` wrote the lines.
    """
    source = _Source(repaired=repaired)
    for index, (column, kind) in enumerate(columns, first):
        source.add(f"c{index}", column, kind, quoted=column.name in quoted)
    misfits = [] if repaired else [f"WHEN no_record THEN {NO_RECORD}"]
    misfits.append(f"WHEN {sql.misfit('version_text', 'version', BIGINT)} THEN {NO_VERSION}")
    numbers = []
    for index, (column, kind) in enumerate(columns, first):
        value, text = f"c{index}", f"t{index}"
        doubt = sql.misfit(text, value, kind)
        if doubt:
            misfits.append(f"WHEN {doubt} THEN {index}")
        if column.name in keys and not repaired:
            misfits.append(f"WHEN {value} IS NULL THEN {index}")
        if kind == VARCHAR and not repaired:
            if column.name in quoted:
                misfits.append(f"WHEN {sql.is_a_fraction(text)} THEN {index}")
            else:
                numbers.append(f"WHEN {sql.like_a_fraction(value)} THEN {LIKE_A_NUMBER}")
    values = ", ".join(f"c{index}" for index, _ in enumerate(columns, first))
    # All other misfits come first, since they are certain.
    return (
        f"SELECT {values}, version, time_extracted, ord,"
        f" CAST(CASE {' '.join(misfits + numbers)} END AS INTEGER) AS misfit"
        f" FROM ({source.query(spool)})"
    )


def like_numbers(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[Typed], source: str
) -> set[str]:
    """The text columns in which some values, read without their quotes, may have been numbers."""
    texts = {
        column.name: f"bool_or({sql.like_a_fraction(f'c{index}')})"
        for index, (column, kind) in enumerate(columns)
        if kind == VARCHAR
    }
    if not texts:
        return set()
    found = connection.execute(f"SELECT {', '.join(texts.values())} FROM {source}").fetchall()[0]
    return {name for name, like in zip(texts, found, strict=True) if like}


def learn(
    connection: duckdb.DuckDBPyConnection,
    spool: Spool,
    columns: Sequence[Typed],
    quoted: set[str],
) -> None:
    """Add text columns to `quoted` whose first lines in a large batch look like numbers."""
    if not quoted and spool.rows > _SAMPLE and len(columns) <= COLUMNS_AT_ONCE:
        some = f"(FROM ({select(spool, (), columns)}) LIMIT {_SAMPLE})"
        quoted |= like_numbers(connection, columns, some)


@contextmanager
def reading(spool: Spool) -> Iterator[None]:
    """A context in which the spool's file is read.

    Raises:
        RetryError: DuckDB cannot read a line. The transaction is aborted, and the spool remembers
            that it needs repair.
    """
    spool.flush()
    try:
        yield
    except duckdb.InvalidInputException as error:
        spool.hard_rows = set(range(spool.rows))
        raise RetryError from error


class _Source:
    """The inner query: values beside their texts, so that nothing is computed twice."""

    def __init__(self, *, repaired: bool) -> None:
        self._repaired = repaired
        self._fields: list[str] = []
        self._values: list[str] = []

    def add(self, value: str, column: Column, kind: ColumnType, *, quoted: bool) -> None:
        """Add a column that is read as `value`; its text, if needed, is named t instead of c."""
        as_json = kind == JSON or quoted
        self._fields.append(f"{sql.identifier(column.name)} {JSON if as_json else VARCHAR}")
        text = read = f"record[{sql.literal(column.name)}]"
        if quoted:
            read = sql.unquoted(text)
        elif kind == JSON and self._repaired:
            read = f"coalesce(exact[{sql.literal(column.name)}], {text})"
        self._values.append(f"CAST({sql.cast(read, kind)} AS {kind}) AS {value}")
        if quoted or kind not in (JSON, VARCHAR):
            self._values.append(f"{text}::VARCHAR AS t{value[1:]}")

    def query(self, spool: Spool) -> str:
        """The SQL text."""
        shape = {
            "record": f"STRUCT({', '.join(self._fields)})",
            "version": "VARCHAR",
            "time_extracted": "VARCHAR",
        }
        if self._repaired:
            shape |= {"ord": "BIGINT", "exact": "MAP(VARCHAR, VARCHAR)"}
        described = ", ".join(f"{name}: {sql.literal(kind)}" for name, kind in shape.items())
        return (
            f"SELECT {', '.join(self._values)}, record IS NULL AS no_record,"
            f" version AS version_text, {sql.cast('version', BIGINT)} AS version,"
            " try_cast(time_extracted AS TIMESTAMPTZ) AS time_extracted,"
            f" {'ord' if self._repaired else 'NULL::BIGINT AS ord'}"
            f" FROM read_json({sql.literal(spool.path)}, columns = {{{described}}},"
            " format = 'newline_delimited', compression = 'none',"
            f" maximum_object_size = {spool.largest_object})"
        )
