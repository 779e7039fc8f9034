"""Loads spooled lines into a typed temporary table; a value that is not exact stops the run."""

# ruff: noqa: S608 - SQL is what this module writes; every name in it is quoted by `sql`
from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from target_apex import query, sql
from target_apex.column_types import BIGINT, JSON, VARCHAR
from target_apex.errors import InputError, MissingKeyError
from target_apex.lines import Run
from target_apex.repair import decode, repair
from target_apex.spool import Spool
from target_apex.streams import DELETED_AT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import duckdb

    from target_apex.column_types import ColumnType
    from target_apex.streams import Column, Stream

TABLE = "temp.main.apex_stage"
"""The temporary table: a row per line, and columns c0, c1, ... in the stream's order."""

_PATCHES = "apex_patches"
_PART = "apex_part_{}"

_logger = logging.getLogger("target-apex")


@dataclass(frozen=True, slots=True)
class Staged:
    """What a filled stage holds."""

    rows: int
    versioned: bool
    """Whether a record names the version of its table."""
    place: str
    """SQL over the stage (alias s) for the row's position in the batch, from 0."""


def stage_type(incoming: ColumnType, column: ColumnType) -> ColumnType:
    """The type of a stage column: texts and JSON stay as they came, others are typed."""
    return column if column in (VARCHAR, JSON) else incoming


