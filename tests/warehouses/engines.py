"""The same pipeline on three engines, and queries on each of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from tests import servers
from tests.warehouses.marts import Mart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.warehouses.project import Clone

Rows = tuple["Sequence[str]", "Sequence[Sequence[Any]]"]

SESSION = """
import json, os, sys
from pyspark.sql import SparkSession
spark = (
    SparkSession.builder.master(os.environ["SPARK_MASTER"])
    .config("spark.jars", os.environ["ICEBERG_JAR"])
    .config("spark.sql.warehouse.dir", os.environ["SPARK_WAREHOUSE"])
    .config("spark.sql.catalog.spark_catalog", "org.apache.iceberg.spark.SparkSessionCatalog")
    .config("spark.sql.catalog.spark_catalog.type", "hive")
    .config("spark.hadoop.iceberg.engine.hive.lock-enabled", "false")
    .enableHiveSupport()
    .getOrCreate()
)
"""
"""Python that starts a Spark session as the profile of dbt does."""

EXPORT = f"""{SESSION}
folder, *tables = sys.argv[1:]
for table in tables:
    spark.table(table).coalesce(1).write.mode("overwrite").parquet(f"{{folder}}/{{table}}")
"""


@dataclass(frozen=True)
class Engine:
    """An engine whose warehouse a clone loads and builds."""

    name: str
    environment: str
    job: tuple[str, ...]
    clone: Clone

    def load(self) -> str:
        """Load what changed at Stripe; returns the output."""
        return self.clone.meltano(self.environment, "run", *self.job)

    def build(self, *arguments: str) -> str:
        """Build the selected models and tests; without arguments all, if anything changed."""
        command = "dbt:build" if arguments else "dbt:refresh"
        return self.clone.meltano(
            self.environment, "invoke", command, *arguments, APEX_DEMO_SEEDS="true"
        )

    def show(self, sql: str) -> list[dict[str, Any]]:
        """Rows of a query that may call the project's macros."""
        options = ("--project-dir", "transform", "--profiles-dir", "transform/profiles")
        said = self.clone.meltano(
            *(self.environment, "invoke", "dbt", "--quiet", "show", "--inline", sql),
            *("--limit", "-1", "--output", "json", *options),
        )
        rows: list[dict[str, Any]] = json.loads(said[said.index('{\n  "show"') :])["show"]
        return rows

    def tables(self, names: Sequence[str]) -> dict[str, Mart]:
        """Tables by their full names."""
        return {name: Mart.read(self.query, name) for name in names}

    def query(self, table: str) -> Rows:
        raise NotImplementedError


class DuckDB(Engine):
    """The default: one file."""

    def ask(self, sql: str) -> Rows:
        with duckdb.connect(str(self.clone.folder / "output/account.duckdb")) as connection:
            connection.execute("set timezone = 'UTC'")
            cursor = connection.execute(sql)
            return [column[0] for column in cursor.description], cursor.fetchall()

    def query(self, table: str) -> Rows:
        return self.ask(f"select * from {table}")

    def marts(self) -> list[str]:
        """All tables and views that people read, but not `build_failures`, which Spark lacks."""
        _, rows = self.ask(
            "select table_name from information_schema.tables "
            "where table_schema = 'marts' and table_name <> 'build_failures'"
        )
        return sorted(f"marts.{name}" for (name,) in rows)


class Postgres(Engine):
    """A Postgres server."""

    def query(self, table: str) -> Rows:
        with servers.connect(dict(self.clone.environment)) as connection:
            cursor = connection.execute(f"select * from {table}")
            return [column.name for column in cursor.description or ()], cursor.fetchall()


class Spark(Engine):
    """A Spark cluster, whose tables are read from files that it exports."""

    def tables(self, names: Sequence[str]) -> dict[str, Mart]:
        self.clone.run("python", "-c", EXPORT, str(self._exported), *names)
        return super().tables(names)

    def query(self, table: str) -> Rows:
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            cursor = connection.execute(f"select * from '{self._exported / table}/*.parquet'")
            return [column[0] for column in cursor.description], cursor.fetchall()

    @property
    def _exported(self) -> Path:
        return self.clone.folder / "exported"
