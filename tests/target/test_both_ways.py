"""Records read by DuckDB itself and records repaired in Python make the same table, exactly."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from target_apex.exactness import inexact_rows
from tests.target.conftest import Warehouse, schema

KINDS: dict[str, dict[str, Any]] = {
    "id": {"type": "integer"},
    "integer": {"type": ["integer", "null"]},
    "number": {"type": ["number", "null"]},
    "cents": {"type": ["number", "null"], "multipleOf": 0.01},
    "decimal": {"type": ["string", "null"], "format": "singer.decimal"},
    "yes": {"type": ["boolean", "null"]},
    "text": {"type": ["string", "null"]},
    "moment": {"type": ["string", "null"], "format": "date-time"},
    "day": {"type": ["string", "null"], "format": "date"},
    "clock": {"type": ["string", "null"], "format": "time"},
    "nested": {"type": ["object", "array", "null"]},
}

# A record of this key holds a lone surrogate, which sends its whole batch through Python.
STUMBLING_BLOCK = '{"type":"RECORD","stream":"s","record":{"id":-1,"text":"\\ud800"}}'

text = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(["", "null", "NaN"])
zones = st.integers(-14 * 4, 14 * 4).map(
    lambda quarters: timezone(timedelta(minutes=15 * quarters))
)
moments = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=zones)  # noqa: DTZ001 - Hypothesis adds the zone
doubles = st.floats(allow_nan=False, allow_infinity=False)
cents = st.decimals(-(10**36) + 1, 10**36 - 1, places=2)
decimals = st.decimals(-(10**20) + 1, 10**20 - 1, places=18)
numbers_inside = (
    st.integers() | doubles | st.decimals(-(10**25), 10**25, places=12).map(lambda each: +each)
)
nested = st.recursive(
    st.none() | st.booleans() | text | numbers_inside,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)


def as_json(value: Any) -> str:
    """JSON text with decimals written out, which the standard library cannot."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{as_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(as_json, value)) + "]"
    return json.dumps(value)


records = st.fixed_dictionaries(
    {"id": st.integers(0, 5)},
    optional={
        "integer": st.none() | st.integers(-(2**63), 2**63 - 1),
        "number": st.none() | doubles,
        "cents": st.none() | cents,
        "decimal": st.none() | decimals.map(str),
        "yes": st.none() | st.booleans(),
        "text": st.none() | text,
        "moment": st.none() | moments.map(datetime.isoformat),
        "day": st.none() | st.dates().map(date.isoformat),
        "clock": st.none() | st.times().map(time.isoformat),
        "nested": st.dictionaries(text, nested, max_size=3) | st.lists(nested, max_size=3),
    },
)


def expected(record: dict[str, Any]) -> tuple[Any, ...]:
    """What the columns must hold, in Python's terms."""
    read = {
        "decimal": Decimal,
        "moment": lambda each: datetime.fromisoformat(each).astimezone(UTC),
        "day": date.fromisoformat,
        "clock": time.fromisoformat,
        "nested": lambda each: json.loads(as_json(each), parse_float=Decimal),
    }
    return tuple(
        read.get(name, lambda each: each)(record[name]) if record.get(name) is not None else None
        for name in KINDS
    )


def load(folder: Path, name: str, lines: list[str]) -> list[tuple[Any, ...]]:
    warehouse = Warehouse(folder / name)
    warehouse.load(schema("s", KINDS, ["id"]), *lines)
    return warehouse.query("SELECT * EXCLUDE (_sdc_deleted_at) FROM s WHERE id >= 0 ORDER BY id")


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(records, min_size=1, max_size=25))
def test_both_ways_give_the_table_that_the_records_say(made):
    lines = [f'{{"type":"RECORD","stream":"s","record":{as_json(each)}}}' for each in made]
    with tempfile.TemporaryDirectory() as folder:
        fast = load(Path(folder), "fast.duckdb", lines)
        slow = load(Path(folder), "slow.duckdb", [*lines, STUMBLING_BLOCK])
    assert fast == slow
    last = {each["id"]: each for each in made}
    found = [
        (*row[:-1], None if row[-1] is None else json.loads(row[-1], parse_float=Decimal))
        for row in fast
    ]
    assert found == [expected(last[key]) for key in sorted(last)]


@given(st.lists(st.one_of(st.integers(), doubles, decimals, cents), min_size=1, max_size=8))
def test_numbers_that_a_double_would_change_are_found(numbers):
    data = "".join(f'{{"a": [1,{number}]}}\n' for number in map(as_json, numbers)).encode()
    rounded = [
        row
        for row, number in enumerate(numbers)
        if isinstance(number, Decimal) and Decimal(repr(float(number))) != number
    ]
    assert inexact_rows(data) == rounded


def test_the_search_for_long_numbers_is_not_misled_by_text():
    quiet = b'{"card":"4242424242424242","id":12345678901234567890,"x":52.520006599999995}\n'
    assert inexact_rows(quiet * 3) == []
    assert inexact_rows(quiet + b'{"a":0.12345678901234567890}\n' + quiet) == [1]
