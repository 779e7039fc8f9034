"""Stream maps and flattening: they work, or say where and why they do not."""

from __future__ import annotations

import operator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from singer_sdk.exceptions import ConfigValidationError

from target_apex import InputError, SettingsError
from target_apex.decimals import Number
from tests.target.conftest import record, schema

INTEGER = {"type": ["integer", "null"]}
STRING = {"type": ["string", "null"]}
KINDS = schema(
    "s",
    {
        "id": INTEGER,
        "email": STRING,
        "amount": {"type": ["number", "null"], "multipleOf": 0.01},
        "meta": {"type": ["object", "null"]},
    },
    ["id"],
)
FULL = (
    '{"type":"RECORD","stream":"s","record":'
    '{"id":1,"email":"A@x.org","amount":1.10,"meta":{"q":1.5}}}'
)
EMPTY = record("s", id=2, email=None, amount=None, meta=None)


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("email.lower()", "'email' is null"),
        ("md5(email)", "'email' is null"),
        ("amount * 1.5", "'amount' is null"),
        ("mail", "the record has no 'mail'"),
        ("record['mail']", "there is no 'mail'"),
        ("1 / 0", "it cannot be computed"),
        ("lower(id)", "Function 'lower' not defined"),
        ("id.lower()", "Attribute 'lower' does not exist"),
        ("id + 'x'", "unsupported operand type"),
    ],
)
@pytest.mark.parametrize("name", ["email", "new", "__filter__"])
def test_an_expression_that_fails_is_named_with_line_and_reason(
    name, expression, reason, warehouse
):
    with pytest.raises(InputError) as error:
        warehouse.load(KINDS, EMPTY, stream_maps={"s": {name: expression}})
    assert str(error.value).startswith(
        f"line 2, stream 's': the expression of {name!r} in its stream map, {expression}, fails: "
        f"{reason}"
    )


def test_an_expression_that_fails_shows_no_value_of_the_record(warehouse):
    maps = {"s": {"n": "int(email)"}}
    with pytest.raises(InputError, match=r"fails: it raises ValueError$"):
        warehouse.load(KINDS, record("s", id=1, email="someone@example.com"), stream_maps=maps)


@pytest.mark.parametrize("expression", ["email[", "import os", "x = 1", "", 5, ["email"]])
@pytest.mark.parametrize("name", ["email", "__filter__"])
def test_what_is_no_expression_is_refused_before_anything_is_read(name, expression, warehouse):
    with pytest.raises((SettingsError, ConfigValidationError)) as error:
        warehouse.load(stream_maps={"s": {name: expression}})
    if isinstance(expression, str):
        assert str(error.value).startswith(f"stream_maps: stream 's', {name!r}: {expression!r} is")


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("amount * 1.5", "1.650"),
        ("0.1 + amount", "1.20"),
        ("amount - 1", "0.10"),
        ("2 / amount > 1.8", "true"),
        ("-amount", "-1.10"),
        ("float(amount) * 2", 2.2),
        ("int(amount)", 1),
        ("str(amount)", "1.10"),
        ("meta['q'] * 2", "3.0"),
    ],
)
def test_decimals_compute_with_what_an_expression_holds(expression, value, warehouse):
    warehouse.load(KINDS, FULL, stream_maps={"s": {"x": expression}})
    assert warehouse.query("SELECT x FROM s") == [(value,)]


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ("amount == 1.1", 1), ("1.1 == amount", 1), ("amount != 1.1", 0), ("amount > 1.09", 1),
        ("amount < 1.1", 0), ("amount in (1.1, 2)", 1), ("meta['q'] == 1.5", 1),
    ],
)  # fmt: skip
def test_a_filter_compares_decimals_as_they_are_written(rule, kept, warehouse):
    warehouse.load(KINDS, FULL, stream_maps={"s": {"__filter__": rule}})
    assert warehouse.query("SELECT count(*) FROM s") == [(kept,)]


numbers = st.decimals(-(10**9), 10**9, places=4)
OPERATIONS = [operator.add, operator.sub, operator.mul]
COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]


