"""Creates, widens and merges into DuckDB tables, always inside a transaction."""

# ruff: noqa: S608 - SQL is what this module writes; every name in it is quoted by `sql`
from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from target_apex import sql, stage
from target_apex.column_types import BIGINT, DOUBLE, JSON, VARCHAR, ColumnType, holds, join
from target_apex.errors import InputError
from target_apex.streams import DELETED_AT, METADATA, TABLE_VERSION, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import duckdb

    from target_apex.streams import Column, Stream

_KEY = "target-apex: rows are told apart by {}"


class Table:
    """One table and the current types of its columns."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> None:
        self._connection = connection
        self._schema = schema
        self.name = name
        self.sql = sql.qualified(schema, name)
        self._types = self._read_types()

    def ensure(self, columns: Iterable[Column]) -> None:
        """Create the table, add missing columns, and widen those that are too narrow."""
        columns = tuple(columns)
        if not self._types:
            body = ", ".join(f"{sql.identifier(each.name)} {each.type}" for each in columns)
            self._connection.execute(f"CREATE TABLE {self.sql} ({body})")
            self._types = self._read_types()
            return
        for column in columns:
            present = self._types.get(fold(column.name))
            if present is None:
                self._add(column)
            elif present != column.type:
                self._grow(column, present)

    def claim(self, stream: Stream) -> None:
        """Store the table's key in its comment; a key never changes.

        Raises:
            InputError: The table has another key. Rows that differ by one key may be equal by
                another, and would replace each other.
        """
        prefix = _KEY.format("")
        comment = self._scalar(
            "SELECT max(comment) FROM duckdb_tables() WHERE database_name = current_database()"
            f" AND lower(schema_name) = lower({sql.literal(self._schema)})"
            f" AND lower(table_name) = lower({sql.literal(self.name)})"
        )
        noted = (comment or "").partition(prefix)[2].partition("\n")[0]
        try:
            before = json.loads(noted)
        except ValueError:
            text = "\n".join(filter(None, [comment, _KEY.format(json.dumps(stream.keys))]))
            self._connection.execute(f"COMMENT ON TABLE {self.sql} IS {sql.literal(text)}")
            return
        if set(map(fold, before)) != set(map(fold, stream.keys)):
            raise InputError.at(
                stream.line,
                stream.name,
                f"its key properties are {_listed(stream.keys)}, but the rows of the table "
                f"{self.name!r} are told apart by {_listed(before)}; give the stream another name "
                "with the __alias__ of stream_maps, or its former key with __key_properties__, or "
                "drop the table and read everything again",
            )

    def types(self, columns: Iterable[Column]) -> dict[str, ColumnType]:
        """The type of each column in the table, by its name in the stream."""
        return {column.name: self._types[fold(column.name)] for column in columns}

    def has(self, name: str) -> bool:
        """Whether there is such a column."""
        return fold(name) in self._types

    def count(self) -> int:
        """How many rows there are."""
        return int(self._scalar(f"SELECT count(*) FROM {self.sql}"))

    def is_just(self, columns: Sequence[Column]) -> bool:
        """Whether it has exactly these columns with these types."""
        return self._types == {fold(column.name): column.type for column in columns}

    def last_row(self) -> int:
        """The number of its last row; -1 if there is none."""
        return int(self._scalar(f"SELECT coalesce(max(rowid), -1) FROM {self.sql}"))

    def is_unique_after(self, row: int, keys: Sequence[str]) -> bool:
        """Whether no row after `row` has the key of another row."""
        listed = ", ".join(map(sql.identifier, keys))
        new, old = (
            f"(SELECT {listed} FROM {self.sql} WHERE rowid {there} {row})" for there in (">", "<=")
        )
        count = "SELECT count(*) FROM"
        if self._scalar(f"{count} {new}") != self._scalar(
            f"{count} (SELECT DISTINCT * FROM {new})"
        ):
            return False
        match = " AND ".join(
            f"old.{key} IS NOT DISTINCT FROM new.{key}" for key in map(sql.identifier, keys)
        )
        return not self._scalar(f"{count} {old} AS old SEMI JOIN {new} AS new ON {match}")

    def widen_for(self, columns: Sequence[Column]) -> None:
        """Widen columns that cannot hold the staged values, such as large integers in a double."""
        for index, column in enumerate(columns):
            present = self._types[fold(column.name)]
            if holds(present, column.type) or column.type != BIGINT or present != DOUBLE:
                continue
            staged = f"c{index}"
            if self._scalar(
                f"SELECT count(*) FROM {stage.TABLE} WHERE"
                f" CAST(CAST({staged} AS DOUBLE) AS HUGEINT) IS DISTINCT FROM {staged}"
            ):
                self._retype(column, present, VARCHAR)

    def insert(
        self,
        columns: Sequence[Column],
        keys: Sequence[str],
        constants: Mapping[str, str],
        *,
        drop_deleted: bool,
        patching: bool = False,
    ) -> None:
        """Move the stage into the table; with keys, each row replaces the one with its key.

        Args:
            columns: The stream's, in the order of the stage's.
            keys: Names of key columns; empty to append.
            constants: Further columns, each with its expression over the stage.
            drop_deleted: Whether rows marked as deleted are removed instead of stored.
            patching: Whether a row replaces only those values of the row before it that it gives.
        """
        names = {column.name: f"s.c{index}" for index, column in enumerate(columns)}
        values = {
            column.name: sql.convert(
                names[column.name],
                stage.stage_type(column.type, self._types[fold(column.name)]),
                self._types[fold(column.name)],
            )
            for column in columns
        } | dict(constants)
        source = f"{stage.TABLE} AS s"
        if keys:
            self._drop_superseded([names[key].removeprefix("s.") for key in keys])
            match = " AND ".join(
                f"t.{sql.identifier(key)} IS NOT DISTINCT FROM {values[key]}" for key in keys
            )
            source += self._replace(match, values, keys, patching=patching)
        where = f" WHERE {names[DELETED_AT]} IS NULL" if drop_deleted else ""
        self._connection.execute(
            f"INSERT INTO {self.sql} ({', '.join(map(sql.identifier, values))})"
            f" SELECT {', '.join(values.values())} FROM {source}{where}"
        )

    def activate(self, version: int, *, unversioned: bool, hard_delete: bool) -> None:
        """Delete the rows of older versions, or mark them as deleted.

        Args:
            version: The new version.
            unversioned: Whether rows without a version are old, too.
            hard_delete: Whether to remove the rows.
        """
        number = sql.identifier(TABLE_VERSION)
        old = f"{number} < {int(version)}" + (f" OR {number} IS NULL" if unversioned else "")
        if hard_delete:
            self._connection.execute(f"DELETE FROM {self.sql} WHERE {old}")
        else:
            mark = sql.identifier(DELETED_AT)
            self._connection.execute(
                f"UPDATE {self.sql} SET {mark} = now() WHERE {mark} IS NULL AND ({old})"
            )

    def _drop_superseded(self, keys: Sequence[str]) -> None:
        """Keep the last of the staged rows with equal keys."""
        listed = ", ".join(keys)
        rows, distinct = self._connection.execute(
            f"SELECT (SELECT count(*) FROM {stage.TABLE}),"
            f" (SELECT count(*) FROM (SELECT DISTINCT {listed} FROM {stage.TABLE}))"
        ).fetchall()[0]
        if rows != distinct:
            self._connection.execute(
                f"DELETE FROM {stage.TABLE} WHERE rowid NOT IN"
                f" (SELECT arg_max(rowid, coalesce(ord, rowid)) FROM {stage.TABLE}"
                f" GROUP BY {listed})"
            )

    def _replace(
        self, match: str, values: dict[str, str], keys: Sequence[str], *, patching: bool
    ) -> str:
        """Delete the rows that the stage replaces; returns the join that restores missing values.

        Columns that the stream no longer has keep their values, and with `patching`, so do columns
        that a row does not give. These values are saved first, and added to `values`.
        """
        if not self.count():
            return ""
        given = {fold(name): name for name in values}
        own = {fold(name) for name in METADATA}
        fixed = own | {fold(name) for name in keys} if patching else own | set(given)
        kept = [name for name in self._types if name not in fixed]
        join_kept = ""
        if kept:
            listed = ", ".join(f"t.{sql.identifier(name)} AS k{i}" for i, name in enumerate(kept))
            self._connection.execute(
                f"CREATE OR REPLACE TEMP TABLE apex_kept AS SELECT DISTINCT ON (s.rowid)"
                f" s.rowid AS row, {listed} FROM {self.sql} AS t"
                f" JOIN {stage.TABLE} AS s ON {match} ORDER BY s.rowid, t.rowid DESC"
            )
            join_kept = " LEFT JOIN temp.main.apex_kept AS k ON k.row = s.rowid"
            for index, name in enumerate(kept):
                before, new = f"k.k{index}", values.get(given.get(name, name))
                values[given.get(name, name)] = (
                    before if new is None else f"coalesce({new}, {before})"
                )
        self._connection.execute(
            f"DELETE FROM {self.sql} AS t USING {stage.TABLE} AS s WHERE {match}"
        )
        return join_kept

    def _add(self, column: Column) -> None:
        self._connection.execute(
            f"ALTER TABLE {self.sql} ADD COLUMN {sql.identifier(column.name)} {column.type}"
        )
        self._types[fold(column.name)] = column.type

    def _grow(self, column: Column, present: ColumnType) -> None:
        """Widen the column for what its schema now allows, and keep all that it holds."""
        name = sql.identifier(column.name)
        if not self._scalar(f"SELECT count({name}) FROM {self.sql}"):
            self._retype(column, present, column.type)
        elif not holds(present, column.type):
            goal = join(present, column.type)
            there = sql.convert(name, present, goal)
            if goal not in (JSON, VARCHAR) and self._scalar(
                f"SELECT count(*) FROM {self.sql}"
                f" WHERE try_cast({there} AS {present}) IS DISTINCT FROM {name}"
            ):
                goal = VARCHAR
            self._retype(column, present, goal)

    def _retype(self, column: Column, present: ColumnType, goal: ColumnType) -> None:
        if goal == present:
            return
        name = sql.identifier(column.name)
        self._connection.execute(
            f"ALTER TABLE {self.sql} ALTER COLUMN {name} SET DATA TYPE {goal}"
            f" USING {sql.convert(name, present, goal)}"
        )
        self._types[fold(column.name)] = goal

    def _read_types(self) -> dict[str, ColumnType]:
        found = self._connection.execute(
            "SELECT column_name, data_type FROM duckdb_columns()"
            " WHERE database_name = current_database()"
            " AND lower(schema_name) = lower(?) AND lower(table_name) = lower(?)"
            " ORDER BY column_index",
            [self._schema, self.name],
        ).fetchall()
        return {fold(name): ColumnType.parse(kind) for name, kind in found}

    def _scalar(self, query: str) -> Any:
        return self._connection.execute(query).fetchall()[0][0]


def _listed(keys: Sequence[str]) -> str:
    return ", ".join(map(repr, keys)) or "nothing (every record is a row)"
