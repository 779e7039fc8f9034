"""A target that tests feed with messages, and its warehouse."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from target_apex.target import TargetApex
from tests.ducks import reading

if TYPE_CHECKING:
    from pathlib import Path


def schema(stream: str, properties: dict[str, Any], keys: list[str] | None = None) -> Any:
    """A SCHEMA message."""
    return {
        "type": "SCHEMA",
        "stream": stream,
        "schema": {"type": "object", "properties": properties},
        "key_properties": keys or [],
    }


def record(stream: str, **fields: Any) -> dict[str, Any]:
    """A RECORD message."""
    return {"type": "RECORD", "stream": stream, "record": fields}


def state(**value: Any) -> dict[str, Any]:
    """A STATE message."""
    return {"type": "STATE", "value": value}


@dataclass
class Warehouse:
    """The DuckDB file of a target, and methods to run the target."""

    path: Path
    settings: dict[str, Any] = field(default_factory=dict)

    def load(self, *messages: dict[str, Any] | str, **settings: Any) -> None:
        """Run a target over messages; strings are raw lines."""
        lines = [each if isinstance(each, str) else json.dumps(each) for each in messages]
        config = {"path": str(self.path), "default_target_schema": "main", **self.settings}
        TargetApex(config=config | settings).listen(io.StringIO("".join(f"{x}\n" for x in lines)))

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query on committed data."""
        with reading(self.path) as connection:
            return connection.execute(sql).fetchall()

    def types(self, table: str) -> dict[str, str]:
        """The columns of a table and their types."""
        columns = self.query("SELECT table_name, column_name, data_type FROM duckdb_columns()")
        return {column: kind for name, column, kind in columns if name == table}

    def tables(self) -> set[str]:
        """The names of all tables."""
        return {name for (name,) in self.query("SELECT table_name FROM duckdb_tables()")}


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """A warehouse that does not exist yet."""
    return Warehouse(tmp_path / "output" / "warehouse.duckdb")
