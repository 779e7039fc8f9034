"""A stream as its SCHEMA message describes it, checked before anything is written. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from target_apex.column_types import BIGINT, TIMESTAMPTZ, ColumnType, column_type
from target_apex.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

DELETED_AT = "_sdc_deleted_at"
TABLE_VERSION = "_sdc_table_version"

METADATA: dict[str, ColumnType] = {
    "_sdc_extracted_at": TIMESTAMPTZ,
    "_sdc_received_at": TIMESTAMPTZ,
    "_sdc_batched_at": TIMESTAMPTZ,
    "_sdc_sequence": BIGINT,
    TABLE_VERSION: BIGINT,
    "_sdc_sync_started_at": BIGINT,
}
"""What `add_record_metadata` adds, as the SDK names it (`_sdc_deleted_at` is always there)."""


@dataclass(frozen=True, slots=True)
class Column:
    """A property of the stream and the type that holds it."""

    name: str
    type: ColumnType


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream's columns (`_sdc_deleted_at` always among them) and its key."""

    name: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...]

    @classmethod
    def of(
        cls,
        name: str,
        schema: object,
        keys: Sequence[str] | None,
        *,
        metadata: bool = False,
    ) -> Stream:
        """Read a SCHEMA message.

        Args:
            name: The stream's name, which its table takes.
            schema: The JSON schema of its records.
            keys: Its key properties.
            metadata: Whether the target fills the `_sdc_*` columns itself.

        Raises:
            InputError: No table can hold such a stream.
        """
        properties = schema.get("properties") if isinstance(schema, dict) else None
        if not isinstance(schema, dict) or not isinstance(properties, dict):
            raise InputError(f"stream {name!r}: its schema has no properties")
        own = METADATA if metadata else {}
        columns = tuple(
            Column(key, column_type(value, schema))
            for key, value in properties.items()
            if key not in own and key != DELETED_AT
        )
        columns += (Column(DELETED_AT, TIMESTAMPTZ),)
        missing = [key for key in keys or () if key not in properties]
        if missing:
            raise InputError(f"stream {name!r}: key property {missing[0]!r} is not in its schema")
        _check_names(name, [name], "stream name")
        _check_names(name, [column.name for column in columns], "column name")
        return cls(name, columns, tuple(keys or ()))


def fold(name: str) -> str:
    """DuckDB's names ignore the case of ASCII letters, and of these only."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in name)


def _check_names(stream: str, names: Sequence[str], what: str) -> None:
    """No name may be empty or hold NUL, and no two may be one name to DuckDB."""
    seen: dict[str, str] = {}
    for name in names:
        if not name or "\0" in name:
            raise InputError(
                f"stream {stream!r}: the {what} {name!r} cannot be used in DuckDB; "
                "rename or remove it with stream_maps"
            )
        twin = seen.setdefault(fold(name), name)
        if twin != name:
            raise InputError(
                f"stream {stream!r}: {twin!r} and {name!r} differ in case only, which are one "
                f"{what} to DuckDB; rename or remove one with stream_maps"
            )
