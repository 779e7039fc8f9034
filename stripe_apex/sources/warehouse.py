"""The two warehouses that are written: a DuckDB file, or a Postgres database.

Both take parameters as $1, $2, ... and understand the SQL of `store`; what differs is here.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import duckdb

from stripe_apex.errors import MissingPartError, WarehouseError
from stripe_apex.sources.reading import literal
from stripe_apex.warehouse import connect_duckdb, first_line, is_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from stripe_apex.sources.reading import Reading

MEMORY: Final = "256MB"
_BATCH: Final = 10_000


class Warehouse(Protocol):
    """Something that the imports are kept in, within one transaction."""

    def run(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """The rows of a statement; none where it has no result."""

    @contextmanager
    def incoming(self, reading: Reading) -> Iterator[str]:
        """The rows of a file as a table of the warehouse; its name."""


@contextmanager
def opened(address: str, *, write: bool) -> Iterator[Warehouse | None]:
    """A warehouse, in one transaction that is undone by any error; None where there is no file.

    Args:
        address: path of a DuckDB file, which is made if it is to be written, or `postgresql://...`.
        write: whether anything is to be changed.

    Raises:
        MissingPartError: the driver is not installed.
        WarehouseError: it cannot be opened, or another process is writing it.
    """
    if is_postgres(address):
        with _postgres(address) as warehouse:
            yield warehouse
    elif write or Path(address).exists():
        with _duckdb(Path(address), write=write) as warehouse:
            yield warehouse
    else:
        yield None


class _Duckdb:
    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._attached = 0

    def run(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """As `Warehouse` says."""
        return self._connection.execute(sql, parameters).fetchall()

    @contextmanager
    def incoming(self, reading: Reading) -> Iterator[str]:
        """As `Warehouse` says."""
        reading.staged.close()
        # It stays attached until the connection is closed: a transaction that read it is open.
        self._attached += 1
        name = f"incoming_{self._attached}"
        self.run(f"attach {literal(str(reading.staged.path))} as {name} (read_only)")
        yield f"{name}.ready"


class _Postgres:
    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def run(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """As `Warehouse` says."""
        import psycopg  # noqa: PLC0415 - an extra

        cursor = psycopg.RawCursor(self._connection)
        cursor.execute(sql, parameters or None)
        return cursor.fetchall() if cursor.description else []

    @contextmanager
    def incoming(self, reading: Reading) -> Iterator[str]:
        """As `Warehouse` says."""
        columns = [(column.name, column.sql_type) for column in reading.kind.columns]
        listed = ", ".join(f"{name} {type_}" for name, type_ in columns)
        self.run(f"create temporary table incoming ({listed}, row_number bigint) on commit drop")
        reading.staged.close()
        with duckdb.connect(str(reading.staged.path), read_only=True) as staged:
            staged.execute("set timezone = 'UTC'")
            found = staged.execute("select * from ready")
            with self._connection.cursor().copy("copy incoming from stdin") as copy:
                while rows := found.fetchmany(_BATCH):
                    for row in rows:
                        copy.write_row(row)
        self.run("analyze incoming")
        yield "incoming"
        self.run("drop table incoming")


@contextmanager
def _duckdb(path: Path, *, write: bool) -> Iterator[_Duckdb]:
    if write:
        path.parent.mkdir(parents=True, exist_ok=True)
    with connect_duckdb(path, read_only=not write) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"set memory_limit = '{MEMORY}'")
        connection.execute("set threads = 2")
        connection.execute("set preserve_insertion_order = false")
        try:
            yield _Duckdb(connection)
        except duckdb.Error as error:
            raise WarehouseError(
                f"The warehouse at {path} refuses: {first_line(error)}. Nothing was changed."
            ) from error


@contextmanager
def transaction(warehouse: Warehouse) -> Iterator[None]:
    """All or nothing of what is done within."""
    warehouse.run("begin")
    try:
        yield
    except BaseException:
        warehouse.run("rollback")
        raise
    warehouse.run("commit")


@contextmanager
def _postgres(address: str) -> Iterator[_Postgres]:
    try:
        import psycopg  # noqa: PLC0415 - an extra: DuckDB does without
    except ImportError as error:
        raise MissingPartError(
            "Postgres needs a driver: install tap-stripe-apex[import,postgres]."
        ) from error
    try:
        connection = psycopg.connect(address, connect_timeout=10, autocommit=True)
    except psycopg.OperationalError as error:
        raise WarehouseError(
            f"Postgres cannot be reached: {first_line(error)}. Check the address, PGHOST, PGUSER "
            "and PGPASSWORD."
        ) from error
    with connection:
        connection.execute("set timezone = 'UTC'")
        try:
            yield _Postgres(connection)
        except psycopg.Error as error:
            raise WarehouseError(
                f"Postgres refuses: {first_line(error)}. Nothing was changed."
            ) from error
