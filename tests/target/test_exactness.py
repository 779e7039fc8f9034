"""Every value that JSON can hold comes out of the warehouse as it went in, or the run stops."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from target_apex.errors import InputError
from tests.target.conftest import record, schema

STRING = {"type": "string"}
INTEGER = {"type": "integer"}
NUMBER = {"type": "number"}
BOOLEAN = {"type": "boolean"}
OBJECT = {"type": ["object", "null"]}
CENTS = {"type": "number", "multipleOf": 0.01}
TINY = {"type": "number", "multipleOf": 1e-10}
DECIMAL = {"type": "string", "format": "singer.decimal"}
WHOLE = {
    "type": "number",
    "x-sql-datatype": "decimal",
    "x-sql-datatype-properties": {"precision": 10, "scale": 0},
}
SMALL = {
    "type": "number",
    "x-sql-datatype": "decimal",
    "x-sql-datatype-properties": {"precision": 3, "scale": 2},
}
SIZED = {"type": "string", "format": "x-singer.decimal", "precision": 30, "scale": 4}
MOMENT = {"type": "string", "format": "date-time"}
DATE = {"type": "string", "format": "date"}
TIME = {"type": "string", "format": "time"}
LATE = datetime(2024, 2, 29, 23, 30, tzinfo=UTC)

KEPT = {
    "empty string is not null": (STRING, '""', ""),
    "null": ({"type": ["string", "null"]}, "null", None),
    "the word null": (STRING, '"null"', "null"),
    "NUL inside a string": (STRING, r'"a\u0000b"', "a\0b"),
    "surrogate pair": (STRING, r'"\ud83d\ude00"', "\U0001f600"),
    "lone surrogate": (STRING, r'"x\ud800y"', "x\ufffdy"),
    "spaces": (STRING, '" 1 "', " 1 "),
    "long number in a string column": (STRING, "12345678901234567.89", "12345678901234567.89"),
    "number in a string column": (STRING, "1.10", "1.10"),
    "number with an exponent in a string column": (STRING, "1e2", "1e2"),
    "small number in a string column": (STRING, "-0.00001", "-0.00001"),
    "number next to nothing in a string column": (STRING, "1e-400", "1e-400"),
    "number beyond every double in a string column": (STRING, "1E400", "1E400"),
    "integer in a string column": (STRING, "123456789012345678901234567890", "1234567890" * 3),
    "true in a string column": (STRING, "true", "true"),
    "text that looks like a number": (STRING, '"1.10"', "1.10"),
    "largest integer": (INTEGER, "9223372036854775807", 2**63 - 1),
    "smallest integer": (INTEGER, "-9223372036854775808", -(2**63)),
    "integer with a point": (INTEGER, "5.0", 5),
    "integer with an exponent": (INTEGER, "1E3", 1000),
    "integer as a string": (INTEGER, '"7"', 7),
    "double": (NUMBER, "0.1", 0.1),
    "negative zero": (NUMBER, "-0.0", -0.0),
    "negative zero as an integer": (INTEGER, "-0", 0),
    "large double": (NUMBER, "1e300", 1e300),
    "double of 17 digits": (NUMBER, "52.520006599999995", 52.520006599999995),
    "decimal": (CENTS, "0.10", Decimal("0.10")),
    "long decimal": (CENTS, "12345678901234567890.12", Decimal("12345678901234567890.12")),
    "decimal with an exponent": (TINY, "1e-10", Decimal("1e-10")),
    "decimal with a positive exponent": (CENTS, "1E+2", Decimal(100)),
    "singer decimal": (DECIMAL, '"3.141592653589793238"', Decimal("3.141592653589793238")),
    "sized singer decimal": (SIZED, '"-1.5000000"', Decimal("-1.5")),
    "more places than declared": (CENTS, "0.1250", Decimal("0.12")),
    "more places, rounded to the even neighbour": (CENTS, "-0.135", Decimal("-0.14")),
    "more places, rounded up": (CENTS, "9.996", Decimal("10.00")),
    "noise of a double": (CENTS, "19.990000000000002", Decimal("19.99")),
    "noise of a double around nothing": (CENTS, "5.551115123125783e-17", Decimal("0.00")),
    "far more places": (CENTS, "0.1250000000000000000001", Decimal("0.13")),
    "more places in a sized singer decimal": (SIZED, '"1.00005"', Decimal("1.0000")),
    "true": (BOOLEAN, "true", True),
    "false": (BOOLEAN, "false", False),
    "true as MySQL writes it": (BOOLEAN, "1", True),
    "UTC": (MOMENT, '"2024-02-29T23:30:00Z"', LATE),
    "offset": (MOMENT, '"2024-03-01T01:30:00+02:00"', LATE),
    "before 1970": (
        MOMENT,
        '"1969-12-31T23:59:59.5Z"',
        datetime(1969, 12, 31, 23, 59, 59, 500000, UTC),
    ),
    "first year": (MOMENT, '"0001-01-01T00:00:00Z"', datetime(1, 1, 1, tzinfo=UTC)),
    "last second": (
        MOMENT,
        '"9999-12-31T23:59:59Z"',
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    ),
    "first date": (DATE, '"0001-01-01"', date(1, 1, 1)),
    "last date": (DATE, '"9999-12-31"', date(9999, 12, 31)),
    "no offset is UTC": (MOMENT, '"2024-02-29T23:30:00"', LATE),
    "lower-case date-time": (MOMENT, '"2024-02-29t23:30:00z"', LATE),
    "basic date-time": (MOMENT, '"20240229T233000Z"', LATE),
    "date": (DATE, '"2024-02-29"', date(2024, 2, 29)),
    "date as midnight": (DATE, '"2024-02-29T00:00:00Z"', date(2024, 2, 29)),
    "time": (TIME, '"23:59:59.123456"', time(23, 59, 59, 123456)),
    "time with an offset": (TIME, '"01:00:00+02:00"', time(23, 0)),
    "nested": (
        OBJECT,
        '{"a": {"b": [1, null, "", "\\u0001"]}}',
        r'{"a":{"b":[1,null,"","\u0001"]}}',
    ),
    "long number in JSON": (OBJECT, '{"a":1234567890123456.125}', '{"a":1234567890123456.125}'),
    "long integer in JSON": (
        OBJECT,
        '{"a":1234567890123456789012}',
        '{"a":1234567890123456789012}',
    ),
    "lone surrogate in JSON": (OBJECT, r'{"a":"\ud800"}', '{"a":"\ufffd"}'),
    "number in JSON beyond every double": (OBJECT, '{"a":1e400}', '{"a":1e400}'),
    "number in JSON next to nothing": (OBJECT, '{"a":1e-400}', '{"a":1e-400}'),
    "null object": (OBJECT, "null", None),
    "empty array": ({"type": "array"}, "[]", "[]"),
    "anything, a string": ({}, '"text"', '"text"'),
    "anything, a number": ({}, "1", "1"),
    "string or object": ({"type": ["string", "object"]}, '"{}"', '"{}"'),
    "string or integer": ({"type": ["string", "integer"]}, "12", "12"),
}

REFUSED = {
    "integer above 2^63-1": (INTEGER, "9223372036854775808"),
    "fraction in an integer column": (INTEGER, "1.5"),
    "fraction as text in an integer column": (INTEGER, '"1.5"'),
    "boolean in an integer column": (INTEGER, "true"),
    "empty string in an integer column": (INTEGER, '""'),
    "number beyond every double": (NUMBER, "1e400"),
    "negative number beyond every double": (NUMBER, "-1e400"),
    "integer above 2^64": (INTEGER, "18446744073709551616"),
    "too many places for a type without a declared scale": (DECIMAL, '"0.1000000000000000001"'),
    "fraction in a decimal column of whole numbers": (WHOLE, "1.5"),
    "decimal that is next to nothing": (CENTS, "1e-400"),
    "decimal as text that is next to nothing": (DECIMAL, '"1e-400"'),
    "decimal that is too large when rounded": (SMALL, "9.995"),
    "too large a decimal": (CENTS, "1e40"),
    "text in a number column": (NUMBER, '"abc"'),
    "text in a boolean column": (BOOLEAN, '"yes"'),
    "no date-time": (MOMENT, '"yesterday"'),
    "empty date-time": (MOMENT, '""'),
    "no such date": (DATE, '"2024-02-30"'),
    "date with a time": (DATE, '"2024-02-29T10:00:00Z"'),
    "no such time": (TIME, '"25:00"'),
}


def one(property_schema, value_json, warehouse):
    line = f'{{"type":"RECORD","stream":"s","record":{{"id":1,"v":{value_json}}}}}'
    warehouse.load(schema("s", {"id": INTEGER, "v": property_schema}, ["id"]), line)
    return warehouse.query("SELECT v FROM s")[0][0]


@pytest.mark.parametrize(("kind", "json_text", "expected"), KEPT.values(), ids=KEPT)
def test_a_value_is_kept(kind, json_text, expected, warehouse):
    found = one(kind, json_text, warehouse)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(("kind", "json_text"), REFUSED.values(), ids=REFUSED)
def test_a_value_that_would_be_damaged_stops_the_run_and_is_located(kind, json_text, warehouse):
    with pytest.raises(InputError, match=r"^line 2, stream 's': the value of 'v' is not "):
        one(kind, json_text, warehouse)
    assert not warehouse.tables()


def test_a_string_of_ten_megabytes_is_kept(warehouse):
    text = "€" * 3_500_000
    warehouse.load(schema("s", {"v": STRING}), record("s", v="x"), record("s", v=text))
    assert warehouse.query("SELECT v FROM s") == [("x",), (text,)]


def test_deep_nesting_is_kept_and_if_it_cannot_be_the_line_is_named(warehouse):
    deep = "[" * 900 + "]" * 900
    kinds = schema("s", {"v": {"type": "array"}})
    line = f'{{"type":"RECORD","stream":"s","record":{{"v":{deep}}}}}'
    warehouse.load(kinds, line)
    assert warehouse.query("SELECT v FROM s") == [(deep,)]
    # Only Python reads a lone surrogate, and none so deep: 3.11 stops at 1,000, 3.13 at 10,000.
    hard = line.replace("[]", "[" * 20_000 + r'"\ud800"' + "]" * 20_000)
    for settings in ({"validate_records": True}, {}):
        with pytest.raises(InputError, match=r"^line 2, stream 's': a value is nested too deeply"):
            warehouse.load(kinds, hard, **settings)


@pytest.mark.parametrize(
    "settings", [{}, {"validate_records": True}, {"stream_maps": {"s": {"w": "v"}}}]
)
def test_a_lone_surrogate_and_odd_white_space_take_every_way(settings, warehouse):
    line = '{"type":"RECORD","stream":"s","record":{"v":\r"\\ud800",\r"n":1.50}}\r'
    kinds = schema("s", {"v": STRING, "n": {"type": "number", "multipleOf": 0.01}})
    warehouse.load(kinds, line, "", line, **settings)
    assert warehouse.query("SELECT v, n FROM s") == [("\ufffd", Decimal("1.50"))] * 2


@pytest.mark.parametrize("before", ["", r'"z":"\ud800",'], ids=["fast", "repaired"])
def test_of_equal_names_in_a_record_the_last_counts(before, warehouse):
    kinds = schema("s", {"v": INTEGER, "z": STRING})
    warehouse.load(kinds, f'{{"type":"RECORD","stream":"s","record":{{{before}"v":1,"v":2}}}}')
    assert warehouse.query("SELECT v FROM s") == [(2,)]


def test_column_and_table_names_may_hold_anything(warehouse):
    names = [
        "a b",
        'say "hi"',
        "it's",
        "x.y",
        "select",
        "Upper",
        "ä",
        "Ä",
        "{}",
        "a,b",
        "%",
        "\n",
        "x" * 300,
    ]
    stream = "st\"r.e a'm"
    values = {name: str(place) for place, name in enumerate(names)}
    for _ in range(2):
        kinds = dict.fromkeys(names, STRING)
        warehouse.load(schema(stream, kinds, ["a b", "x.y"]), record(stream, **values))
    found = warehouse.query('SELECT * EXCLUDE (_sdc_deleted_at) FROM "st""r.e a\'m"')
    assert found == [tuple(values.values())]


@pytest.mark.slow
def test_five_hundred_columns(warehouse):
    names = [f"column_{place}" for place in range(500)]
    kinds = {name: {"type": ["integer", "null"]} for name in names}
    warehouse.load(schema("wide", kinds), record("wide", **dict.fromkeys(names[::2], 7)))
    row = warehouse.query("SELECT * EXCLUDE (_sdc_deleted_at) FROM wide")[0]
    assert row == (7, None) * 250


@pytest.mark.parametrize("names", [("Id", "id"), ("", "x"), ("a\0b", "x")])
def test_a_schema_that_no_table_can_hold_is_refused_before_anything_is_written(names, warehouse):
    good = schema("good", {"x": STRING})
    with pytest.raises(InputError, match="stream_maps"):
        warehouse.load(good, schema("s", dict.fromkeys(names, STRING)), record("s", x="1"))
    assert not warehouse.path.exists() or not warehouse.tables()


def test_a_field_outside_the_schema_is_left_out(warehouse):
    warehouse.load(schema("s", {"a": STRING}), record("s", a="1", b="2"))
    assert warehouse.types("s") == {"a": "VARCHAR", "_sdc_deleted_at": "TIMESTAMP WITH TIME ZONE"}


def test_rounding_is_told_once_for_a_column(warehouse, caplog):
    kinds = schema("s", {"id": INTEGER, "v": CENTS}, ["id"])
    warehouse.load(kinds, *[record("s", id=n, v=n + 0.125) for n in range(3)], record("s", id=9))
    (warning,) = [each for each in caplog.records if each.levelname == "WARNING"]
    assert warning.getMessage().startswith("Stream 's': 3 values of 'v' had more decimal places")


def test_a_key_is_not_rounded_for_rows_would_become_one(warehouse):
    kinds = schema("s", {"v": CENTS}, ["v"])
    with pytest.raises(InputError, match=r"^line 3, stream 's': the value of 'v' is not a decimal"):
        warehouse.load(kinds, record("s", v=0.25), record("s", v=0.251))


def test_numbers_in_text_columns_are_as_they_came_on_every_line(warehouse):
    values = ["1.10", '"1.10"', "29.00", "2.5e+3", '"x"', "7", "null", '"-"', "1E5", '"4.0"']
    lines = [
        f'{{"type":"RECORD","stream":"s","record":{{"id":{n},"v":{value}}}}}'
        for n, value in enumerate(values)
    ]
    nullable = {"type": ["string", "null"]}
    for settings in ({}, {"validate_records": False, "stream_maps": {"s": {"w": "id"}}}):
        warehouse.load(schema("s", {"id": INTEGER, "v": nullable}, ["id"]), *lines, **settings)
        found = [value for (value,) in warehouse.query("SELECT v FROM s ORDER BY id")]
        assert found == [None if each == "null" else each.strip('"') for each in values]
