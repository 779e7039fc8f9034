"""Rewrite a hard record so that DuckDB reads it exactly. Pure.

DuckDB's JSON reader rounds numbers of more than 17 digits, refuses lone surrogates, and does not
distinguish a missing key from null. A record with any of these is rewritten: each value that would
be damaged is replaced by its exact text. Values that fit no column stay, and are refused later with
their line number.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from target_apex.column_types import BIGINT, BOOLEAN, DATE, JSON, TIME, TIMESTAMPTZ, VARCHAR
from target_apex.decimals import Number
from target_apex.errors import InputError
from target_apex.exactness import survives_double

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from target_apex.column_types import ColumnType


def _verbatim(value: object) -> msgspec.Raw | str:
    """The encoding of other types: our numbers, and results of stream maps."""
    return msgspec.Raw(value.text.encode()) if isinstance(value, Number) else str(value)


def as_version(value: object) -> int | None:
    """The table version in a message; None if it is no 64-bit integer."""
    if isinstance(value, str) and _INTEGER.fullmatch(value) and len(value) < MAX_INTEGER_TEXT:
        value = int(value)
    if isinstance(value, (float, Decimal)) and value == value // 1:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        return None
    return value


_ENCODER = msgspec.json.Encoder(decimal_format="number", enc_hook=_verbatim)
_DECODER = msgspec.json.Decoder(float_hook=Number)
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_PLAIN_TIMESTAMP = re.compile(
    r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?)?", re.ASCII
)
MAX_INTEGER_TEXT = 40
_PLAIN_DECIMAL = re.compile(r"[+-]?\d*\.\d+", re.ASCII)
_INTEGER = re.compile(r"\s*[+-]?\d+\s*", re.ASCII)


def decode(line: bytes) -> dict[str, Any]:
    """The JSON object of a line, with every number exact; the last one of equal keys counts.

    Raises:
        ValueError: The line holds no JSON object.
    """
    try:
        found = _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        # Python's reader also accepts what taps in Python may emit: NaN and lone surrogates.
        found = json.loads(line, parse_float=Number, parse_constant=Number, parse_int=_as_integer)
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - the caller's one error for bad JSON
    return found


def _as_integer(text: str) -> int | Number:
    """An integer; as it was written if it has more digits than Python converts."""
    return int(text) if len(text) < MAX_INTEGER_TEXT else Number(text)


def encode(value: object) -> bytes:
    """JSON text on one line, numbers as they were written, lone surrogates replaced by U+FFFD."""
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError:
        return _ENCODER.encode(_printable(value))


def repair(
    message: dict[str, Any],
    columns: Iterable[tuple[str, ColumnType]],
    row: int,
    notice: Callable[[str], None],
) -> bytes:
    """The line to load in place of a RECORD message.

    Args:
        message: The message, decoded by `decode`.
        columns: Each property that is read, and the type that it is read as.
        row: Its position in the batch, which the line carries in `ord`.
        notice: Called with the name of each property whose value was rounded.

    Raises:
        InputError: The message has no record.
    """
    record = message.get("record")
    if not isinstance(record, dict):
        raise InputError("the RECORD message has no record")
    kept: dict[str, Any] = {}
    exact: dict[str, str] = {}
    for name, kind in columns:
        value = record.get(name)
        if value is None:
            continue
        if kind != JSON:
            found = _scalar(value, kind)
            kept[name] = rounded = _rounded(found, kind)
            if rounded is not found:
                notice(name)
        elif _is_delicate(value):
            exact[name] = _text(value)
        else:
            kept[name] = value
    line: dict[str, Any] = {"ord": row, "record": _printable(kept)}
    if exact:
        line["exact"] = _printable(exact)
    if message.get("version") is not None:
        line["version"] = _scalar(message["version"], BIGINT)
    if message.get("time_extracted") is not None:
        line["time_extracted"] = message["time_extracted"]
    return encode(line)


def _scalar(value: Any, kind: ColumnType) -> Any:
    """The value, or its exact text where DuckDB would read it inexactly."""
    if isinstance(value, str):
        return _from_text(value, kind)
    if isinstance(value, (dict, list)):
        return _text(value) if _is_delicate(value) else value
    if kind == BOOLEAN and value in (0, 1):
        return bool(value)
    if isinstance(value, Decimal):
        if kind == BIGINT and value == value.to_integral_value() and abs(value) < 1 << 64:
            return int(value)
        if kind.name == "DECIMAL":
            return _plain(value, kind)
        if isinstance(value, Number) and (kind == VARCHAR or _is_delicate(value)):
            return value.text
    return value


def _from_text(value: str, kind: ColumnType) -> str:
    """A JSON string, spelled as its column's type is read."""
    text = _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value)
    if kind == VARCHAR:
        return text
    if kind == BIGINT:
        return str(int(text)) if _INTEGER.fullmatch(text) and len(text) < MAX_INTEGER_TEXT else text
    if kind == BOOLEAN:
        return text.lower() if text.lower() in ("true", "false") else text
    if kind.name == "DECIMAL":
        try:
            return _plain(Decimal(text), kind)
        except ArithmeticError:
            return text
    try:
        return _moment(text, kind)
    except ValueError:
        return text


