"""The warehouse: a DuckDB file or a Postgres database, opened briefly.

Both take parameters as $1, $2, ..., so that one text of SQL serves both where their dialects agree.
The drivers are extras, and are imported when a warehouse is opened.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from stripe_apex.errors import (
    BusyWarehouseError,
    MissingPartError,
    NoWarehouseError,
    WarehouseError,
)
from tap_stripe_apex.errors import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb
    import psycopg

DEFAULT_ADDRESS: Final = "output/warehouse.duckdb"
"""The default file of dbt's profile, which is the demo's."""

ACCOUNT_ADDRESS: Final = "output/account.duckdb"
"""The warehouse of the user's own account in `make run`; imports go here."""

LOCK_WAIT_SECONDS: Final = 10.0
"""Seconds to wait while a run is writing the file, about those of the demo's `dbt build`."""


class Warehouse:
    """An open warehouse, which answers queries.

    Attributes:
        dialect: the SQL dialect.
    """

    def __init__(
        self,
        dialect: Literal["duckdb", "postgres"],
        connection: duckdb.DuckDBPyConnection | psycopg.RawCursor[Any],
    ) -> None:
        self.dialect: Final = dialect
        self._connection = connection

    def rows(self, sql: str, *parameters: object) -> list[dict[str, Any]]:
        """The rows of a query as dictionaries; times are naive, in UTC."""
        done = self._connection.execute(sql, parameters)
        names = [column[0] for column in done.description or ()]
        return [dict(zip(names, row, strict=True)) for row in done.fetchall()]

    def value(self, sql: str, *parameters: object) -> Any:
        """The first value of the first row; None if there is no row."""
        row = next(iter(self.rows(sql, *parameters)), {})
        return next(iter(row.values()), None)

    def execute(self, statement: str) -> None:
        """Run a statement that changes a warehouse, which was opened for writing."""
        self._connection.execute(statement)


@contextmanager
def open_warehouse(
    address: str, *, read_only: bool = True, lock_wait_seconds: float = LOCK_WAIT_SECONDS
) -> Iterator[Warehouse]:
    """Open a warehouse for a short time: an open DuckDB file keeps all writers out.

    Args:
        address: the path of a DuckDB file, or `postgresql://...`; missing parts come from
            `PGHOST`, `PGUSER` and so on.
        read_only: whether nothing will be changed; Postgres is then read in one snapshot.
        lock_wait_seconds: how long to wait while another process writes the file.

    Raises:
        MissingPartError: the driver is not installed.
        NoWarehouseError: there is no such file.
        WarehouseError: it cannot be opened or read.
    """
    if is_postgres(address):
        opened = _postgres(address, read_only=read_only)
    else:
        opened = _duckdb(Path(address), lock_wait_seconds, read_only=read_only)
    with opened as warehouse:
        yield warehouse


def is_postgres(address: str) -> bool:
    """Whether a warehouse is a Postgres database; otherwise it is a DuckDB file."""
    return address.startswith(("postgres:", "postgresql:"))


def redacted(address: str) -> str:
    """An address without its password."""
    scheme, separator, rest = address.partition("://")
    if not separator:
        return address
    credentials, at, place = rest.rpartition("@")
    return f"{scheme}://{credentials.split(':')[0]}{at}{place.split('?')[0]}"


def missing_extra(what: str) -> MissingPartError:
    """The error that the packages of the report, an extra, are not installed."""
    return MissingPartError(f"The report needs {what}: install tap-stripe-apex[report].")


def connect_duckdb(
    path: Path, lock_wait_seconds: float = LOCK_WAIT_SECONDS, *, read_only: bool
) -> duckdb.DuckDBPyConnection:
    """Connect to a DuckDB file, once no other process is writing it.

    Raises:
        BusyWarehouseError: another process writes it for longer than that.
        WarehouseError: it cannot be opened.
    """
    import duckdb  # noqa: PLC0415 - an extra: the tap alone does without

    give_up = time.monotonic() + lock_wait_seconds
    while True:
        try:
            return duckdb.connect(str(path), read_only=read_only)
        except duckdb.IOException as error:
            if "lock" not in str(error).lower():
                raise WarehouseError(
                    f"The warehouse at {path} cannot be opened: it is damaged, no DuckDB file, or "
                    "of another version of DuckDB. Move it away: `make run` makes a new one, and "
                    "files have to be imported again."
                ) from error
            if time.monotonic() >= give_up:
                raise BusyWarehouseError(
                    f"A run is writing the warehouse at {path}. Try again when it has ended."
                ) from error
            time.sleep(0.2)


@contextmanager
def _duckdb(path: Path, lock_wait_seconds: float, *, read_only: bool) -> Iterator[Warehouse]:
    try:
        import duckdb  # noqa: PLC0415 - an extra: the tap alone does without
    except ImportError as error:
        raise MissingPartError(
            "A warehouse is read by DuckDB: install tap-stripe-apex[report]."
        ) from error
    if not path.is_file():
        raise NoWarehouseError(f"There is no warehouse at {path}. `make run` makes one.")
    with connect_duckdb(path, lock_wait_seconds, read_only=read_only) as connection:
        try:
            connection.execute("set timezone = 'UTC'")
            yield Warehouse("duckdb", connection)
        except duckdb.Error as error:
            raise _unreadable(str(path), error) from error


@contextmanager
def _postgres(address: str, *, read_only: bool) -> Iterator[Warehouse]:
    try:
        import psycopg  # noqa: PLC0415 - an extra: DuckDB does without
    except ImportError as error:
        raise MissingPartError(
            "Postgres needs a driver: install tap-stripe-apex[report,postgres]."
        ) from error
    place = redacted(address)
    try:
        connection = psycopg.connect(address, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise WarehouseError(
            f"Postgres at {place} cannot be reached: {first_line(error)}. Check the address, "
            "PGHOST, PGUSER and PGPASSWORD."
        ) from error
    with connection:
        if read_only:
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        try:
            connection.execute("set timezone = 'UTC'")
            yield Warehouse("postgres", psycopg.RawCursor(connection))
        except psycopg.Error as error:
            raise _unreadable(place, error) from error


def _unreadable(place: str, error: Exception) -> WarehouseError:
    return WarehouseError(
        f"The marts in {place} are not as this version expects: {first_line(error)}. Build them "
        "anew with `make run`, or `dbt build --full-refresh`."
    )


def first_line(error: Exception) -> str:
    """The first line of a driver's message, without secrets."""
    return redact(str(error).strip().split("\n", 1)[0]).rstrip(".")
