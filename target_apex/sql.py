"""Quotes names, and converts texts of JSON values to DuckDB values without loss. Pure.

Each column is read as text (or as JSON), cast, and compared with what was read. A value that does
not survive this round trip is a misfit; it is never rounded, cut or replaced by NULL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from target_apex.column_types import BIGINT, BOOLEAN, DATE, DOUBLE, JSON, TIME, TIMESTAMPTZ, VARCHAR

if TYPE_CHECKING:
    from target_apex.column_types import ColumnType

_FRACTION = r"-?\d+(\.\d+)?(e[+-]?\d+)?"
SECONDS_OF_A_DAY = r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?"


def identifier(name: str) -> str:
    """A quoted name, which may hold spaces, quotes, dots and reserved words."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string constant."""
    return "'" + text.replace("'", "''") + "'"


def qualified(*names: str) -> str:
    """`schema.table`, each part quoted."""
    return ".".join(map(identifier, names))


def cast(text: str, kind: ColumnType) -> str:
    """`text` cast to `kind`; NULL if that is not possible."""
    if kind in (VARCHAR, JSON):
        return text
    if kind == BOOLEAN:
        return f"({text} = 'true')"
    return f"try_cast({text} AS {kind})"


def misfit(text: str, value: str, kind: ColumnType) -> str | None:
    """SQL that is true if `value`, the `cast` of `text`, lost something; None if it cannot."""
    if kind in (VARCHAR, JSON):
        return None
    if kind == BOOLEAN:
        return f"{text} NOT IN ('true', 'false')"
    if kind == BIGINT:
        return f"{value}::VARCHAR IS DISTINCT FROM {text}"
    if kind == DATE:
        return f"({text} IS NOT NULL AND ({value} IS NULL OR length({text}) <> 10))"
    if kind == TIME:
        return (
            f"({text} IS NOT NULL AND ({value} IS NULL"
            f" OR NOT regexp_full_match({text}, {literal(SECONDS_OF_A_DAY)})))"
        )
    if kind.name == "DECIMAL":
        point = f"strpos({text}, '.')"
        return (
            f"({text} IS NOT NULL AND ({value} IS NULL"
            f" OR ({point} > 0 AND length({text}) - {point} > {kind.scale})"
            f" OR contains({text}, 'e') OR contains({text}, 'E')))"
        )
    if kind == DOUBLE:
        # 1e400 is a number, but is too large for a double.
        endless = f"isinf({value}) AND NOT contains(lower({text}), 'inf')"
        return f"({text} IS NOT NULL AND ({value} IS NULL OR ({endless})))"
    return f"({text} IS NOT NULL AND {value} IS NULL)"


def like_a_fraction(text: str) -> str:
    """SQL that is true if `text` may be a number in DuckDB's own spelling: 1.5, 1e+300."""
    return (
        # All conditions but the last are cheap, and sort out most texts.
        f"({text} BETWEEN '-' AND ':' AND"
        f" (contains({text}, '.') OR contains({text}, 'e+') OR contains({text}, 'e-'))"
        f" AND regexp_full_match({text}, {literal(_FRACTION)}))"
    )


def unquoted(json: str) -> str:
    """The text of a JSON value: a string without its quotes, anything else as it is written."""
    return (
        f"CASE WHEN NOT starts_with({json}, '\"') THEN {json}::VARCHAR"
        f" WHEN contains({json}, '\\') THEN {json} ->> '$' ELSE trim({json}, '\"') END"
    )


def is_a_fraction(json: str) -> str:
    """SQL that is true if a JSON value is a number with a point or an exponent."""
    return (
        f"({json} BETWEEN '-' AND ':' AND (contains({json}, '.') OR contains(lower({json}), 'e')))"
    )


def describe(kind: ColumnType) -> str:
    """The requirement of a type in words, for an error message."""
    if kind.name == "DECIMAL":
        return (
            f"a decimal number of at most {kind.precision - kind.scale} digits "
            f"before the point and {kind.scale} after it"
        )
    return {
        BIGINT: "an integer from -2^63 to 2^63-1",
        BOOLEAN: "true or false",
        DATE: "a date (YYYY-MM-DD)",
        DOUBLE: "a number that a double can hold",
        TIME: "a time of day",
        TIMESTAMPTZ: "a date-time (RFC 3339)",
    }.get(kind, f"a {kind}")


def convert(value: str, source: ColumnType, goal: ColumnType) -> str:
    """SQL that converts a stored `source` to `goal`, for a column that is widened."""
    if source == goal:
        return value
    if goal == JSON:
        return f"to_json({value})"
    if goal == VARCHAR:
        text = f"CAST({value} AS VARCHAR)"
        if source == DOUBLE or source.name == "DECIMAL":
            # 1, which became 1.0 when integers became numbers, is the text "1" again.
            return f"regexp_replace({text}, '^(-?\\d+)(?:\\.0*|(\\.\\d*[1-9])0+)$', '\\1\\2')"
        return text
    return f"CAST({value} AS {goal})"
