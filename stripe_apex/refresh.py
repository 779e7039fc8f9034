"""Runs `dbt build`, unless nothing that the models read has changed since the last build.

The marts depend on the rows of the source tables, the files of `transform/` and the settings in the
environment, and not on the time. A fingerprint of these three is stored as the comment of a mart
that every build recreates. A build by hand, or one that fails, leaves no comment, so the next run
builds. The fingerprint is taken before the build; rows that arrive during it are left to the next
run.
"""

from __future__ import annotations

import logging
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from stripe_apex.errors import AppError, MissingPartError, NoWarehouseError, WarehouseError
from stripe_apex.programs import find_program, without_secrets
from stripe_apex.warehouse import DEFAULT_ADDRESS, open_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stripe_apex.warehouse import Warehouse

MARKED: Final = "marts.mart_revenue_total"
"""The mart whose comment is the fingerprint."""

USUAL_SOURCES: Final = (
    *("raw_stripe.charges", "raw_stripe.refunds", "raw_stripe.disputes"),
    *("raw_stripe.checkout_sessions", "raw_stripe.failed_charges"),
    *("apex.leads", "apex.touchpoints", "apex.experiments", "apex.experiment_exposures"),
    *("apex.ad_spend", "apex.fx_rates", "apex.channel_rules", "apex.ad_platforms"),
    *("apex.promotion_codes", "apex_import.promotion_codes"),
    *("apex_import.leads", "apex_import.touchpoints", "apex_import.ad_spend"),
    *("apex_import.experiments", "apex_import.experiment_exposures", "apex_import.fx_rates"),
    *("apex.campaign_map", "apex_import.campaign_map"),
)
"""The default sources of the models; the first build tells the others."""

_OWN_FOLDERS: Final = ("target", "logs", "dbt_packages")
"""The folders that dbt itself writes in its project."""

_logger = logging.getLogger(__name__)

_ROWS: Final = {
    "duckdb": "select concat(count(*), ' ', sum(hash(t)::hugeint)) from {table} as t",
    "postgres": (
        "select concat(count(*), ' ', sum(hashtextextended(t::text, 0))) from {table} as t"
    ),
}
"""SQL for the number of rows of a table, and a hash of them that is independent of their order."""

_COMMENT: Final = {
    "duckdb": "select comment from duckdb_tables() where schema_name || '.' || table_name = $1",
    "postgres": "select obj_description(to_regclass($1))",
}

_EXISTS: Final = """
select count(*) from information_schema.tables where table_schema || '.' || table_name = $1
"""


def refresh(arguments: Sequence[str], environ: Mapping[str, str]) -> int | None:
    """Run dbt, unless there is nothing to build.

    Args:
        arguments: the arguments of dbt, such as `build --project-dir transform`.
        environ: the environment, with the warehouse and the settings of the models.

    Returns:
        dbt's exit code; None if there was nothing to build.

    Raises:
        MissingPartError: dbt is not installed.
    """
    dbt = find_program("dbt")
    if dbt is None:
        raise MissingPartError(
            "dbt is not installed. Run this in the environment that `make run` makes, or install "
            "dbt-duckdb or dbt-postgres beside this program."
        )
    project = DbtProject(Path("transform"), environ)
    address = _address(environ)
    rows: dict[str, str] = {}
    if address is not None:
        try:
            with open_warehouse(address) as warehouse:
                rows = {table: _rows_of(warehouse, table) for table in project.sources()}
                before = project.fingerprint(rows, arguments)
                if before is not None and before == _comment_of(warehouse, MARKED):
                    return None
        except NoWarehouseError:
            pass  # dbt makes it
        except AppError as error:
            # Building is always right, and dbt gives the best error for a broken warehouse.
            _logger.info("Building everything, since nobody can tell what has changed: %s", error)
            rows = {}
    code = subprocess.run(  # noqa: S603 - no shell
        [dbt, *arguments], env=without_secrets(environ), check=False
    ).returncode
    fingerprint = project.fingerprint(rows, arguments)
    if address is not None and code == 0 and fingerprint is not None:
        _mark(address, fingerprint)
    return code


