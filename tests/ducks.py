"""Queries on DuckDB files, by one connection of the whole process.

A start of DuckDB takes thirty milliseconds; to attach a file takes one.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def reading(path: str | Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads what is committed to a file; instants are shown in UTC.

    Only while nothing else of this process has the file open: the locks of a process are one.
    """
    connection = _connection()
    name, place = (str(each).replace("'", "''") for each in (Path(path).stem, path))
    connection.execute(f"""attach '{place}' as "{name}" (read_only)""")
    try:
        connection.execute(f'use "{name}"')
        yield connection
    finally:
        connection.execute("use memory")
        connection.execute(f'detach "{name}"')


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    return connection
