"""Builds a warehouse with dbt on given tables, on DuckDB or Postgres, and queries it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import psycopg

from tests import servers
from tests.transform.warehouse import dbt

if TYPE_CHECKING:
    from contextlib import ExitStack


@dataclass(frozen=True)
class Asking:
    """A built warehouse: dbt's output, and rows of queries."""

    said: str
    rows: Callable[[str], list[tuple[Any, ...]]]

    def __call__(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query, with times in UTC."""
        return self.rows(sql)


def built(
    engine: str, tables: str, selected: tuple[str, ...], settings: dict[str, Any],
    *, folder: Path, running: ExitStack,
) -> Asking:  # fmt: skip
    """Make the tables and build the selected models; `running` ends the server."""
    if engine == "duckdb":
        path = str(folder / "warehouse.duckdb")
        with duckdb.connect(path) as warehouse:
            warehouse.execute(tables)
        said = dbt(folder, "build", *selected, settings=settings)

        def rows(sql: str) -> list[tuple[Any, ...]]:
            with duckdb.connect(path, read_only=True) as warehouse:
                return warehouse.execute(f"set timezone = 'UTC'; {sql}").fetchall()

        return Asking(said, rows)

    server = Path(tempfile.mkdtemp(prefix="postgres-"))
    server.chmod(0o755)  # only root has access to pytest's own folders
    environment = running.enter_context(servers.postgres(server))
    address = " ".join(
        f"{name}={environment[variable]}"
        for name, variable in (("host", "PGHOST"), ("port", "PGPORT"), ("user", "PGUSER"))
    )
    with psycopg.connect(f"{address} dbname=postgres", autocommit=True) as connection:
        connection.execute("create database built")
    environment = environment | {"PGDATABASE": "built", "DBT_TARGET": "postgres"}
    with psycopg.connect(f"{address} dbname=built") as connection:
        connection.execute(tables)
    said = dbt(folder, "build", *selected, settings=settings, **environment)

    def rows(sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(f"{address} dbname=built") as connection:
            connection.execute("set timezone = 'UTC'")
            return connection.execute(sql).fetchall()

    return Asking(said, rows)
