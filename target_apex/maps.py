"""The SDK's stream maps, with errors that name the property, the expression and the reason."""

from __future__ import annotations

import ast
import json
from fnmatch import fnmatch
from math import isfinite
from typing import TYPE_CHECKING, Any

import simpleeval  # type: ignore[import-untyped]  # it has no types
from singer_sdk.exceptions import ConfigValidationError, StreamMapConfigError
from singer_sdk.mapper import CustomStreamMap, PluginMapper, RemoveRecordTransform

from target_apex.decimals import Number
from target_apex.errors import InputError, SettingsError

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterator, Mapping, Sequence

    from singer_sdk.mapper import StreamMap

_REMOVED = (None, "__NULL__")
_OPTIONS = ("__alias__", "__source__", "__else__", "__key_properties__")


class ExpressionError(Exception):
    """An expression of a stream map fails on a record."""

    def __init__(self, expression: str, reason: str) -> None:
        super().__init__(reason)
        self.expression = expression


def make_mapper(config: Mapping[str, Any], logger: logging.Logger) -> PluginMapper:
    """The SDK's mapper for settings, where null means the default.

    Raises:
        SettingsError: The stream maps cannot be read.
    """
    given = {name: value for name, value in config.items() if value is not None}
    for stream, definition in given.get("stream_maps", {}).items():
        if isinstance(definition, dict):
            for name, expression in definition.items():
                _check_expression(stream, name, expression)
    try:
        return PluginMapper(plugin_config=given, logger=logger)
    except StreamMapConfigError as error:
        raise SettingsError(f"stream_maps: {error}") from error
    except ConfigValidationError as error:
        raise SettingsError("; ".join(error.errors)) from error


def _check_expression(stream: str, name: str, expression: object) -> None:
    """Check an expression now; the SDK would check it when it is evaluated, or never."""
    where = f"stream_maps: stream {stream!r}, {name!r}"
    if name in ("__alias__", "__source__") and not isinstance(expression, str):
        raise SettingsError(f"{where}: a stream's name, as a text, is expected")
    if name == "__else__" and expression not in _REMOVED:
        raise SettingsError(f"{where}: only null can stand here")
    if name in _OPTIONS or expression in _REMOVED:
        return
    if not isinstance(expression, str):
        raise SettingsError(f"{where}: an expression, as a text, or null is expected")
    try:
        ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else type(error).__name__
        raise SettingsError(f"{where}: {expression!r} is not an expression ({reason})") from error


class _Evaluator:
    """The SDK's evaluator of expressions; all of its errors become an `ExpressionError`."""

    def __init__(self, evaluator: simpleeval.EvalWithCompoundTypes) -> None:
        self._evaluator = evaluator
        self.names: dict[str, Any] = {}

    def eval(self, expr: str, previously_parsed: ast.Expr | None = None) -> Any:
        self._evaluator.names = self.names
        try:
            return self._evaluator.eval(expr, previously_parsed=previously_parsed)
        except Exception as error:
            raise ExpressionError(expr, _explain(error, expr, self.names)) from error


def _explain(error: Exception, expression: str, names: Mapping[str, Any]) -> str:
    """Why an expression fails, without any value of the record."""
    used = {node.id for node in ast.walk(ast.parse(expression)) if isinstance(node, ast.Name)}
    nulls = [repr(name) for name in sorted(used) if name in names and names[name] is None]
    if nulls:
        return f"{' and '.join(nulls)} {'is' if len(nulls) == 1 else 'are'} null"
    if isinstance(error, simpleeval.NameNotDefined):
        return f"the record has no {error.name!r}"
    if isinstance(error, KeyError) and repr(error.args[0]) in expression:
        return f"there is no {error.args[0]!r}"
    if isinstance(error, ArithmeticError):
        return "it cannot be computed, as a division by zero cannot"
    if isinstance(error, (TypeError, AttributeError)):
        return str(error).replace(f"'{Number.__name__}'", "a decimal number")
    if isinstance(error, simpleeval.InvalidExpression):
        return str(error).partition(" in expression")[0].partition(", for expression")[0]
    # The texts of other errors may hold values of the record.
    return f"it raises {type(error).__name__}"


def _with_types(schema: Any) -> Any:
    """The schema with a type for each choice of types; the SDK drops those when it flattens."""
    if not isinstance(schema, dict):
        return {}
    choices = schema.get("anyOf") or schema.get("oneOf")
    if "type" not in schema and isinstance(choices, list):
        others = [each for each in choices if each != {"type": "null"}]
        single = others[0] if len(others) == 1 else None
        if not isinstance(single, dict) or "type" not in single:
            return {}
        kinds = single["type"] if isinstance(single["type"], list) else [single["type"]]
        return _with_types(single | {"type": [*kinds, "null"]})
    properties = schema.get("properties")
    if isinstance(properties, dict):
        schema = schema | {
            "properties": {name: _with_types(each) for name, each in properties.items()}
        }
    return schema


class Maps:
    """The maps of each stream."""

    def __init__(self, mapper: PluginMapper) -> None:
        self._mapper = mapper

    def register(
        self, stream: str, schema: dict[str, Any], keys: Sequence[str] | None, line: int
    ) -> None:
        """Take the SCHEMA of a stream.

        Raises:
            InputError: The maps do not fit the schema.
        """
        try:
            if self._mapper.flattening_options.enabled:
                schema = _with_types(schema)
            self._mapper.register_raw_stream_schema(stream, schema, keys)
        except RecursionError as error:
            raise InputError.at(line, stream, "its schema is nested too deeply") from error
        except Exception as error:
            # For an invalid schema or map, the SDK raises whatever exception its own code runs
            # into.
            reason = str(error) or type(error).__name__
            if "Duplicate column name" in reason:
                reason = (
                    f"two columns would be named {reason.rpartition(' ')[2]!r} by flattening; "
                    "rename or remove one with stream_maps, or set flattening_separator"
                )
            raise InputError.at(line, stream, f"it cannot be mapped: {reason}") from error
        for each in self._mapper.stream_maps[stream]:
            if not isinstance(each.stream_alias, str):
                raise InputError.at(line, stream, "the __alias__ of its stream map is not a text")
            if isinstance(each, CustomStreamMap):
                each.expr_evaluator = _Evaluator(each.expr_evaluator)

    def of(self, stream: str) -> list[StreamMap] | None:
        """The maps of a stream without those that remove it; None before its SCHEMA."""
        found = self._mapper.stream_maps.get(stream)
        if found is None:
            return None
        return [each for each in found if not isinstance(each, RemoveRecordTransform)]

    def transform(
        self, each: StreamMap, stream: str, record: dict[str, Any]
    ) -> dict[str, Any] | None:
        """The result of a map for a record; None if the record is filtered out.

        Raises:
            InputError: An expression fails; the text does not say where.
        """
        try:
            made = each.transform(record)
        except ExpressionError as error:
            name = next(self._owners(stream, error.expression), "")
            raise InputError(
                f"the expression of {name!r} in its stream map, {error.expression}, fails: {error}"
            ) from error
        if made is None:
            return None
        return {
            # The encoder of JSON would write null for it.
            name: Number(json.dumps(value))
            if isinstance(value, float) and not isfinite(value)
            else value
            for name, value in made.items()
        }

    def _owners(self, stream: str, expression: str) -> Iterator[str]:
        """The properties of a stream that have this expression, in the order of evaluation."""
        for source, definition in self._mapper.stream_maps_dict.items():
            if isinstance(definition, dict) and fnmatch(
                stream, definition.get("__source__", source)
            ):
                yield from (name for name, each in definition.items() if each == expression)
