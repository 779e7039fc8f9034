"""Queries DuckDB files over a single connection of the process.

Starting DuckDB takes thirty milliseconds; attaching a file takes one.
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
    """A context manager that yields a connection to the committed data of a file; times are in UTC.

    Nothing else in this process may have the file open, since all locks of a process are shared.
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
