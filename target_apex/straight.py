"""Loads spooled lines straight into a table in which they replace no row.

Filling the stage takes as long as filling the table. The stage is not needed if the table has the
stream's types, and no record of the batch replaces a row. Whether that is true is known after the
insert; if it is not, the transaction is rolled back, and the batch is loaded by the stage.
"""

# ruff: noqa: S608 - SQL is what this module writes; every name in it is quoted by `sql`
from __future__ import annotations

from typing import TYPE_CHECKING

from target_apex import query, sql
from target_apex.stage import positions
from target_apex.streams import DELETED_AT

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from target_apex.spool import Spool
    from target_apex.streams import Stream
    from target_apex.tables import Table


def may_pour(stream: Stream, spool: Spool, table: Table) -> bool:
    """Whether every reason to need the stage can be seen in the inserted rows."""
    return (
        not spool.hard_rows
        and len(stream.columns) <= query.COLUMNS_AT_ONCE
        and table.is_just(stream.columns)
    )


def pour(
    connection: duckdb.DuckDBPyConnection,
    stream: Stream,
    spool: Spool,
    table: Table,
    *,
    keys: Sequence[str],
    quoted: set[str],
) -> bool:
    """Insert all lines; False if the transaction must be rolled back, and the stage used.

    It must if a value does not fit, or if a record is marked as deleted, has a version, or has the
    key of another record or row.

    Raises:
        RetryError: DuckDB cannot read a line; the spool remembers that it needs repair.
    """
    before = table.last_row() if keys else -1
    columns = [(column, column.type) for column in stream.columns]
    place = positions(stream.columns)
    names, values = ", ".join(map(sql.identifier, place)), ", ".join(place.values())
    with query.reading(spool):
        query.learn(connection, spool, columns, quoted)
        rows = connection.execute(
            f"INSERT INTO {table.sql} ({names}) SELECT {values}"
            f" FROM ({query.select(spool, stream.keys, columns, quoted)})"
            f" WHERE misfit IS NULL AND version IS NULL AND {place[DELETED_AT]} IS NULL"
        ).fetchall()[0][0]
    return bool(rows == spool.rows) and (not keys or table.is_unique_after(before, keys))