def _moment(text: str, kind: ColumnType) -> str:
    """A date or time of ISO 8601 in the spelling that DuckDB reads."""
    if kind == TIMESTAMPTZ and not _PLAIN_TIMESTAMP.fullmatch(text):
        return datetime.fromisoformat(text.upper()).isoformat()
    if kind == DATE and len(text) > 10:
        moment = datetime.fromisoformat(text.upper())
        at_midnight = moment.time() == time() and moment.utcoffset() in (None, UTC.utcoffset(None))
        return moment.date().isoformat() if at_midnight else text
    if kind == TIME:
        # Like a date-time, a time of day with an offset is kept as UTC.
        clock = time.fromisoformat(text.upper())
        moment = datetime.combine(date(2000, 1, 2), clock, tzinfo=clock.tzinfo or UTC)
        return moment.astimezone(UTC).time().isoformat()
    return text


def _plain(value: Decimal, kind: ColumnType) -> str:
    """A number without exponent, and without zeros beyond its column's scale."""
    if not value.is_finite() or abs(value.adjusted()) > 100:
        return str(value)
    text = format(value, "f")
    whole, point, fraction = text.partition(".")
    if point and not fraction[kind.scale :].strip("0"):
        return f"{whole}.{fraction[: kind.scale]}" if kind.scale else whole
    return text


def _rounded(value: Any, kind: ColumnType) -> Any:
    """A number with more decimal places than the schema declares, rounded half to even."""
    if kind.name != "DECIMAL" or not kind.rounds or not kind.scale or not isinstance(value, str):
        return value
    if not _PLAIN_DECIMAL.fullmatch(value) or len(value.partition(".")[2]) <= kind.scale:
        return value
    step = Decimal(1).scaleb(-kind.scale)
    return format(Decimal(value).quantize(step, ROUND_HALF_EVEN, Context(prec=len(value))), "f")


def _is_delicate(value: Any) -> bool:
    """Whether DuckDB would change a number in the value, or could not read it."""
    if isinstance(value, Number):
        return not survives_double(value)
    if isinstance(value, str):
        return _LONE_SURROGATE.search(value) is not None
    if isinstance(value, dict):
        return any(_is_delicate(key) or _is_delicate(item) for key, item in value.items())
    if isinstance(value, list):
        return any(map(_is_delicate, value))
    return False


def _text(value: Any) -> str:
    """The JSON text of a value."""
    return encode(_printable(value)).decode()


def _printable(value: Any) -> Any:
    """The value with U+FFFD for each lone surrogate, which UTF-8 cannot encode."""
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, dict):
        return {_printable(key): _printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_printable(item) for item in value]
    return value