class Stage:
    """The temporary table of one stream's batch; `create` replaces an earlier one."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        stream: Stream,
        types: Mapping[str, ColumnType],
        quoted: set[str] | None = None,
    ) -> None:
        self._connection = connection
        self._stream = stream
        self._types = [stage_type(column.type, types[column.name]) for column in stream.columns]
        self._columns = list(zip(stream.columns, self._types, strict=True))
        self._quoted = set() if quoted is None else quoted

    def fill(self, spool: Spool) -> Staged:
        """Load all lines of `spool`.

        Raises:
            RetryError: DuckDB cannot read a line; call `fill` again in a new transaction.
            InputError: A line is no JSON, or a value does not fit its column; the error names it.
            MissingKeyError: A record lacks a key property.
        """
        hard = spool.hard_rows
        if len(hard) < spool.rows:
            with query.reading(spool):
                query.learn(self._connection, spool, self._columns, self._quoted)
                misfits = self._read(spool, replace=True)
                if query.LIKE_A_NUMBER in misfits.values():
                    self._quoted |= query.like_numbers(self._connection, self._columns, TABLE)
                    misfits = self._read(spool, replace=True)
            hard = hard | misfits.keys()
        if hard:
            self._reread(spool, hard)
        rows, versions, first = self._row(
            f"SELECT count(*), count(version), min(rowid) FROM {TABLE}"
        )
        if rows != spool.rows:
            raise InputError(f"stream {self._stream.name!r}: {spool.rows} lines gave {rows} rows")
        return Staged(rows, versioned=versions > 0, place=f"coalesce(s.ord, s.rowid - {first})")

    def set_patches_aside(self, staged: Staged) -> bool:
        """Make one row of each key that records of the batch mark as deleted.

        Such a record says that the row is deleted, and often nothing else. Missing values come from
        the earlier records of its key, back to the last whole one. If that is not in the batch, the
        row is a patch for the one in the table, and is moved out of the stage.

        Returns:
            Whether there are patches, which `take_patches` brings back.
        """
        mark = positions(self._stream.columns)[DELETED_AT]
        if not self._row(f"SELECT count({mark}) FROM {TABLE}")[0]:
            return False
        keys = key_columns(self._stream)
        match = " AND ".join(f"s.{key} IS NOT DISTINCT FROM m.{key}" for key in keys)
        listed = ", ".join(keys)
        kept = [f"c{index}" for index in range(len(self._types))]
        # arg_max passes over nulls.
        values = ", ".join(
            f"arg_max({name}, place) AS {name}" for name in (*kept, "version", "time_extracted")
        )
        self._connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {_PATCHES} AS WITH marked AS ("
            f"SELECT DISTINCT {listed} FROM {TABLE} WHERE {mark} IS NOT NULL), placed AS ("
            f"SELECT s.* EXCLUDE (ord), {staged.place} AS place FROM {TABLE} AS s"
            f" SEMI JOIN marked AS m ON {match}), led AS ("
            f"SELECT *, max(place) FILTER ({mark} IS NULL) OVER (PARTITION BY {listed}) AS whole"
            " FROM placed)"
            f" SELECT {values}, max(place) AS ord, NULL::INTEGER AS misfit, min(whole) IS NULL AS"
            f" patch FROM led WHERE whole IS NULL OR place >= whole GROUP BY {listed}"
        )
        self._connection.execute(f"DELETE FROM {TABLE} AS s USING {_PATCHES} AS m WHERE {match}")
        self._connection.execute(
            f"INSERT INTO {TABLE} BY NAME SELECT * EXCLUDE (patch) FROM {_PATCHES} WHERE NOT patch"
        )
        self._connection.execute(f"DELETE FROM {_PATCHES} WHERE NOT patch")
        return bool(self._row(f"SELECT count(*) FROM {_PATCHES}")[0])

    def take_patches(self) -> None:
        """Replace the rows of the stage by the patches."""
        self.drop()
        self._connection.execute(f"ALTER TABLE temp.main.{_PATCHES} RENAME TO {_bare()}")

    def drop(self) -> None:
        """Free the memory."""
        self._connection.execute(f"DROP TABLE IF EXISTS {TABLE}")

    def _reread(self, spool: Spool, hard: set[int]) -> None:
        """Replace the rows of hard lines by those of their repaired lines."""
        whole = len(hard) == spool.rows
        if not whole:
            self._connection.execute(
                f"UPDATE {TABLE} SET misfit = NULL, ord = rowid - (SELECT min(rowid) FROM {TABLE})"
            )
            self._connection.execute(
                f"DELETE FROM {TABLE} WHERE ord IN (SELECT unnest(?))", [sorted(hard)]
            )
        repaired = Spool()
        rounded: Counter[str] = Counter()
        try:
            for row, line in enumerate(spool.lines()):
                if row in hard:
                    data = self._repaired(line, row, spool.place(row), rounded) + b"\n"
                    repaired.append(Run(self._stream.name, data, 1, row))
            repaired.flush()
            misfits = self._read(repaired, replace=whole, repaired=True)
        finally:
            repaired.close()
        if misfits:
            self._refuse(spool)
        for name, count in rounded.items():
            _logger.warning(
                "Stream %r: %d values of %r had more decimal places than its schema declares, and "
                "were rounded half to even.",
                self._stream.name,
                count,
                name,
            )

    def _repaired(self, line: bytes, row: int, place: str, rounded: Counter[str]) -> bytes:
        stream = self._stream
        try:
            message = decode(line)
        except ValueError as error:
            raise InputError.at(place, stream.name, "not valid JSON") from error
        except RecursionError as error:
            raise InputError.at(place, stream.name, "a value is nested too deeply") from error
        record = message.get("record")
        if isinstance(record, dict):
            for key in stream.keys:
                if key not in record:
                    raise MissingKeyError.at(
                        place, stream.name, f"the record lacks its key property {key!r}"
                    )
        columns = [
            # Different keys must stay different.
            (column.name, replace(kind, rounds=False) if column.name in stream.keys else kind)
            for column, kind in self._columns
        ]
        try:
            return repair(message, columns, row, lambda name: rounded.update([name]))
        except InputError as error:
            raise InputError.at(place, stream.name, str(error)) from error
        except RecursionError as error:
            raise InputError.at(place, stream.name, "a value is nested too deeply") from error

    def _read(self, spool: Spool, *, replace: bool, repaired: bool = False) -> dict[int, int]:
        """Read a file into the stage.

        Returns:
            The rows (by `ord` if repaired) that do not fit, and the index of the first column that
            does not.
        """
        quoted = frozenset() if repaired else self._quoted
        selects = [
            query.select(spool, self._stream.keys, some, quoted, first=first, repaired=repaired)
            for first, some in query.parts(self._columns)
        ]
        select = selects[0] if len(selects) == 1 else self._join(selects)
        if replace:
            self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {_bare()} AS {select}")
        else:
            self._connection.execute(f"INSERT INTO {TABLE} {select}")
        for part in range(len(selects) if len(selects) > 1 else 0):
            self._connection.execute(f"DROP TABLE temp.main.{_PART.format(part)}")
        # In an open transaction rowids begin at a large constant instead of 0.
        place = "ord" if repaired else f"rowid - (SELECT min(rowid) FROM {TABLE})"
        found = self._connection.execute(
            f"SELECT {place}, misfit FROM {TABLE} WHERE misfit IS NOT NULL"
        ).fetchall()
        return dict(found)

    def _join(self, selects: Sequence[str]) -> str:
        """Join tables that each hold some of the stage's columns, row by row."""
        parts = [_PART.format(part) for part in range(len(selects))]
        for part, select in zip(parts, selects, strict=True):
            self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {part} AS {select}")
        columns = ", ".join(f"c{index}" for index in range(len(self._types)))
        extra = ", ".join(f"{parts[0]}.{name}" for name in ("version", "time_extracted", "ord"))
        misfit = ", ".join(f"{part}.misfit" for part in parts)
        return (
            f"SELECT {columns}, {extra}, coalesce({misfit}) AS misfit"
            f" FROM {' POSITIONAL JOIN '.join(parts)}"
        )

    def _refuse(self, spool: Spool) -> None:
        row, index = self._row(
            f"SELECT ord, misfit FROM {TABLE} WHERE misfit IS NOT NULL ORDER BY ord LIMIT 1"
        )
        place, stream = spool.place(row), self._stream
        if index == query.NO_VERSION:
            raise InputError.at(
                place, stream.name, f"the version of the record is not {sql.describe(BIGINT)}"
            )
        column: Column = stream.columns[index]
        raise InputError.at(
            place,
            stream.name,
            f"the value of {column.name!r} is not {sql.describe(self._types[index])}, "
            "as its schema says",
        )

    def _row(self, statement: str) -> tuple[Any, ...]:
        row: tuple[Any, ...] = self._connection.execute(statement).fetchall()[0]
        return row


def _bare() -> str:
    """The stage's name without its catalog, for CREATE TEMP TABLE."""
    return TABLE.rpartition(".")[2]


def key_columns(stream: Stream) -> list[str]:
    """The stage's columns that hold the stream's key."""
    place = positions(stream.columns)
    return [place[key] for key in stream.keys]


def positions(columns: Iterable[Column]) -> dict[str, str]:
    """The stage column of each property."""
    return {column.name: f"c{index}" for index, column in enumerate(columns)}
