"""A stream as its SCHEMA message describes it, checked before anything is written. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from target_apex.column_types import BIGINT, TIMESTAMPTZ, ColumnType, column_type
from target_apex.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

DELETED_AT = "_sdc_deleted_at"
TABLE_VERSION = "_sdc_table_version"

_UNUSABLE = re.compile(r"[\0\ud800-\udfff]")

METADATA: dict[str, ColumnType] = {
    "_sdc_extracted_at": TIMESTAMPTZ,
    "_sdc_received_at": TIMESTAMPTZ,
    "_sdc_batched_at": TIMESTAMPTZ,
    "_sdc_sequence": BIGINT,
    TABLE_VERSION: BIGINT,
    "_sdc_sync_started_at": BIGINT,
}
"""The columns of `add_record_metadata`, named as in the SDK; `_sdc_deleted_at` is always there."""


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
    line: int = field(default=0, compare=False)
    """The line of its SCHEMA in the input."""

    @classmethod
    def of(
        cls,
        name: str,
        schema: object,
        keys: object,
        *,
        metadata: bool = False,
        line: int = 0,
    ) -> Stream:
        """The stream of a SCHEMA message.

        Args:
            name: The name of the stream and of its table.
            schema: The JSON schema of its records.
            keys: Its key properties: a list of names, or none.
            metadata: Whether the target fills the `_sdc_*` columns itself.
            line: The message's line in the input.

        Raises:
            InputError: No table can hold such a stream.
        """
        try:
            return cls._of(name, schema, keys, metadata=metadata, line=line)
        except RecursionError as error:
            raise InputError.at(line, name, "its schema is nested too deeply") from error
        except InputError as error:
            raise InputError.at(line, name, str(error)) from error

    @classmethod
    def _of(cls, name: str, schema: object, keys: object, *, metadata: bool, line: int) -> Stream:
        properties = schema.get("properties") if isinstance(schema, dict) else None
        if not isinstance(schema, dict) or not isinstance(properties, dict):
            raise InputError("its schema has no properties")
        own = METADATA if metadata else {}
        columns = tuple(
            Column(key, column_type(value, schema))
            for key, value in properties.items()
            if key not in own and key != DELETED_AT
        )
        columns += (Column(DELETED_AT, TIMESTAMPTZ),)
        named = _names(keys)
        for key in named:
            if key not in properties:
                raise InputError(f"key property {key!r} is not in its schema")
        _check_names([name], "stream name")
        _check_names([column.name for column in columns], "column name")
        return cls(name, columns, named, line)


def _names(keys: object) -> tuple[str, ...]:
    """The key properties, each once."""
    if keys is None:
        return ()
    if not isinstance(keys, (list, tuple)) or not all(isinstance(key, str) for key in keys):
        raise InputError("its key_properties are not a list of names")
    return tuple(dict.fromkeys(keys))


def fold(name: str) -> str:
    """DuckDB's names ignore the case of ASCII letters, and of these only."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in name)


def _check_names(names: Sequence[str], what: str) -> None:
    """Refuse empty names, characters that DuckDB cannot store, and names equal to DuckDB."""
    seen: dict[str, str] = {}
    for name in names:
        if not name or _UNUSABLE.search(name):
            raise InputError(
                f"the {what} {name!r} cannot be used in DuckDB; "
                "rename or remove it with stream_maps"
            )
        twin = seen.setdefault(fold(name), name)
        if twin != name:
            raise InputError(
                f"{twin!r} and {name!r} differ in case only, which are one "
                f"{what} to DuckDB; rename or remove one with stream_maps"
            )
