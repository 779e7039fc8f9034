"""Where the marts are: a DuckDB file or a Postgres database, read-only and briefly.

Both take parameters as $1, $2, ..., so one text of SQL serves both.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from tap_stripe_apex.errors import ConfigurationError, TapError, redact

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb
    import psycopg

SCHEMA = "marts"
LOCK_WAIT_SECONDS = 10.0
"""How long to wait while a run is writing the file; the demo's `dbt build` takes about as long."""

_POSTGRES = ("postgres:", "postgresql:")


class Warehouse(Protocol):
    """Something that answers queries."""

    def rows(self, sql: str, *parameters: object) -> list[dict[str, Any]]:
        """Rows of a query, by the names of its columns; times are naive, in UTC."""


class _Connection:
    """A connection of DuckDB's, or a cursor of psycopg's, that takes $1, $2, ..."""

    def __init__(self, connection: duckdb.DuckDBPyConnection | psycopg.RawCursor[Any]) -> None:
        self._connection = connection

    def rows(self, sql: str, *parameters: object) -> list[dict[str, Any]]:
        """As `Warehouse` says."""
        done = self._connection.execute(sql, parameters)
        names = [column[0] for column in done.description or ()]
        return [dict(zip(names, row, strict=True)) for row in done.fetchall()]


@contextmanager
def open_warehouse(address: str, *, lock_wait_seconds: float | None = None) -> Iterator[Warehouse]:
    """A read-only connection, closed at once after use: an open one keeps writers of a file out.

    Args:
        address: path of a DuckDB file, or `postgresql://...`, where what is not said comes from
            `PGHOST`, `PGUSER` and so on.
        lock_wait_seconds: how long to wait while another process writes the file; None: as long
            as LOCK_WAIT_SECONDS says.

    Raises:
        ConfigurationError: the driver is not installed, or there is no such warehouse.
        TapError: it cannot be opened or read.
    """
    if address.startswith(_POSTGRES):
        with _postgres(address) as warehouse:
            yield warehouse
    else:
        patience = LOCK_WAIT_SECONDS if lock_wait_seconds is None else lock_wait_seconds
        with _duckdb(Path(address), patience) as warehouse:
            yield warehouse


def require_tables(warehouse: Warehouse, names: Sequence[str], address: str) -> None:
    """See that the marts are there.

    Raises:
        TapError: not all of them are.
    """
    rows = warehouse.rows(
        "select table_name from information_schema.tables where table_schema = $1", SCHEMA
    )
    missing = sorted(set(names) - {row["table_name"] for row in rows})
    if len(missing) == len(set(names)):
        raise TapError(
            f"The warehouse at {redacted(address)} has no marts yet. Build them with `make run`."
        )
    if missing:
        raise TapError(
            f"The warehouse at {redacted(address)} lacks {', '.join(missing)}. Build all marts "
            "with `make run`, or `dbt build`."
        )


def redacted(address: str) -> str:
    """An address without its password."""
    scheme, separator, rest = address.partition("://")
    if not separator:
        return address
    credentials, at, place = rest.rpartition("@")
    return f"{scheme}://{credentials.split(':')[0]}{at}{place.split('?')[0]}"


@contextmanager
def _duckdb(path: Path, lock_wait_seconds: float) -> Iterator[Warehouse]:
    try:
        import duckdb  # noqa: PLC0415 - an extra: the tap alone does without
    except ImportError as exc:
        raise missing_extra("DuckDB") from exc
    if not path.is_file():
        raise ConfigurationError(f"There is no warehouse at {path}. `make run` makes one.")
    give_up = time.monotonic() + lock_wait_seconds
    while True:
        try:
            connection = duckdb.connect(str(path), read_only=True)
            break
        except duckdb.IOException as exc:
            if "lock" not in str(exc).lower():
                raise TapError(
                    f"The warehouse at {path} cannot be opened: it is damaged, no DuckDB file, or "
                    "of another version of DuckDB. `make run` makes a new one where it is removed."
                ) from exc
            if time.monotonic() >= give_up:
                raise TapError(
                    f"A run is writing the warehouse at {path}. Try again when it has ended."
                ) from exc
            time.sleep(0.2)
    with connection:
        try:
            connection.execute("set timezone = 'UTC'")
            yield _Connection(connection)
        except duckdb.Error as exc:
            raise _unreadable(str(path), exc) from exc


@contextmanager
def _postgres(address: str) -> Iterator[Warehouse]:
    try:
        import psycopg  # noqa: PLC0415 - an extra: DuckDB does without
    except ImportError as exc:
        raise ConfigurationError(
            "Postgres needs a driver: install tap-stripe-apex[report,postgres]."
        ) from exc
    place = redacted(address)
    try:
        connection = psycopg.connect(address, connect_timeout=10)
    except psycopg.OperationalError as exc:
        raise TapError(
            f"Postgres at {place} cannot be reached: {_first_line(exc)}. Check the address, "
            "PGHOST, PGUSER and PGPASSWORD."
        ) from exc
    with connection:
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        try:
            yield _Connection(psycopg.RawCursor(connection))
        except psycopg.Error as exc:
            raise _unreadable(place, exc) from exc


def missing_extra(what: str) -> ConfigurationError:
    """The report's packages are an extra, which is not installed."""
    return ConfigurationError(f"The report needs {what}: install tap-stripe-apex[report].")


def _unreadable(place: str, exc: Exception) -> TapError:
    return TapError(
        f"The marts in {place} are not as this version expects: {_first_line(exc)}. Build them "
        "anew with `make run`, or `dbt build --full-refresh`."
    )


def _first_line(exc: Exception) -> str:
    return redact(str(exc).strip().split("\n", 1)[0]).rstrip(".")
