"""The DuckDB file: opened when no other process holds it, written in one transaction at a time."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from target_apex import files, sql, straight
from target_apex.column_types import BIGINT
from target_apex.engine import Memory, reason
from target_apex.errors import RetryError, WarehouseError, WarehouseLockedError
from target_apex.metadata import Metadata
from target_apex.settings import LoadMethod
from target_apex.stage import Stage
from target_apex.streams import METADATA, TABLE_VERSION, Column
from target_apex.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from target_apex.settings import Settings
    from target_apex.spool import Spool
    from target_apex.streams import Stream

RETRY_SECONDS = 0.1

ROW_GROUP_SIZE = 61_440
"""Rows in a row group. A batch of at least as many is written once, when it is committed.

DuckDB's default is twice that, more than most batches have. Their rows would first be written to
the log, and be compressed again by each checkpoint.
"""

_CATALOG = "target_apex_file"
"""The name of the file in queries; its own name may also be that of the schema."""


class Warehouse:
    """Tables in one DuckDB file."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._path = Path(settings.path)
        self._connection = self._open()
        self._memory = Memory(self._connection)
        self._metadata = Metadata()
        self._prepared: dict[str, tuple[Stream, Table]] = {}
        self._overwritten: set[str] = set()
        self._versioned: set[str] = set()
        # What earlier batches have shown about each stream.
        self._poured: dict[str, bool] = {}
        self._quoted: dict[str, set[str]] = {}

    def _open(self) -> duckdb.DuckDBPyConnection:
        """Connect; wait while another process holds the file.

        Raises:
            WarehouseLockedError: It was held for too long.
            WarehouseError: It cannot be opened.
        """
        deadline = time.monotonic() + self._settings.lock_wait_seconds
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WarehouseError(
                f"cannot make the folder of {self._path}: {error.strerror}"
            ) from error
        replaced = False
        while True:
            try:
                return _attached(self._path)
            except duckdb.Error as error:
                if "Could not set lock" not in str(error):
                    # Only once: on a full disk the new file would be unfinished, too.
                    if not replaced and files.remove_unfinished(self._path):
                        replaced = True
                        continue
                    raise WarehouseError(f"cannot open {self._path}: {reason(error)}") from error
                if time.monotonic() >= deadline:
                    raise WarehouseLockedError.held(
                        self._path, _holder(error), self._settings.lock_wait_seconds
                    ) from error
                time.sleep(RETRY_SECONDS)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A context whose loads become visible together or not at all.

        Raises:
            RetryError: Nothing was stored, but another try may succeed.
            WarehouseError: DuckDB refused; the transaction is rolled back.
        """
        overwritten = frozenset(self._overwritten)
        try:
            self._connection.execute("BEGIN")
            yield
            self._connection.execute("COMMIT")
        except BaseException as error:
            with suppress(duckdb.Error):  # a failed COMMIT has rolled back already
                self._connection.execute("ROLLBACK")
            # Tables that this transaction created are gone.
            self._prepared.clear()
            self._overwritten = set(overwritten)
            if isinstance(error, duckdb.OutOfMemoryException) and self._memory.grow():
                raise RetryError from error
            if isinstance(error, duckdb.Error):
                raise WarehouseError(
                    f"{self._path}: {reason(error)}; nothing of this batch was kept"
                ) from error
            raise

    def prepare(self, stream: Stream) -> Table:
        """Create or widen the stream's table."""
        known, table = self._prepared.get(stream.name, (None, None))
        if known is stream and table is not None:
            return table
        schema = self._settings.default_target_schema
        self._connection.execute(f"CREATE SCHEMA IF NOT EXISTS {sql.identifier(schema)}")
        name = stream.name
        if self._settings.load_method == LoadMethod.OVERWRITE:
            name = _loading(stream.name)
            if stream.name not in self._overwritten:
                self._connection.execute(f"DROP TABLE IF EXISTS {sql.qualified(schema, name)}")
                self._overwritten.add(stream.name)
        table = Table(self._connection, schema, name)
        table.ensure(stream.columns)
        table.claim(stream)
        self._prepared[stream.name] = (stream, table)
        return table

    def load(self, stream: Stream, spool: Spool) -> None:
        """Add the spooled lines to the stream's table.

        Raises:
            RetryError: They need the stage, as the insert has shown; the next try uses it.
        """
        table = self.prepare(stream)
        self._memory.reserve(len(stream.columns))
        append = self._settings.load_method == LoadMethod.APPEND_ONLY
        keys = () if append else stream.keys
        quoted = self._quoted.setdefault(stream.name, set())
        if self._may_pour(stream, spool, table, keys):
            if straight.pour(self._connection, stream, spool, table, keys=keys, quoted=quoted):
                return
            self._poured[stream.name] = False
            raise RetryError
        stage = Stage(self._connection, stream, table.types(stream.columns), quoted)
        staged = stage.fill(spool)
        table.widen_for(stream.columns)
        extra = {}
        if staged.versioned and self._settings.activate_versions:
            self._versioned.add(stream.name)
            table.ensure([Column(TABLE_VERSION, BIGINT)])
        if table.has(TABLE_VERSION):
            extra[TABLE_VERSION] = "s.version"
        if self._settings.add_record_metadata:
            table.ensure([Column(name, kind) for name, kind in METADATA.items()])
            extra |= self._metadata.columns(staged, spool)
        hard = self._settings.hard_delete
        patches = bool(keys) and not hard and stage.set_patches_aside(staged)
        table.insert(stream.columns, keys, extra, drop_deleted=hard)
        if patches:
            stage.take_patches()
            table.insert(stream.columns, keys, extra, drop_deleted=False, patching=True)
        stage.drop()

    def _may_pour(self, stream: Stream, spool: Spool, table: Table, keys: Sequence[str]) -> bool:
        """Whether the lines may be loaded without a stage, as far as is known before."""
        if stream.name not in self._poured:
            # Rows that were there before the run will be replaced.
            self._poured[stream.name] = not keys or not table.count()
        return (
            self._poured[stream.name]
            and not self._settings.add_record_metadata
            and straight.may_pour(stream, spool, table)
        )

    def activate(self, stream: Stream, version: int) -> None:
        """Delete the rows of older table versions, for ACTIVATE_VERSION."""
        table = self.prepare(stream)
        if table.has(TABLE_VERSION):
            table.activate(
                version,
                # If a tap never names a version in its records, all rows lack one.
                unversioned=stream.name in self._versioned,
                hard_delete=self._settings.hard_delete,
            )

    def finish(self) -> None:
        """At the end of the run, let overwritten tables replace the old ones."""
        if not self._overwritten:
            return
        schema = self._settings.default_target_schema
        with self.transaction():
            for stream in self._overwritten:
                self._connection.execute(f"DROP TABLE IF EXISTS {sql.qualified(schema, stream)}")
                self._connection.execute(
                    f"ALTER TABLE {sql.qualified(schema, _loading(stream))}"
                    f" RENAME TO {sql.identifier(stream)}"
                )

    def interrupt(self) -> None:
        """Stop the query that another thread runs."""
        self._connection.interrupt()

    def close(self) -> None:
        """Close the file, so that others can open it."""
        self._connection.close()