@given(numbers, st.floats(-1e6, 1e6) | st.integers(-(10**6), 10**6) | numbers)
def test_numbers_compute_like_decimals_of_what_is_written(one, other):
    number, exact = Number(str(one)), Decimal(repr(other)) if isinstance(other, float) else other
    for compare in COMPARISONS:
        assert compare(number, other) == compare(one, exact)
        assert compare(other, number) == compare(exact, one)
    for compute in OPERATIONS:
        for found in (compute(number, other), compute(other, number)):
            assert isinstance(found, Number)
        if abs(Decimal(exact)) > Decimal("1e-9") or not exact:
            assert compute(number, other) == compute(one, exact)
    assert hash(number) == hash(one)
    assert number.text == str(one)


def test_not_a_number_that_a_map_makes_is_kept(warehouse):
    number = {"type": ["number", "null"]}
    kinds = schema("s", {"id": INTEGER, "amount": number}, ["id"])
    maps = {"s": {"amount": "1e300 * 1e300"}}
    warehouse.load(kinds, record("s", id=1, amount=1.5), stream_maps=maps)
    assert warehouse.query("SELECT amount FROM s") == [(float("inf"),)]


COLLIDING = {
    "id": INTEGER,
    "a": {"type": "object", "properties": {"b": INTEGER}},
    "a__b": INTEGER,
}
FLAT = {"flattening_enabled": True, "flattening_max_depth": 2}


def test_flattened_names_that_collide_are_named(warehouse):
    with pytest.raises(InputError, match=r"^line 1, stream 's': .*two columns.*'a__b'.*separator"):
        warehouse.load(schema("s", COLLIDING), record("s", id=1, a={"b": 2}, a__b=3), **FLAT)
    warehouse.load(
        schema("s", COLLIDING),
        record("s", id=1, a={"b": 2}, a__b=3),
        **FLAT,
        flattening_separator=".",
    )
    assert warehouse.query('SELECT "a.b", a__b FROM s') == [(2, 3)]


def test_flattening_loses_no_column(warehouse):
    nested = {"type": "object", "properties": {"n": {"anyOf": [INTEGER, {"type": "null"}]}}}
    kinds = {
        "id": INTEGER,
        "free": {"type": ["object", "null"]},
        "list": {"type": "array"},
        "number": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "either": {"oneOf": [{"type": "integer"}, {"type": "boolean"}]},
        "nested": {"anyOf": [{"type": "null"}, nested]},
        "reference": {"$ref": "#/nowhere"},
        "anything": {},
    }
    values = {
        "free": {"a": 1}, "list": [1], "number": 5, "either": 6, "nested": {"n": 7},
        "reference": {"b": 8}, "anything": 9,
    }  # fmt: skip
    warehouse.load(schema("s", kinds, ["id"]), record("s", id=1, **values), **FLAT)
    assert warehouse.query(
        "SELECT id, free, list, number, either, nested__n, reference, anything FROM s"
    ) == [(1, '{"a":1}', "[1]", 5, "6", 7, '{"b":8}', "9")]


def test_maps_that_are_null_are_none(warehouse):
    warehouse.load(KINDS, FULL, stream_maps=None, stream_map_config=None, flattening_enabled=None)
    assert warehouse.query("SELECT id FROM s") == [(1,)]


def test_an_error_in_a_batch_file_names_the_file(warehouse, tmp_path):
    path = tmp_path / "batch.jsonl"
    path.write_text('{"id": 1, "email": "x"}\n{"id": 2, "email": null}\n')
    encoding = {"format": "jsonl", "compression": "none"}
    batch = {"type": "BATCH", "stream": "s", "encoding": encoding, "manifest": [str(path)]}
    with pytest.raises(InputError, match=r"^line 2 of .*batch.jsonl, stream 's': the expression"):
        warehouse.load(
            KINDS,
            batch,
            stream_maps={"s": {"email": "email.lower()"}},
            batch_folders=[str(tmp_path)],
        )
