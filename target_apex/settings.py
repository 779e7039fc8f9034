"""The settings: the schema that `--about` shows, and the values that the target reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from singer_sdk import typing as th

from target_apex.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class Destination(StrEnum):
    """The kind of the destination."""

    DUCKDB = "duckdb"
    PARQUET = "parquet"


class LoadMethod(StrEnum):
    """How new rows are combined with those that are there."""

    APPEND_ONLY = "append-only"
    UPSERT = "upsert"
    OVERWRITE = "overwrite"


SCHEMA: dict[str, Any] = th.PropertiesList(
    th.Property(
        "path",
        th.StringType(nullable=False),
        default="output/warehouse.duckdb",
        title="Path",
        description="The DuckDB file, made if it is not there; with `destination: parquet`, the "
        "lake's folder or URL.",
    ),
    th.Property(
        "destination",
        th.StringType(nullable=False, allowed_values=[str(value) for value in Destination]),
        default=str(Destination.DUCKDB),
        title="Destination",
        description="`duckdb`: tables in one file. `parquet`: append-only files in a lake.",
    ),
    th.Property(
        "default_target_schema",
        th.StringType(nullable=False),
        default="raw_stripe",
        title="Target schema",
        description="The schema (a folder, in a lake) of all tables; each is named after its "
        "stream.",
    ),
    th.Property(
        "load_method",
        th.StringType(nullable=False, allowed_values=[str(value) for value in LoadMethod]),
        default=str(LoadMethod.UPSERT),
        title="Load method",
        description="`upsert`: a record replaces the row with its key, and is added where there "
        "is none or the stream has no key. `append-only`: every record is added. `overwrite`: at "
        "the end of the run, the table holds the records of this run only.",
    ),
    th.Property(
        "hard_delete",
        th.BooleanType(nullable=False),
        default=False,
        title="Hard delete",
        description="Remove the rows that a record with `_sdc_deleted_at` or an "
        "ACTIVATE_VERSION message deletes, instead of marking them in `_sdc_deleted_at`.",
    ),
    th.Property(
        "add_record_metadata",
        th.BooleanType(nullable=False),
        default=False,
        title="Add record metadata",
        description="Add `_sdc_extracted_at`, `_sdc_received_at`, `_sdc_batched_at`, "
        "`_sdc_sequence`, `_sdc_table_version` and `_sdc_sync_started_at`. (`_sdc_deleted_at` is "
        "always there.)",
    ),
    th.Property(
        "validate_records",
        th.BooleanType(nullable=False),
        default=False,
        title="Validate records",
        description="Check each record against its JSON schema. Costs most of the speed; "
        "values that do not fit their column are refused without it, too.",
    ),
    th.Property(
        "batch_size_rows",
        th.IntegerType(nullable=False, minimum=1),
        default=100_000,
        title="Batch size, rows",
        description="Rows in one transaction, over all streams, at most. A batch also ends at "
        "64 MB, and with the first record after five minutes.",
    ),
    th.Property(
        "batch_folders",
        th.ArrayType(th.StringType(nullable=False), nullable=False),
        default=[],
        title="Batch folders",
        description="Paths or URLs below which the files of BATCH messages may lie, beside the "
        "storage root of `batch_config`. Others are not read.",
    ),
    th.Property(
        "lock_wait_seconds",
        th.NumberType(nullable=False, minimum=0),
        default=60,
        title="Lock wait, seconds",
        description="How long to wait while another process holds the DuckDB file.",
    ),
    additional_properties=False,
).to_dict()


@dataclass(frozen=True, slots=True)
class Settings:
    """The validated settings, see `SCHEMA`."""

    path: str
    destination: Destination
    default_target_schema: str
    load_method: LoadMethod
    hard_delete: bool
    add_record_metadata: bool
    batch_size_rows: int
    lock_wait_seconds: float
    activate_versions: bool
    batch_folders: tuple[str, ...]

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Settings:
        """The settings of a configuration that is valid by `SCHEMA`; null means the default.

        Raises:
            SettingsError: A name is empty, or has characters that names cannot have.
        """
        defaults = {name: each.get("default") for name, each in SCHEMA["properties"].items()}
        config = defaults | {name: each for name, each in config.items() if each is not None}
        for name in ("path", "default_target_schema"):
            if not config[name].strip() or "\0" in config[name]:
                raise SettingsError(f"the setting {name} is empty, or holds a NUL character")
        return cls(
            path=config["path"],
            destination=Destination(config["destination"]),
            default_target_schema=config["default_target_schema"],
            load_method=LoadMethod(config["load_method"]),
            hard_delete=config["hard_delete"],
            add_record_metadata=config["add_record_metadata"],
            batch_size_rows=config["batch_size_rows"],
            lock_wait_seconds=float(config["lock_wait_seconds"]),
            activate_versions=config.get("process_activate_version_messages", True),
            batch_folders=tuple(_batch_folders(config)),
        )


def _batch_folders(config: Mapping[str, Any]) -> Iterator[str]:
    """The allowed folders of BATCH files, such as that of the tap's `batch_config`."""
    yield from config["batch_folders"]
    root = ((config.get("batch_config") or {}).get("storage") or {}).get("root")
    if root:
        yield root
