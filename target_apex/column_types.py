"""The DuckDB type for all values that a JSON schema allows, and how types are widened. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_PRECISION = 38
"""DuckDB's widest DECIMAL."""

UNSIZED_DECIMAL_SCALE = 18
"""Decimal places of a decimal whose schema states none; 20 digits are left for the integer part."""

BIGINT_DIGITS = 19


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A DuckDB type; only DECIMAL has more than a name.

    Attributes:
        name: DuckDB's name.
        precision: Number of digits.
        scale: How many of them are decimal places.
        rounds: Whether a number with more decimal places is rounded, since its schema declares the
            places; otherwise it is refused.
    """

    name: str
    precision: int = 0
    scale: int = 0
    rounds: bool = field(default=True, compare=False)

    def __str__(self) -> str:
        if self.name == "DECIMAL":
            return f"DECIMAL({self.precision},{self.scale})"
        return self.name

    @classmethod
    def parse(cls, text: str) -> ColumnType:
        """Read a type as DuckDB's catalog spells it."""
        if match := re.fullmatch(r"DECIMAL\((\d+),\s*(\d+)\)", text):
            return cls("DECIMAL", int(match[1]), int(match[2]))
        return cls(_ALIASES.get(text, text))


_ALIASES = {"TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ"}

BIGINT = ColumnType("BIGINT")
BOOLEAN = ColumnType("BOOLEAN")
DATE = ColumnType("DATE")
DOUBLE = ColumnType("DOUBLE")
JSON = ColumnType("JSON")
TIME = ColumnType("TIME")
TIMESTAMPTZ = ColumnType("TIMESTAMPTZ")
VARCHAR = ColumnType("VARCHAR")

