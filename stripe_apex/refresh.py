"""`dbt build`, unless nothing that the models read has changed since the last one.

The marts depend on the rows of the source tables, the files of `transform/` and the settings in the
environment, on no clock. A fingerprint of these three is kept as the comment of a mart that every
build makes anew, so a build by hand, or one that fails half way, leaves none, and the next run
builds. It is taken before the build: rows that arrive meanwhile are work for the next run.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import duckdb
import psycopg

PROJECT = Path("transform")
MARKED = "marts.mart_revenue_total"
OWN = ("target", "logs", "dbt_packages")
USUAL = [
    *("raw_stripe.charges", "raw_stripe.disputes"),
    *("apex.leads", "apex.touchpoints", "apex.experiments", "apex.experiment_exposures"),
    *("apex.ad_spend", "apex.fx_rates"),
    *("apex_import.leads", "apex_import.touchpoints", "apex_import.ad_spend"),
    *("apex_import.experiments", "apex_import.experiment_exposures", "apex_import.fx_rates"),
]
"""What the models read unless vars say otherwise; the first build tells the rest."""
DEMO = os.environ.get("APEX_DEMO_SEEDS", "false").lower() == "true"


class Warehouse(Protocol):
    """What DuckDB and Postgres call differently."""

    def one(self, sql: str) -> object:
        """The first value of a query."""

    def rows_of(self, table: str) -> str:
        """How many rows a table has and what they hold, in any order."""

    def mark(self) -> object:
        """The fingerprint of the last build, none where something else built since."""


class _Duckdb:
    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def one(self, sql: str) -> object:
        row = self._connection.execute(sql).fetchone()
        return row and row[0]

    def rows_of(self, table: str) -> str:
        total = f"select concat(count(*), ' ', sum(hash(t)::hugeint)) from {table} as t"  # noqa: S608
        return str(self.one(total)) if self._has(table) else "none"

    def mark(self) -> object:
        schema, name = MARKED.split(".")
        where = f"schema_name = '{schema}' and table_name = '{name}'"
        return self.one(f"select comment from duckdb_tables() where {where}")  # noqa: S608

    def _has(self, table: str) -> bool:
        schema, name = table.split(".")
        where = f"table_schema = '{schema}' and table_name = '{name}'"
        return bool(self.one(f"select count(*) from information_schema.tables where {where}"))  # noqa: S608


class _Postgres:
    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def one(self, sql: str) -> object:
        cursor = self._connection.execute(sql)
        row = cursor.fetchone() if cursor.description else None
        return row and row[0]

    def rows_of(self, table: str) -> str:
        if self.one(f"select to_regclass('{table}')") is None:
            return "none"
        total = f"select concat(count(*), ' ', sum(hashtextextended(t::text, 0))) from {table} as t"  # noqa: S608
        return str(self.one(total))

    def mark(self) -> object:
        return self.one(f"select obj_description(to_regclass('{MARKED}'))")


@contextmanager
def opened(*, read_only: bool) -> Iterator[Warehouse | None]:
    """The warehouse of the environment; none where there is none yet, or no way to tell."""
    engine = os.environ.get("DBT_TARGET", "duckdb")
    path = os.environ.get("APEX_WAREHOUSE", "output/warehouse.duckdb")
    if engine == "duckdb" and Path(path).exists():
        with duckdb.connect(path, read_only=read_only) as connection:
            yield _Duckdb(connection)
    elif engine == "postgres":
        with psycopg.connect(autocommit=True) as connection:
            connection.execute("set timezone = 'UTC'")
            yield _Postgres(connection)
    else:
        yield None


def sources() -> list[str] | None:
    """The tables that the models read and dbt does not make; none before dbt has told them."""
    manifest = PROJECT / "target" / "manifest.json"
    if not manifest.exists():
        return None
    return sorted(
        f"{source['schema']}.{source['identifier']}"
        for source in json.loads(manifest.read_text())["sources"].values()
        if not (DEMO and source["source_name"] == "apex")
    )


def project() -> Iterator[str]:
    """The files of the project and the settings that they may read."""
    for path in sorted(PROJECT.rglob("*")):
        if path.is_file() and path.relative_to(PROJECT).parts[0] not in OWN:
            yield f"{path.relative_to(PROJECT)} {sha256(path.read_bytes()).hexdigest()}"
    for name in sorted(os.environ):
        if name.startswith(("APEX_", "DBT_")):
            yield f"{name}={os.environ[name]}"
    yield version("dbt-core")


def fingerprint(rows: Mapping[str, str], arguments: Iterable[str]) -> str | None:
    """All that the marts depend on, as one text; none where a table was not looked at."""
    read = sources()
    if read is None or not rows.keys() >= set(read):
        return None
    tables = [f"{table} {rows[table]}" for table in read]
    return sha256("\n".join([*tables, *project(), *arguments]).encode()).hexdigest()


def main() -> int:
    """Build, or say that there is nothing to build; dbt's exit code."""
    arguments = sys.argv[1:]
    rows: dict[str, str] = {}
    try:
        with opened(read_only=True) as warehouse:
            if warehouse is not None:
                rows = {name: warehouse.rows_of(name) for name in sources() or USUAL}
                known = fingerprint(rows, arguments)
                if known is not None and known == warehouse.mark():
                    sys.stdout.write("Nothing that the models read has changed: the marts stand.\n")
                    return 0
    except (duckdb.Error, psycopg.Error):
        rows = {}  # whatever is wrong, dbt will say it better
    code = subprocess.run(["dbt", *arguments], check=False).returncode  # noqa: S603, S607
    mark = fingerprint(rows, arguments)
    if code == 0 and mark is not None:
        with opened(read_only=False) as warehouse:
            if warehouse is not None:
                warehouse.one(f"comment on table {MARKED} is '{mark}'")
    return code


if __name__ == "__main__":
    sys.exit(main())
