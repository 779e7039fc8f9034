"""The path of records through Python, for stream maps, flattening and validation."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

import jsonschema  # type: ignore[import-untyped]  # no stubs in the locked environment
from singer_sdk.typing import DEFAULT_JSONSCHEMA_VALIDATOR

from target_apex.errors import InputError, UnknownStreamError
from target_apex.lines import Run
from target_apex.maps import Maps
from target_apex.repair import decode, encode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from singer_sdk.mapper import PluginMapper, StreamMap


class RecordPath:
    """Decodes each record, maps and validates it, and encodes it as a line again."""

    def __init__(self, mapper: PluginMapper, *, validate: bool) -> None:
        self._known = Maps(mapper)
        self._validate = validate
        self._validators: dict[str, jsonschema.protocols.Validator] = {}

    def describe(
        self, stream: str, schema: dict[str, Any], keys: Any, line: int
    ) -> Iterator[tuple[str, Mapping[str, Any], Sequence[str] | None]]:
        """Name, schema and keys of every stream that the maps make of this one.

        Raises:
            InputError: The maps do not fit the schema; or records are validated, and the schema is
                not valid.
        """
        if not isinstance(schema.get("properties"), dict):
            raise InputError.at(line, stream, "its schema has no properties")
        self._known.register(stream, schema, keys, line)
        for each in self._maps(stream, line):
            if self._validate:
                self._validators[each.stream_alias] = _validator(
                    each.stream_alias, each.transformed_schema, line
                )
            yield each.stream_alias, each.transformed_schema, each.transformed_key_properties

    def transform(self, run: Run) -> Iterator[Run]:
        """The run's mapped records, one line each.

        Raises:
            InputError: A line is not valid JSON, or a record does not match its schema.
            UnknownStreamError: The stream's SCHEMA is missing.
        """
        maps = self._maps(run.stream, run.first_line)
        for place, line in enumerate(BytesIO(run.data), run.first_line):
            where = f"line {place} of {run.source}" if run.source else place
            try:
                for name, data in self._mapped(run.stream, line, where, maps):
                    yield Run(name, data + b"\n", 1, place, run.source)
            except RecursionError as error:
                raise InputError.at(where, run.stream, "a value is nested too deeply") from error

    def _mapped(
        self, stream: str, line: bytes, where: int | str, maps: Sequence[StreamMap]
    ) -> Iterator[tuple[str, bytes]]:
        try:
            message = decode(line)
        except ValueError as error:
            raise InputError.at(where, stream, "not valid JSON") from error
        record = message.get("record")
        if not isinstance(record, dict):
            raise InputError.at(where, stream, "the RECORD message has no record")
        for each in maps:
            try:
                # Maps may change their input.
                made = self._known.transform(each, stream, dict(record))
            except InputError as error:
                raise InputError.at(where, stream, str(error)) from error
            if made is not None:
                self._check(made, each.stream_alias, where)
                yield (
                    each.stream_alias,
                    encode(message | {"stream": each.stream_alias, "record": made}),
                )

    def aliases(self, stream: str, place: int) -> list[str]:
        """The streams that the maps make of this one.

        Raises:
            UnknownStreamError: Its SCHEMA is missing; the message at `place` is too early.
        """
        return [each.stream_alias for each in self._maps(stream, place)]

    def _maps(self, stream: str, place: int | str) -> list[StreamMap]:
        """The maps that keep the stream; none before its SCHEMA."""
        maps = self._known.of(stream)
        if maps is None:
            raise UnknownStreamError.before_schema(place, stream)
        return maps

    def _check(self, record: dict[str, Any], stream: str, where: int | str) -> None:
        if self._validate:
            for problem in self._validators[stream].iter_errors(record):
                raise InputError.at(
                    where,
                    stream,
                    f"{problem.json_path} breaks the rule {problem.validator!r} of its schema",
                )


def _validator(stream: str, schema: Mapping[str, Any], line: int) -> jsonschema.protocols.Validator:
    try:
        exact = _exact(schema)
        DEFAULT_JSONSCHEMA_VALIDATOR.check_schema(exact)
    except jsonschema.SchemaError as error:
        raise InputError.at(
            line, stream, f"its schema is not valid JSON Schema at {error.json_path}"
        ) from error
    except RecursionError as error:
        raise InputError.at(line, stream, "its schema is nested too deeply") from error
    return DEFAULT_JSONSCHEMA_VALIDATOR(exact)


def _exact(schema: Any) -> Any:
    """The schema with decimals for floats, since 19.99 is no multiple of the float 0.01."""
    if isinstance(schema, float):
        return Decimal(str(schema))
    if isinstance(schema, dict):
        return {key: _exact(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_exact(value) for value in schema]
    return schema