_STRING_FORMATS = {"date-time": TIMESTAMPTZ, "date": DATE, "time": TIME}
_DECIMAL_FORMATS = frozenset({"singer.decimal", "x-singer.decimal"})
_FLOATING = frozenset({"DOUBLE", "FLOAT"})
_SMALLER_INTEGERS = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER"}
)
_OF_PYTHON: dict[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


def column_type(schema: object, root: Mapping[str, Any] | None = None) -> ColumnType:
    """The narrowest type that holds every value `schema` allows.

    Args:
        schema: The JSON schema of one property.
        root: The schema of the stream, where `$ref` pointers lead.
    """
    found: ColumnType | None = None
    for branch in _Branches(root or {}).of(schema):
        found = branch if found is None else _union(found, branch)
    return found or VARCHAR


class _Branches:
    """The types that a schema allows; each `$ref` is followed once, however often it occurs."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        # A schema that refers to itself describes a tree, which only JSON can hold. So a reference
        # counts as JSON until it is resolved.
        self._known: dict[str, tuple[ColumnType, ...]] = {}

    def of(self, schema: object) -> Iterator[ColumnType]:
        """Every type that is not null."""
        if not isinstance(schema, dict):
            yield JSON
            return
        reference = schema.get("$ref")
        choices = [*_list(schema.get("anyOf")), *_list(schema.get("oneOf"))]
        parts = _list(schema.get("allOf"))
        if isinstance(reference, str):
            yield from self._referred(reference)
        elif "type" not in schema and choices:
            for choice in choices:
                yield from self.of(choice)
        elif "type" not in schema and parts:
            merged: dict[str, Any] = {}
            for part in parts:
                merged |= part if isinstance(part, dict) else {}
            yield from self.of(merged)
        else:
            for kind in _kinds(schema):
                if kind != "null":
                    yield _scalar(kind, schema)

    def _referred(self, reference: str) -> tuple[ColumnType, ...]:
        if reference not in self._known:
            self._known[reference] = (JSON,)
            found = self.of(_resolve(reference, self._root))
            self._known[reference] = tuple(dict.fromkeys(found))
        return self._known[reference]


def _list(value: object) -> list[Any]:
    """The list of a keyword; empty if the keyword holds something else."""
    return value if isinstance(value, list) else []


def _whole(value: object) -> int | None:
    """The whole number of a keyword."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _kinds(schema: Mapping[str, Any]) -> list[str]:
    """JSON Schema's names of the types that a schema without references allows."""
    declared = schema.get("type")
    if isinstance(declared, str):
        return [declared]
    if isinstance(declared, list):
        return [kind for kind in declared if isinstance(kind, str)]
    values = _list(schema.get("enum"))
    if "const" in schema and not values:
        values = [schema["const"]]
    if values:
        return sorted({_OF_PYTHON.get(type(value), "null") for value in values})
    return ["string"] if _format(schema) in _STRING_FORMATS else ["any"]


def _scalar(kind: str, schema: Mapping[str, Any]) -> ColumnType:
    if kind == "string":
        form = _format(schema)
        return (
            _singer_decimal(schema)
            if form in _DECIMAL_FORMATS
            else _STRING_FORMATS.get(form, VARCHAR)
        )
    if kind == "number":
        return _number(schema)
    return {"integer": BIGINT, "boolean": BOOLEAN}.get(kind, JSON)


def _format(schema: Mapping[str, Any]) -> str:
    form = schema.get("format")
    return form if isinstance(form, str) else ""


def _singer_decimal(schema: Mapping[str, Any]) -> ColumnType:
    """Strings that hold decimals; `precision` and `scale` are optional, as in SQL."""
    extra = schema.get("additionalProperties")
    sized = {**extra, **schema} if isinstance(extra, dict) else schema
    precision, scale = _whole(sized.get("precision")), _whole(sized.get("scale"))
    if scale is not None:
        return _decimal((MAX_PRECISION if precision is None else precision) - scale, scale)
    if precision is not None:
        return _decimal(precision, 0)
    unsized = _decimal(MAX_PRECISION - UNSIZED_DECIMAL_SCALE, UNSIZED_DECIMAL_SCALE)
    # The schema does not say that further digits may be dropped.
    return replace(unsized, rounds=False)


def _number(schema: Mapping[str, Any]) -> ColumnType:
    """DECIMAL where the schema states the decimal places, else DOUBLE.

    The schema states them by the SDK's extension `x-sql-datatype`, or by `multipleOf` with bounds.
    """
    if schema.get("x-sql-datatype") in ("decimal", "numeric"):
        sized = schema.get("x-sql-datatype-properties")
        return _singer_decimal(sized if isinstance(sized, dict) else {})
    step = _as_decimal(schema.get("multipleOf"))
    if step is None or step <= 0:
        return DOUBLE
    scale = _places(step)
    bounds = [_as_decimal(schema.get(bound)) for bound in ("minimum", "maximum")]
    limits = [bound for bound in bounds if bound is not None]
    if len(limits) < len(bounds):
        return _decimal(max(MAX_PRECISION - scale, 1), scale)
    return _decimal(max(limit.adjusted() + 1 for limit in limits), scale)


def _decimal(integer_digits: int, scale: int) -> ColumnType:
    """DECIMAL with room for both parts; text where DuckDB's DECIMAL is too small."""
    integer_digits = max(integer_digits, 0)
    precision = max(integer_digits + scale, 1)
    if scale < 0 or precision > MAX_PRECISION:
        return VARCHAR
    return ColumnType("DECIMAL", precision, scale)


def _as_decimal(value: object) -> Decimal | None:
    """A JSON number exactly as written, not as the nearest double; None if it is not finite."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _places(step: Decimal) -> int:
    exponent = step.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _union(one: ColumnType, other: ColumnType) -> ColumnType:
    """The type of a property that may be either, as one schema declares it."""
    if one == other:
        return one
    if JSON in (one, other):
        return JSON
    return join(one, other)


def _resolve(reference: str, root: Mapping[str, Any]) -> object:
    """The schema that a `#/...` pointer leads to; any other reference counts as JSON."""
    found: object = dict(root) if reference.startswith("#") else None
    for part in reference.removeprefix("#").strip("/").split("/"):
        if part and isinstance(found, dict):
            found = found.get(part.replace("~1", "/").replace("~0", "~"))
    return found


def holds(column: ColumnType, incoming: ColumnType) -> bool:
    """Whether every possible value of `incoming` fits `column` exactly."""
    if column == incoming or column in (VARCHAR, JSON):
        return True
    if column.name == "DECIMAL":
        integer_digits = column.precision - column.scale
        if incoming == BIGINT:
            return integer_digits >= BIGINT_DIGITS
        if incoming.name == "DECIMAL":
            return (
                column.scale >= incoming.scale
                and integer_digits >= incoming.precision - incoming.scale
            )
    if column.name == "HUGEINT":
        return incoming == BIGINT
    return column == TIMESTAMPTZ and incoming == DATE


def join(one: ColumnType, other: ColumnType) -> ColumnType:
    """The type for both; VARCHAR if the data turn out not to fit it (see `tables`)."""
    if holds(one, other):
        return one
    if holds(other, one):
        return other
    names = {one.name, other.name}
    if names <= _SMALLER_INTEGERS | {"BIGINT"}:
        return BIGINT
    if "DECIMAL" in names and names <= _SMALLER_INTEGERS | {"BIGINT", "DECIMAL"}:
        sizes = [
            (kind.precision - kind.scale, kind.scale)
            if kind.name == "DECIMAL"
            else (BIGINT_DIGITS, 0)
            for kind in (one, other)
        ]
        return _decimal(max(size[0] for size in sizes), max(size[1] for size in sizes))
    if names & _FLOATING and names <= _SMALLER_INTEGERS | _FLOATING | {"BIGINT", "DECIMAL"}:
        return DOUBLE
    if names == {"TIMESTAMP", "TIMESTAMPTZ"}:
        return TIMESTAMPTZ
    return VARCHAR
