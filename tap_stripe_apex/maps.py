"""The SDK's stream maps and flattening, for selected streams, with errors that say what failed."""

from __future__ import annotations

import ast
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any, Final

import simpleeval  # type: ignore[import-untyped]  # it has no types
from singer_sdk.exceptions import StreamMapConfigError
from singer_sdk.mapper import CustomStreamMap, PluginMapper, RemoveRecordTransform
from singer_sdk.singerlib.catalog import Catalog
from typing_extensions import override

from tap_stripe_apex.amounts import Amount, to_amounts, to_decimals
from tap_stripe_apex.errors import ConfigurationError

if TYPE_CHECKING:
    import logging
    from collections.abc import Iterator, Mapping, Sequence

_REMOVED: Final = (None, "__NULL__")
_NO_EXPRESSIONS: Final = ("__alias__", "__source__", "__else__", "__key_properties__")


class StreamMaps(PluginMapper):
    """Applies the maps of the selected streams; maps of other streams are not checked.

    Args:
        config: the tap's settings.
        logger: gets the SDK's messages about the maps.

    Raises:
        ConfigurationError: a map is not valid.
    """

    def __init__(self, config: Mapping[str, Any], logger: logging.Logger) -> None:
        given = {name: value for name, value in config.items() if value is not None}
        for stream, definition in given.get("stream_maps", {}).items():
            if isinstance(definition, dict):
                if "__source__" in definition and "__alias__" in definition:
                    raise ConfigurationError(
                        f"stream_maps: {stream!r} has both __source__ and __alias__. Leave out "
                        f"__alias__: the stream is called {stream!r} already."
                    )
                for name, expression in definition.items():
                    _check_expression(stream, name, expression)
        try:
            super().__init__(plugin_config=given, logger=logger)
        except StreamMapConfigError as error:
            raise ConfigurationError(f"stream_maps: {error}") from error

    @override
    def register_raw_streams_from_catalog(self, catalog: Catalog) -> None:
        selected = Catalog()
        for entry in catalog.streams:
            if entry.metadata.resolve_selection()[()]:
                selected[entry.tap_stream_id] = entry
            else:
                unread = RemoveRecordTransform(entry.tap_stream_id, {}, None, None)
                self.stream_maps[entry.tap_stream_id] = [unread]
        super().register_raw_streams_from_catalog(selected)

    @override
    def register_raw_stream_schema(
        self, stream_name: str, schema: dict[str, Any], key_properties: Sequence[str] | None
    ) -> None:
        if self.flattening_options.enabled:
            schema = _with_free_objects_as_leaves(schema)
        try:
            super().register_raw_stream_schema(stream_name, schema, key_properties)
        except Exception as error:
            # For an invalid map, the SDK raises whatever exception its own code runs into.
            raise ConfigurationError(
                f"The stream map of {stream_name!r} cannot be used: {_plain(str(error))}"
            ) from error
        for each in self.stream_maps[stream_name]:
            if isinstance(each, CustomStreamMap):
                each.expr_evaluator = _Evaluator(
                    each.expr_evaluator, stream_name, dict(self._expressions(stream_name))
                )

    def _expressions(self, stream: str) -> Iterator[tuple[str, str]]:
        """The expressions of a stream's maps, each with the first property that it computes."""
        named = [
            (expression, name)
            for source, definition in self.stream_maps_dict.items()
            if isinstance(definition, dict)
            and fnmatch(stream, definition.get("__source__", source))
            for name, expression in definition.items()
            if isinstance(expression, str)
        ]
        return reversed(named)


class _Evaluator:
    """The SDK's evaluator of expressions, with exact decimals and errors that name the property.

    Args:
        evaluator: the SDK's.
        stream: the stream of the maps.
        names: the property that each expression computes.
    """

    def __init__(
        self, evaluator: simpleeval.EvalWithCompoundTypes, stream: str, names: Mapping[str, str]
    ) -> None:
        self._evaluator = evaluator
        self._stream = stream
        self._names_of = names
        self.names: dict[str, Any] = {}

    def eval(self, expr: str, previously_parsed: ast.Expr | None = None) -> Any:
        """The value of the expression for the record in `names`.

        Raises:
            ConfigurationError: it fails on this record.
        """
        self._evaluator.names = to_amounts(self.names)
        try:
            return to_decimals(self._evaluator.eval(expr, previously_parsed=previously_parsed))
        except Exception as error:
            name = self._names_of.get(expr, expr)
            raise ConfigurationError(
                f"The stream map of {self._stream!r} fails at {name!r}, {expr}: "
                f"{_explain(error, expr, self.names)}. Change the expression in stream_maps."
            ) from error


def _check_expression(stream: str, name: str, expression: object) -> None:
    """Check an expression now; the SDK would check it when it is evaluated, or never.

    Raises:
        ConfigurationError: it cannot be evaluated.
    """
    where = f"stream_maps: {name!r} of {stream!r}"
    if name in ("__alias__", "__source__") and not isinstance(expression, str):
        raise ConfigurationError(f"{where} must be the name of a stream, as text.")
    if name in _NO_EXPRESSIONS or expression in _REMOVED:
        return
    if not isinstance(expression, str):
        raise ConfigurationError(f"{where} must be an expression, as text, or null.")
    try:
        ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, SyntaxError) else type(error).__name__
        raise ConfigurationError(f"{where}: {expression!r} is no expression ({reason}).") from error


def _explain(error: Exception, expression: str, names: Mapping[str, Any]) -> str:
    """Why an expression fails, without any value of the record."""
    used = {node.id for node in ast.walk(ast.parse(expression)) if isinstance(node, ast.Name)}
    nulls = [repr(name) for name in sorted(used) if name in names and names[name] is None]
    if nulls:
        return f"{' and '.join(nulls)} {'is' if len(nulls) == 1 else 'are'} null"
    if isinstance(error, simpleeval.NameNotDefined):
        return f"the record has no {error.name!r}"
    if isinstance(error, KeyError) and error.args[0] in _constants(expression):
        return f"there is no {error.args[0]!r}"
    if isinstance(error, ArithmeticError):
        return "it cannot be computed, as a division by zero cannot"
    if isinstance(error, (TypeError, AttributeError)):
        return str(error).replace(f"'{Amount.__name__}'", "a decimal number")
    if isinstance(error, simpleeval.InvalidExpression):
        return str(error).partition(" in expression")[0].partition(", for expression")[0]
    return f"it raises {type(error).__name__}"  # its text may hold values of the record


def _constants(expression: str) -> list[object]:
    nodes = ast.walk(ast.parse(expression))
    return [node.value for node in nodes if isinstance(node, ast.Constant)]


def _with_free_objects_as_leaves(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with one column for each object that declares no properties, such as metadata.

    The SDK would flatten such an object to its declared properties. As it has none, the schema
    would lack the column, while each record would have different ones.
    """
    properties = schema.get("properties")
    if not properties:
        return {name: value for name, value in schema.items() if name != "properties"}
    leaves = {name: _with_free_objects_as_leaves(each) for name, each in properties.items()}
    return {**schema, "properties": leaves}


def _plain(problem: str) -> str:
    if "Duplicate column name" in problem:
        column = problem.rpartition(" ")[2]
        return (
            f"flattening would name two columns {column!r}. Rename or remove one of them with "
            "stream_maps, or set flattening_separator."
        )
    return problem if problem.endswith(".") else f"{problem}."
