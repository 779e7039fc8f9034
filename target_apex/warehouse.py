"""The DuckDB file: opened when nobody else holds it, written one transaction at a time."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from target_apex import sql
from target_apex.errors import TargetError, WarehouseError, WarehouseLockedError
from target_apex.stage import Stage, Staged
from target_apex.streams import METADATA, TABLE_VERSION, Column
from target_apex.tables import Table
from target_apex.types import BIGINT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from target_apex.settings import Settings
    from target_apex.spool import Spool
    from target_apex.streams import Stream

_RETRY_SECONDS = 0.1


class Warehouse:
    """Tables in one DuckDB file."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._path = Path(settings.path)
        self._connection = self._open()
        self._ensured: dict[str, Stream] = {}
        self._tables: dict[str, Table] = {}
        self._started = datetime.now(UTC)
        self._rows = 0

    def _open(self) -> duckdb.DuckDBPyConnection:
        """Connect; wait while another process holds the file.

        Raises:
            WarehouseLockedError: It was held for too long.
            WarehouseError: It cannot be opened at all.
        """
        deadline = time.monotonic() + self._settings.lock_wait_seconds
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WarehouseError(
                f"cannot make the folder of {self._path}: {error.strerror}"
            ) from error
        while True:
            try:
                connection = duckdb.connect(self._path)
            except duckdb.Error as error:
                if "Could not set lock" not in str(error):
                    raise WarehouseError(f"cannot open {self._path}: {_reason(error)}") from error
                if time.monotonic() >= deadline:
                    raise WarehouseLockedError.held(
                        self._path, _holder(error), self._settings.lock_wait_seconds
                    ) from error
                time.sleep(_RETRY_SECONDS)
            else:
                # A date-time without an offset is UTC; nothing is ever fetched from the network.
                connection.execute("SET TimeZone = 'UTC'")
                connection.execute("SET autoinstall_known_extensions = false")
                return connection

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is loaded inside becomes visible together, or not at all.

        Raises:
            WarehouseError: DuckDB refused; the transaction is rolled back.
        """
        try:
            self._connection.execute("BEGIN")
            yield
            self._connection.execute("COMMIT")
        except BaseException as error:
            with suppress(duckdb.Error):  # a failed COMMIT has rolled back already
                self._connection.execute("ROLLBACK")
            self._ensured.clear()
            if isinstance(error, duckdb.Error) and not isinstance(error, TargetError):
                raise WarehouseError(
                    f"{self._path}: {_reason(error)}; nothing of this batch was kept"
                ) from error
            raise

    def prepare(self, stream: Stream) -> Table:
        """The stream's table, with every column that the stream needs."""
        if self._ensured.get(stream.name) is not stream:
            schema = self._settings.default_target_schema
            self._connection.execute(f"CREATE SCHEMA IF NOT EXISTS {sql.identifier(schema)}")
            table = Table(self._connection, schema, stream.name)
            table.ensure(stream.columns)
            self._tables[stream.name] = table
            self._ensured[stream.name] = stream
        return self._tables[stream.name]

    def load(self, stream: Stream, spool: Spool) -> None:
        """Add the spooled lines to the stream's table."""
        table = self.prepare(stream)
        stage = Stage(self._connection, stream, table.types(stream.columns))
        staged = stage.fill(spool)
        table.widen_for(stream.columns)
        extra = {}
        if staged.versioned and self._settings.activate_versions:
            table.ensure([Column(TABLE_VERSION, BIGINT)])
        if table.has(TABLE_VERSION):
            extra[TABLE_VERSION] = "s.version"
        if self._settings.add_record_metadata:
            table.ensure(Column(name, kind) for name, kind in METADATA.items())
            extra |= self._metadata(staged, spool)
        upsert = self._settings.load_method != "append-only"
        table.insert(
            stream.columns,
            stream.keys if upsert else (),
            extra,
            drop_deleted=self._settings.hard_delete,
        )
        stage.drop()

    def _metadata(self, staged: Staged, spool: Spool) -> dict[str, str]:
        """The `_sdc_*` columns, as expressions over the stage."""
        started = int(self._started.timestamp() * 1000)
        # Ordered over runs (milliseconds, with room for a million rows in each) and within one.
        sequence = started * 1_000_000 + self._rows
        self._rows += staged.rows
        return {
            "_sdc_extracted_at": "s.time_extracted",
            "_sdc_received_at": f"TIMESTAMPTZ {sql.literal(spool.received_at.isoformat())}",
            "_sdc_batched_at": "now()",
            "_sdc_sequence": f"{sequence} + {staged.place}",
            TABLE_VERSION: "s.version",
            "_sdc_sync_started_at": str(started),
        }

    def close(self) -> None:
        """Let others open the file."""
        self._connection.close()


def _reason(error: duckdb.Error) -> str:
    """The first line of DuckDB's message, without its class."""
    return str(error).partition("\n")[0].partition("Error: ")[2] or str(error)


def _holder(error: duckdb.Error) -> str:
    """Who holds the lock, as DuckDB tells it."""
    _, found, rest = str(error).partition("Conflicting lock is held in ")
    return rest.partition(". See also")[0] if found else "another process"