def _attached(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection to the file, which is attached: only then can the row group size be set."""
    connection = duckdb.connect(config={"temp_directory": f"{path}.tmp"})
    size = f"ROW_GROUP_SIZE {ROW_GROUP_SIZE}"
    attach = f"ATTACH {sql.literal(str(path))} AS {_CATALOG} ({size}); USE {_CATALOG}"
    try:
        # A signal during a query of the main thread becomes an error of DuckDB.
        with ThreadPoolExecutor(max_workers=1) as thread:
            thread.submit(connection.execute, attach).result()
    except duckdb.Error:
        connection.close()
        raise
    return connection


def _loading(stream: str) -> str:
    """The name of the table that is filled while the table that it will replace is still in use."""
    return f"_apex_loading_{stream}"


def _holder(error: duckdb.Error) -> str:
    """The process that holds the lock, by DuckDB's message, and its program if the system tells."""
    _, found, rest = str(error).partition("Conflicting lock is held in ")
    if not found:
        return "another process"
    pid = re.search(r"\(PID (\d+)\)", rest)
    command = _command(int(pid[1])) if pid else ""
    return rest.partition(". See also")[0] + (f", which runs {command}" if command else "")


def _command(pid: int) -> str:
    """The program of a process, or its script; not its arguments, which may be secret."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    program, _, rest = words.partition("\0")
    script = rest.partition("\0")[0]
    name = Path(script if "python" in Path(program).name and script[:1] != "-" else program).name
    return name if name.isprintable() else ""
