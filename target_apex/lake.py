"""A lake: an immutable Parquet file per stream and batch, in folders by load date."""

# ruff: noqa: S608 - SQL is what this module writes; every name in it is quoted by `sql`
from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import uuid4

import duckdb
from upath import UPath

from target_apex import sql, stage
from target_apex.column_types import TIME, VARCHAR
from target_apex.engine import Memory, reason
from target_apex.errors import RetryError, SettingsError, WarehouseError
from target_apex.metadata import Metadata
from target_apex.settings import LoadMethod
from target_apex.streams import METADATA, TABLE_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from target_apex.settings import Settings
    from target_apex.spool import Spool
    from target_apex.streams import Stream

ORDER = ("_sdc_batched_at", "_sdc_sequence", TABLE_VERSION)
"""Metadata columns of every lake; they tell which version of a row is the newest."""


class Lake:
    """Folders `schema/stream/load_date=YYYY-MM-DD` under a local path or any fsspec URL."""

    def __init__(self, settings: Settings) -> None:
        if settings.load_method == LoadMethod.OVERWRITE or settings.hard_delete:
            raise SettingsError(
                "a parquet lake is append-only: load_method must not be overwrite, nor "
                "hard_delete true"
            )
        self._settings = settings
        self._root = _root(settings)
        self._connection = duckdb.connect()
        self._memory = Memory(self._connection)
        self._metadata = Metadata()
        self._extra = tuple(METADATA) if settings.add_record_metadata else ORDER
        self._written: list[tuple[str, UPath]] = []
        self._folder = TemporaryDirectory(prefix="target-apex-")
        self._connection.execute(f"SET temp_directory = {sql.literal(self._folder.name)}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Publish complete files, one after the other, once all are written.

        Raises:
            RetryError: No file was published, but another try may succeed.
            WarehouseError: A file cannot be written.
        """
        self._written.clear()
        try:
            yield
            for local, final in self._written:
                self._publish(local, final)
        except duckdb.OutOfMemoryException as error:
            if self._memory.grow():
                raise RetryError from error
            raise WarehouseError(f"{self._root}: not enough memory for a batch") from error
        except duckdb.Error as error:
            raise WarehouseError(f"cannot write to {self._root}: {reason(error)}") from error
        except OSError as error:
            raise WarehouseError(f"cannot write to {self._root}: {error.strerror}") from error

    def prepare(self, stream: Stream) -> None:
        """Give a stream without files an empty one, so that a query finds its columns."""
        if not any((self._root / folder(stream.name)).glob("load_date=*/*.parquet")):
            values = {
                **{column.name: f"NULL::{column.type}" for column in stream.columns},
                **{name: f"NULL::{METADATA[name]}" for name in self._extra},
            }
            self._write(stream, values, "(SELECT 1) AS s WHERE false")

    def load(self, stream: Stream, spool: Spool) -> None:
        """Write the spooled lines as one file."""
        types = {column.name: column.type for column in stream.columns}
        self._memory.reserve(len(stream.columns))
        staged = stage.Stage(self._connection, stream, types)
        filled = staged.fill(spool)
        extra = self._metadata.columns(filled, spool)
        values = {
            # Spark has no type for a time of day.
            column.name: sql.convert(f"s.c{index}", column.type, VARCHAR)
            if column.type == TIME
            else f"s.c{index}"
            for index, column in enumerate(stream.columns)
        } | {name: f"CAST({extra[name]} AS {METADATA[name]})" for name in self._extra}
        self._write(stream, values, f"{stage.TABLE} AS s")
        staged.drop()

    def activate(self, stream: Stream, version: int) -> None:
        """Do nothing: a lake keeps all rows, and `_sdc_table_version` marks old ones."""

    def finish(self) -> None:
        """Do nothing: every file is complete already."""

    def interrupt(self) -> None:
        """Stop the query that another thread runs."""
        self._connection.interrupt()

    def close(self) -> None:
        """Remove what was not published."""
        self._connection.close()
        self._folder.cleanup()

    def _write(self, stream: Stream, values: Mapping[str, str], source: str) -> None:
        """Write a file to the temporary folder, and remember where it belongs."""
        now = datetime.now(UTC)
        name = f"{now:%Y%m%dT%H%M%S.%fZ}-{uuid4().hex[:8]}.parquet"
        local = f"{self._folder.name}/{name}"
        listed = ", ".join(
            f"{value} AS {sql.identifier(column)}" for column, value in values.items()
        )
        self._connection.execute(
            f"COPY (SELECT {listed} FROM {source}) TO {sql.literal(local)}"
            " (FORMAT parquet, COMPRESSION zstd)"
        )
        final = self._root / folder(stream.name) / f"load_date={now:%Y-%m-%d}" / name
        self._written.append((local, final))

    @staticmethod
    def _publish(local: str, final: UPath) -> None:
        """Copy a file to the lake under a name that readers ignore, then rename it."""
        unfinished = final.parent / f".{final.name}.part"
        try:
            final.parent.mkdir(parents=True, exist_ok=True)
            final.fs.put_file(local, unfinished.path)
            final.fs.mv(unfinished.path, final.path)
        except OSError:
            raise
        except Exception as error:
            # Each file system raises its own classes of errors; their names say more than some
            # texts.
            raise WarehouseError(
                f"cannot write to {final.parent}: {type(error).__name__}: {error}"
            ) from error
        Path(local).unlink()


def folder(stream: str) -> str:
    """The folder of a stream: its name, with characters that file names cannot have as %XX."""
    name = quote(stream, safe=" ")
    return name.replace(".", "%2E") if name.startswith(".") else name


def _root(settings: Settings) -> UPath:
    """The folder of the lake's streams.

    Raises:
        SettingsError: No installed package handles such a URL.
    """
    try:
        root = UPath(settings.path) / settings.default_target_schema
        _ = root.fs
    except (ImportError, ValueError) as error:
        raise SettingsError(f"cannot use the path {settings.path}: {error}") from error
    return root
