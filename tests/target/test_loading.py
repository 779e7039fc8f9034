"""How records become rows: keys, deletes, versions, states, growing schemas."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from target_apex.errors import InputError, MissingKeyError, UnknownStreamError
from tests.target.conftest import record, schema, state

INTEGER = {"type": ["integer", "null"]}
NUMBER = {"type": ["number", "null"]}
STRING = {"type": ["string", "null"]}
DELETED = "2024-01-02T00:00:00Z"


def test_the_last_record_of_a_key_wins_within_and_across_runs(warehouse):
    kinds = schema("s", {"id": INTEGER, "v": STRING}, ["id"])
    warehouse.load(kinds, *[record("s", id=n % 3, v=f"{n}") for n in range(10)])
    assert warehouse.query("SELECT id, v FROM s ORDER BY id") == [(0, "9"), (1, "7"), (2, "8")]
    warehouse.load(kinds, record("s", id=1, v="new"), record("s", id=3, v="more"))
    assert warehouse.query("SELECT id, v FROM s ORDER BY id") == [
        (0, "9"),
        (1, "new"),
        (2, "8"),
        (3, "more"),
    ]


def test_the_last_record_wins_although_it_takes_the_slow_way(warehouse):
    kinds = schema("s", {"id": INTEGER, "v": INTEGER}, ["id"])
    fast, slow = record("s", id=1, v=1), '{"type":"RECORD","stream":"s","record":{"id":1,"v":2.0}}'
    warehouse.load(kinds, fast, slow, record("s", id=2, v=1))
    assert warehouse.query("SELECT id, v FROM s ORDER BY id") == [(1, 2), (2, 1)]
    warehouse.load(kinds, slow, fast)
    assert warehouse.query("SELECT id, v FROM s ORDER BY id") == [(1, 1), (2, 1)]


def test_composite_keys_may_hold_null(warehouse):
    kinds = schema("s", {"a": INTEGER, "b": STRING, "v": INTEGER}, ["a", "b"])
    for value in (1, 2):
        warehouse.load(kinds, record("s", a=1, b=None, v=value), record("s", a=1, b="x", v=value))
    assert warehouse.query("SELECT a, b, v FROM s ORDER BY b") == [(1, "x", 2), (1, None, 2)]


def test_without_keys_records_are_added(warehouse):
    kinds = schema("s", {"v": INTEGER})
    warehouse.load(kinds, record("s", v=1), record("s", v=1))
    warehouse.load(kinds, record("s", v=1))
    assert warehouse.query("SELECT v FROM s") == [(1,)] * 3


def test_append_only_keeps_every_version_of_a_row(warehouse):
    kinds = schema("s", {"id": INTEGER}, ["id"])
    for _ in range(2):
        warehouse.load(kinds, record("s", id=1), record("s", id=1), load_method="append-only")
    assert warehouse.query("SELECT id FROM s") == [(1,)] * 4


def test_a_missing_key_is_an_error_that_names_line_and_stream(warehouse):
    with pytest.raises(MissingKeyError, match=r"^line 3, stream 's': .* key property 'id'"):
        warehouse.load(schema("s", {"id": INTEGER}, ["id"]), record("s", id=1), record("s", x=1))


def test_a_record_before_its_schema_is_an_error(warehouse):
    with pytest.raises(UnknownStreamError, match=r"^line 1, stream 's'"):
        warehouse.load(record("s", id=1))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"type":"RECORD","stream":"s","record":{"id":1}', "line 3, stream 's': not valid JSON"),
        ("{", "line 3: not valid JSON"),
        ("[1]", "line 3: not a Singer message"),
        ('{"stream":"s"}', "line 3: the message has no type"),
        ('{"type":"NEWS"}', "line 3: unknown message type 'NEWS'"),
        ('{"type":"STATE"}', "line 3: the STATE message lacks 'value'"),
        ('{"type":"RECORD","stream":"s"}', "line 3, stream 's': the RECORD message has no record"),
        ('{"type":"RECORD","stream":"s","record":[]}', "line 3, stream 's': the RECORD message"),
    ],
)
def test_a_bad_line_is_located(line, problem, warehouse):
    with pytest.raises(InputError) as error:
        warehouse.load(schema("s", {"id": INTEGER}, ["id"]), record("s", id=1), line)
    assert str(error.value).startswith(problem)
    assert not warehouse.path.exists() or not warehouse.tables()


def test_a_row_is_marked_as_deleted_and_comes_back(warehouse):
    kinds = schema("s", {"id": INTEGER}, ["id"])
    warehouse.load(kinds, record("s", id=1), record("s", id=2))
    warehouse.load(kinds, record("s", id=1, _sdc_deleted_at=DELETED))
    found = warehouse.query("SELECT id, _sdc_deleted_at FROM s ORDER BY id")
    assert found == [(1, datetime(2024, 1, 2, tzinfo=UTC)), (2, None)]
    warehouse.load(kinds, record("s", id=1))
    assert warehouse.query("SELECT id, _sdc_deleted_at FROM s ORDER BY id") == [
        (1, None),
        (2, None),
    ]


def test_hard_delete_removes_the_row(warehouse):
    kinds = schema("s", {"id": INTEGER, "_sdc_deleted_at": STRING}, ["id"])
    warehouse.load(kinds, record("s", id=1), record("s", id=2), record("s", id=3))
    gone = [record("s", id=n, _sdc_deleted_at=DELETED) for n in (1, 2, 4)]
    warehouse.load(kinds, *gone, record("s", id=2), hard_delete=True)
    assert warehouse.query("SELECT id, _sdc_deleted_at FROM s ORDER BY id") == [
        (2, None),
        (3, None),
    ]


GONE = datetime(2024, 1, 2, tzinfo=UTC)
TOMBSTONE = record("s", id=1, _sdc_deleted_at=DELETED)


@pytest.mark.parametrize(
    ("before", "batch", "row"),
    [
        ([record("s", id=1, v="x", n=1)], [TOMBSTONE], ("x", 1, GONE)),
        ([], [record("s", id=1, v="x", n=1), TOMBSTONE], ("x", 1, GONE)),
        ([record("s", id=1, v="x", n=1)], [record("s", id=1, n=2), TOMBSTONE], (None, 2, GONE)),
        ([record("s", id=1, v="x")], [TOMBSTONE | {"record": {**TOMBSTONE["record"], "n": 7}}],
         ("x", 7, GONE)),
        ([record("s", id=1, v="x")], [TOMBSTONE, record("s", id=1, n=3)], (None, 3, None)),
        ([record("s", id=1, v="x")], [TOMBSTONE, TOMBSTONE], ("x", None, GONE)),
        ([], [TOMBSTONE], (None, None, GONE)),
    ],
    ids=[
        "across runs", "within a batch", "a whole record before it", "with a new value",
        "comes back", "twice", "of an unknown row",
    ],
)  # fmt: skip
@pytest.mark.parametrize("metadata", [False, True])
def test_a_tombstone_marks_the_row_and_keeps_what_it_does_not_give(
    before, batch, row, metadata, warehouse
):
    kinds = schema("s", {"id": INTEGER, "v": STRING, "n": INTEGER}, ["id"])
    others = [record("s", id=n, v=f"{n}", n=n) for n in range(2, 6)]
    warehouse.load(kinds, *others, *before, add_record_metadata=metadata)
    warehouse.load(kinds, *batch, record("s", id=4, v="new"), add_record_metadata=metadata)
    assert warehouse.query("SELECT v, n, _sdc_deleted_at FROM s WHERE id = 1") == [row]
    assert warehouse.query("SELECT id, v, n FROM s WHERE id > 1 ORDER BY id") == [
        (2, "2", 2), (3, "3", 3), (4, "new", None), (5, "5", 5),
    ]  # fmt: skip


def test_a_tombstone_keeps_a_column_that_its_schema_no_longer_has(warehouse):
    warehouse.load(
        schema("s", {"id": INTEGER, "old": STRING, "v": {"type": "number"}}, ["id"]),
        record("s", id=1, old="x", v=1.5),
    )
    warehouse.load(schema("s", {"id": INTEGER, "v": INTEGER}, ["id"]), TOMBSTONE)
    assert warehouse.query("SELECT id, old, v, _sdc_deleted_at FROM s") == [(1, "x", 1.5, GONE)]


def test_a_column_that_a_record_lacks_is_null_for_a_record_is_the_whole_row(warehouse):
    kinds = schema("s", {"id": INTEGER, "v": STRING, "n": INTEGER}, ["id"])
    warehouse.load(kinds, record("s", id=1, v="x", n=1), record("s", id=2, v="x", n=1))
    warehouse.load(kinds, record("s", id=1, n=2), record("s", id=2, v=None, n=2))
    assert warehouse.query("SELECT v, n FROM s") == [(None, 2), (None, 2)]


@pytest.mark.parametrize("destination", ["duckdb", "parquet"])
def test_streams_that_would_share_a_table_are_refused_before_anything_is_written(
    destination, warehouse
):
    with pytest.raises(InputError, match=r"^line 2, stream 's': its name and 'S' differ in case"):
        warehouse.load(
            schema("S", {"id": INTEGER}), schema("s", {"id": INTEGER}), destination=destination
        )
    assert not warehouse.path.is_file() or not warehouse.tables()


def test_a_record_before_its_schema_is_an_error_with_stream_maps_too(warehouse):
    with pytest.raises(UnknownStreamError, match=r"^line 1, stream 's'"):
        warehouse.load(record("s", id=1), stream_maps={"t": {"v": "id"}})


def test_a_stream_without_records_has_its_table(warehouse):
    warehouse.load(schema("empty", {"id": INTEGER}, ["id"]))
    assert warehouse.types("empty") == {
        "id": "BIGINT",
        "_sdc_deleted_at": "TIMESTAMP WITH TIME ZONE",
    }


def test_only_the_last_state_comes_out_and_after_the_commit(warehouse, capsys):
    kinds = schema("s", {"id": INTEGER}, ["id"])
    warehouse.load(kinds, record("s", id=1), state(n=1), record("s", id=2), state(n=2))
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [{"n": 2}]


def test_no_state_comes_out_of_a_batch_that_fails(warehouse, capsys):
    kinds = schema("s", {"id": INTEGER}, ["id"])
    with pytest.raises(InputError):
        warehouse.load(kinds, record("s", id=1), state(n=1), record("s", id="x"))
    assert not capsys.readouterr().out


def test_a_batch_ends_at_its_size_in_rows(warehouse, capsys):
    kinds = schema("s", {"id": INTEGER}, ["id"])
    messages = [each for n in range(5) for each in (record("s", id=n), state(n=n))]
    warehouse.load(kinds, *messages, batch_size_rows=2)
    states = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [value["n"] for value in states] == [0, 2, 4]
    assert warehouse.query("SELECT count(*) FROM s") == [(5,)]


def test_metadata_columns_are_filled_on_request(warehouse):
    line = record("s", id=1) | {"time_extracted": "2024-01-01T00:00:00Z", "version": 7}
    kinds = schema("s", {"id": INTEGER}, ["id"])
    warehouse.load(kinds, line, line | {"record": {"id": 2}}, add_record_metadata=True)
    assert warehouse.query(
        "SELECT id, _sdc_extracted_at, _sdc_table_version,"
        " _sdc_received_at <= _sdc_batched_at, _sdc_batched_at <= now(),"
        " _sdc_sequence - min(_sdc_sequence) OVER (), _sdc_sync_started_at > 0 FROM s ORDER BY id"
    ) == [
        (1, datetime(2024, 1, 1, tzinfo=UTC), 7, True, True, 0, True),
        (2, datetime(2024, 1, 1, tzinfo=UTC), 7, True, True, 1, True),
    ]


def test_a_new_column_is_added_and_an_old_one_keeps_its_values(warehouse):
    warehouse.load(schema("s", {"id": INTEGER, "old": STRING}, ["id"]), record("s", id=1, old="x"))
    kinds = schema("s", {"id": INTEGER, "new": STRING}, ["id"])
    warehouse.load(kinds, record("s", id=1, new="y"), record("s", id=2, new="z"))
    found = warehouse.query("SELECT id, old, new FROM s ORDER BY id")
    assert found == [(1, "x", "y"), (2, None, "z")]


def test_a_schema_may_change_within_a_run(warehouse):
    warehouse.load(
        schema("s", {"id": INTEGER}, ["id"]),
        record("s", id=1),
        schema("s", {"id": INTEGER, "v": STRING}, ["id"]),
        record("s", id=1, v="x"),
        record("s", id=2, v="y"),
    )
    assert warehouse.query("SELECT id, v FROM s ORDER BY id") == [(1, "x"), (2, "y")]


@pytest.mark.parametrize("first", [1, 2**63 - 1])
def test_integer_to_number_to_string_keeps_all_values(first, warehouse):
    for kind, value in ((INTEGER, first), (NUMBER, 1.5), (STRING, "x"), (INTEGER, 7)):
        warehouse.load(
            schema("s", {"id": STRING, "v": kind}, ["id"]), record("s", id=f"{value}", v=value)
        )
    found = warehouse.query("SELECT id, v FROM s")
    assert sorted(found) == sorted((value, value) for value in (str(first), "1.5", "x", "7"))


CENTS = {"type": "number", "multipleOf": 0.01}
DATE = {"type": "string", "format": "date"}
MOMENT = {"type": "string", "format": "date-time"}
OBJECT = {"type": "object"}
BOOLEAN = {"type": "boolean"}
NEW_YEAR = datetime(2024, 1, 1, tzinfo=UTC)
LONG = 2**53 + 1

GROWTH = {
    "integer to number": ((INTEGER, "3"), (NUMBER, "0.5"), "DOUBLE", [3.0, 0.5]),
    "number to integer": ((NUMBER, "0.5"), (INTEGER, "3"), "DOUBLE", [0.5, 3.0]),
    "number to long": ((NUMBER, "0.5"), (INTEGER, f"{LONG}"), "VARCHAR", ["0.5", f"{LONG}"]),
    "integer to decimal": ((INTEGER, "3"), (CENTS, "0.25"), "DECIMAL(38,2)", [3, 0.25]),
    "date to date-time": (
        (DATE, '"2024-01-01"'),
        (MOMENT, '"2024-01-01T01:00:00+01:00"'),
        "TIMESTAMP WITH TIME ZONE",
        [NEW_YEAR, NEW_YEAR],
    ),
    "integer to object": ((INTEGER, "3"), (OBJECT, '{"a":1}'), "JSON", ["3", '{"a":1}']),
    "string to object": ((STRING, '"x"'), (OBJECT, '{"a":1}'), "VARCHAR", ["x", '{"a":1}']),
    "object to string": ((OBJECT, '{"a":1}'), (STRING, '"x"'), "JSON", ['{"a":1}', '"x"']),
    "boolean to integer": ((BOOLEAN, "true"), (INTEGER, "2"), "VARCHAR", ["true", "2"]),
    "only nulls to integer": ((STRING, "null"), (INTEGER, "2"), "BIGINT", [None, 2]),
    "string to date": ((STRING, '"x"'), (DATE, '"2024-01-01"'), "VARCHAR", ["x", "2024-01-01"]),
}


@pytest.mark.parametrize(("before", "after", "kind", "values"), GROWTH.values(), ids=GROWTH)
def test_a_column_that_changes_its_type_keeps_all_values(before, after, kind, values, warehouse):
    for place, (schema_of_v, text) in enumerate([before, after]):
        line = f'{{"type":"RECORD","stream":"s","record":{{"id":{place},"v":{text}}}}}'
        warehouse.load(schema("s", {"id": INTEGER, "v": schema_of_v}, ["id"]), line)
    assert [value for (value,) in warehouse.query("SELECT v FROM s ORDER BY id")] == values
    assert warehouse.types("s")["v"] == kind
