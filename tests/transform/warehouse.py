"""The dbt project, which dbt builds once and tests then run again and again on other rows.

A build by dbt takes seconds, mostly before the first query. The compiled SQL is kept, so that it
can run on hundreds of worlds in memory.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from tests import dbts
from tests.ducks import reading
from tests.transform.worlds import World, build_warehouse, fill

PROJECT = Path(__file__).resolve().parents[2] / "transform"


_parsed: dict[tuple[Path, str, str | None], bytes] = {}
"""dbt's partial parse by project, vars and target, so that other folders need no parse."""


class BuildError(Exception):
    """dbt ended with an error; its output says which."""


def dbt(
    folder: Path,
    *arguments: str,
    settings: dict[str, Any] | None = None,
    project: Path = PROJECT,
    **env: str,
) -> str:
    """Run dbt on `folder`/warehouse.duckdb, with its files in that folder; returns its output.

    Raises:
        BuildError: dbt failed; the message is its output.
    """
    command = [
        *arguments,
        *("--project-dir", str(project), "--profiles-dir", str(PROJECT / "profiles")),
        *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
        *("--vars", json.dumps(settings or {})),
    ]
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("DBT_", "APEX_"))}
    # The path is relative: if the profile changed with the folder, dbt would parse all files again.
    environment = {**clean, "APEX_WAREHOUSE": "warehouse.duckdb", **env}
    parsed = folder / "target" / "partial_parse.msgpack"
    key = (project, command[-1], environment.get("DBT_TARGET"))
    if not parsed.exists() and key in _parsed:
        parsed.parent.mkdir(parents=True, exist_ok=True)
        parsed.write_bytes(_parsed[key])
    done = dbts.run(command, folder=folder, environment=environment)
    if key not in _parsed and parsed.exists():
        _parsed[key] = parsed.read_bytes()
    if done.returncode:
        raise BuildError(done.stdout + done.stderr)
    return done.stdout


def query(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a warehouse."""
    with reading(path) as warehouse:
        return warehouse.execute(sql).fetchall()


@dataclass(frozen=True)
class Step:
    """A model or a test, with its compiled SQL."""

    name: str
    kind: str
    relation: str
    sql: str


@dataclass(frozen=True, repr=False)
class CompiledProject:
    """The models in the order in which they can be built, the tests, and the seeds."""

    models: tuple[Step, ...]
    tests: tuple[Step, ...]
    folder: Path

    @staticmethod
    def build(folder: Path, settings: dict[str, Any] | None = None) -> None:
        """Build the project on an empty world, in a new folder."""
        folder.mkdir()
        build_warehouse(folder / "warehouse.duckdb", World())
        dbt(folder, "build", "--exclude-resource-type", "unit_test", settings=settings)

    @classmethod
    def of(cls, folder: Path) -> CompiledProject:
        """The project as dbt compiled it when it built it in this folder."""
        manifest = json.loads((folder / "target" / "manifest.json").read_text())["nodes"]
        results = json.loads((folder / "target" / "run_results.json").read_text())["results"]
        steps = []
        for result in results:
            node = manifest.get(result["unique_id"])
            told = node is not None and node["config"].get("severity") != "warn"
            if told and node["resource_type"] in {"model", "test"}:
                materialized = node["config"]["materialized"]
                kind = node["resource_type"] if node["resource_type"] == "test" else materialized
                name = node["name"] if kind != "test" else result["unique_id"].split(".")[2]
                steps.append(Step(name, kind, node["relation_name"] or "", result["compiled_code"]))
        return cls(
            models=tuple(step for step in steps if step.kind != "test"),
            tests=tuple(step for step in steps if step.kind == "test"),
            folder=folder,
        )

    def broken(self, model: str, old: str, new: str) -> CompiledProject:
        """The same project with one rule changed in the SQL of one model.

        Raises:
            LookupError: the SQL does not contain `old`.
        """
        if not any(step.name == model and old in step.sql for step in self.models):
            raise LookupError(f"{model} does not contain: {old}")
        models = (
            replace(step, sql=step.sql.replace(old, new)) if step.name == model else step
            for step in self.models
        )
        return replace(self, models=tuple(models))

    def run(self, world: World) -> Results:
        """Run all models on a world, in memory."""
        warehouse = duckdb.connect()
        warehouse.execute("attach ':memory:' as warehouse; use warehouse; set timezone = 'UTC'")
        for schema in ("reference", "staging", "intermediate", "marts"):
            warehouse.execute(f"create schema {schema}")
        warehouse.execute(f"attach '{self.folder / 'warehouse.duckdb'}' as template (read_only)")
        for seed in (
            *("stripe_currencies", "channel_rules", "ad_platforms"),
            *("ad_platform_names", "channel_names"),
        ):
            warehouse.execute(
                f"create table reference.{seed} as select * from template.reference.{seed}"
            )
        warehouse.execute("detach template")
        fill(warehouse, world)
        for step in self.models:
            kind = "view" if step.kind == "view" else "table"
            warehouse.execute(f"create {kind} {step.relation} as {step.sql}")
        return Results(warehouse, self)


@dataclass(frozen=True)
class Results:
    """A warehouse in memory after a run."""

    warehouse: duckdb.DuckDBPyConnection
    project: CompiledProject

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        return self.warehouse.execute(sql).fetchall()

    def failures(self) -> list[str]:
        """The names of the project's tests that fail."""
        return [
            step.name
            for step in self.project.tests
            if self.warehouse.execute(f"select count(*) from ({_bare(step.sql)})").fetchone()
            != (0,)
        ]


def _bare(sql: str) -> str:
    """A query without the comments that dbt's own tests end with."""
    return re.sub(r"--[^\n]*", "", sql).strip()