@dataclass(frozen=True, slots=True)
class DbtProject:
    """A dbt project and the environment that its models may read."""

    folder: Path
    environ: Mapping[str, str]

    def sources(self) -> Sequence[str]:
        """The sources of the models that dbt does not build, without those of other loaders."""
        known = self._manifest()
        return USUAL_SOURCES if known is None else self._sources(known) or USUAL_SOURCES

    def fingerprint(self, rows: Mapping[str, str], arguments: Sequence[str]) -> str | None:
        """A text of all that the marts depend on; None if that is unknown.

        Args:
            rows: returns the number of rows of a table, and their hash.
            arguments: the arguments of dbt.
        """
        known = self._manifest()
        if known is None or any(node.config.meta.get("reads") for node in known.nodes.values()):
            return None  # tables of other loaders, which only dbt finds
        tables = self._sources(known)
        if not rows.keys() >= set(tables):
            return None
        try:
            parts = [f"{table} {rows[table]}" for table in tables]
            parts += [*self._files(), *self._settings(), version("dbt-core"), *arguments]
        except PackageNotFoundError:  # dbt is installed in another environment
            return None
        return sha256("\n".join(parts).encode()).hexdigest()

    def _manifest(self) -> _Manifest | None:
        """The manifest of dbt's last build; None if there is none."""
        manifest = self.folder / "target" / "manifest.json"
        if not manifest.exists():
            return None
        return msgspec.json.decode(manifest.read_bytes(), type=_Manifest)

    def _sources(self, known: _Manifest) -> list[str]:
        # The demo's sources of this name are seeds, which dbt loads from files.
        seeded = self.environ.get("APEX_DEMO_SEEDS", "false").lower() == "true"
        return sorted(
            f"{source.schema}.{source.identifier}"
            for source in known.sources.values()
            if not (seeded and source.source_name == "apex")
        )

    def _files(self) -> Iterator[str]:
        for path in sorted(self.folder.rglob("*")):
            name = path.relative_to(self.folder)
            if path.is_file() and name.parts[0] not in _OWN_FOLDERS:
                yield f"{name} {sha256(path.read_bytes()).hexdigest()}"

    def _settings(self) -> Iterator[str]:
        for name in sorted(self.environ):
            if name.startswith(("APEX_", "DBT_")):
                yield f"{name}={self.environ[name]}"


class _Source(msgspec.Struct):
    """A source in dbt's manifest. https://schemas.getdbt.com/dbt/manifest/v12.json"""

    source_name: str
    schema: str
    identifier: str


class _Config(msgspec.Struct):
    meta: dict[str, Any] = {}


class _Node(msgspec.Struct):
    config: _Config = msgspec.field(default_factory=_Config)


class _Manifest(msgspec.Struct):
    sources: dict[str, _Source]
    nodes: dict[str, _Node] = {}


def _address(environ: Mapping[str, str]) -> str | None:
    """The warehouse that dbt builds in; None if it cannot be opened here, such as Spark's."""
    target = environ.get("DBT_TARGET", "duckdb")
    if target == "postgres":
        return "postgresql://"
    return environ.get("APEX_WAREHOUSE", DEFAULT_ADDRESS) if target == "duckdb" else None


def _rows_of(warehouse: Warehouse, table: str) -> str:
    if not warehouse.value(_EXISTS, table):
        return "none"
    return str(warehouse.value(_ROWS[warehouse.dialect].format(table=table)))


def _comment_of(warehouse: Warehouse, table: str) -> Any:
    """The comment of a table; None if there is no table, or it has no comment."""
    return warehouse.value(_COMMENT[warehouse.dialect], table)


def _mark(address: str, fingerprint: str) -> None:
    """Store the fingerprint; if that fails, the next run builds once more."""
    try:
        with open_warehouse(address, read_only=False) as warehouse:
            warehouse.execute(f"comment on table {MARKED} is '{fingerprint}'")
    except WarehouseError as error:
        _logger.warning("The marts are built, but the next run builds them again: %s", error)
