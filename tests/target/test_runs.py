"""What a whole run does beyond single records: versions, overwriting, maps, validation, BATCH."""

from __future__ import annotations

import gzip
import json

import duckdb
import pytest

from target_apex.errors import InputError, MissingKeyError
from tests.target.conftest import record, schema, state

INTEGER = {"type": ["integer", "null"]}
STRING = {"type": ["string", "null"]}
KINDS = schema("s", {"id": INTEGER, "v": STRING}, ["id"])


def versioned(version, **fields):
    return record("s", **fields) | {"version": version}


def activate(version):
    return {"type": "ACTIVATE_VERSION", "stream": "s", "version": version}


@pytest.mark.parametrize("hard", [False, True])
def test_activate_version_deletes_what_the_new_version_lacks(hard, warehouse):
    old = [versioned(1, id=n) for n in (1, 2, 3)]
    warehouse.load(KINDS, activate(1), *old, activate(1))
    new = [versioned(2, id=n) for n in (2, 4)]
    warehouse.load(KINDS, *new, activate(2), hard_delete=hard)
    assert warehouse.query("SELECT id FROM s WHERE _sdc_deleted_at IS NULL ORDER BY id") == [
        (2,),
        (4,),
    ]
    assert warehouse.query("SELECT count(*) FROM s") == [(2 if hard else 4,)]


def test_activate_version_deletes_rows_that_were_loaded_before_versions_came(warehouse):
    warehouse.load(KINDS, record("s", id=1), record("s", id=2))
    warehouse.load(KINDS, versioned(5, id=2), activate(5), hard_delete=True)
    assert warehouse.query("SELECT id FROM s") == [(2,)]


def test_activate_version_deletes_nothing_of_a_tap_whose_records_carry_no_version(warehouse):
    warehouse.load(KINDS, activate(1), record("s", id=1), activate(1), hard_delete=True)
    assert warehouse.query("SELECT id FROM s") == [(1,)]


def test_activate_version_can_be_switched_off(warehouse):
    off = {"process_activate_version_messages": False, "hard_delete": True}
    warehouse.load(KINDS, versioned(1, id=1), versioned(2, id=2), activate(2), **off)
    assert warehouse.query("SELECT id FROM s ORDER BY id") == [(1,), (2,)]


def test_overwrite_leaves_this_run_only(warehouse):
    warehouse.load(KINDS, record("s", id=1, v="old"), schema("t", {"id": INTEGER}))
    warehouse.load(
        KINDS, record("s", id=2, v="a"), record("s", id=2, v="b"), load_method="overwrite"
    )
    assert warehouse.query("SELECT id, v FROM s") == [(2, "b")]
    assert warehouse.tables() == {"s", "t"}


def test_overwrite_that_fails_leaves_the_table_as_it_was(warehouse, capsys):
    warehouse.load(KINDS, record("s", id=1, v="old"))
    bad = [record("s", id=2), state(n=2), record("s", id=3), record("s")]
    with pytest.raises(MissingKeyError):
        warehouse.load(KINDS, *bad, load_method="overwrite", batch_size_rows=1)
    assert warehouse.query("SELECT id, v FROM s") == [(1, "old")]
    assert not capsys.readouterr().out
    warehouse.load(KINDS, record("s", id=9), state(n=9), load_method="overwrite")
    assert warehouse.query("SELECT id, v FROM s") == [(9, None)]
    assert json.loads(capsys.readouterr().out) == {"n": 9}


def test_validation_names_the_broken_rule_but_not_the_value(warehouse):
    kinds = schema("s", {"id": INTEGER, "email": {"type": "string", "minLength": 10}}, ["id"])
    lines = [record("s", id=1, email="someone@example.com"), record("s", id=2, email="a@b.c")]
    warehouse.load(kinds, *lines)
    with pytest.raises(InputError) as error:
        warehouse.load(kinds, *lines, validate_records=True)
    assert str(error.value) == (
        "line 3, stream 's': $.email breaks the rule 'minLength' of its schema"
    )


def test_validation_counts_in_decimals(warehouse):
    kinds = schema("s", {"v": {"type": "number", "multipleOf": 0.01}})
    warehouse.load(kinds, record("s", v=19.99), validate_records=True)
    with pytest.raises(InputError, match="multipleOf"):
        warehouse.load(kinds, record("s", v=19.995), validate_records=True)


def test_stream_maps_rename_compute_filter_and_hash(warehouse):
    maps = {
        "s": {
            "__alias__": "mapped",
            "__filter__": "id > 1",
            "v": "v.upper()",
            "twice": "id * 2",
            "secret": None,
        },
        "gone": None,
    }
    properties = {"id": INTEGER, "v": STRING, "secret": STRING, "n": {"type": "number"}}
    warehouse.load(
        schema("s", properties, ["id"]),
        schema("gone", {"id": INTEGER}),
        *[record("s", id=n, v="x", secret="y", n=0.1) for n in range(4)],
        record("gone", id=1),
        stream_maps=maps,
    )
    assert warehouse.tables() == {"mapped"}
    found = warehouse.query("SELECT id, v, twice, n FROM mapped ORDER BY id")
    assert found == [(2, "X", "4", 0.1), (3, "X", "6", 0.1)]


def test_flattening_makes_columns_of_nested_objects(warehouse):
    inner = {"type": "object", "properties": {"d": STRING}}
    nested = {"type": "object", "properties": {"b": INTEGER, "c": inner}}
    warehouse.load(
        schema("s", {"id": INTEGER, "a": nested}, ["id"]),
        record("s", id=1, a={"b": 2, "c": {"d": "x"}}),
        flattening_enabled=True,
        flattening_max_depth=2,
    )
    assert warehouse.query("SELECT id, a__b, a__c__d FROM s") == [(1, 2, "x")]


def batch(path, form, compression):
    encoding = {"format": form, "compression": compression}
    return {"type": "BATCH", "stream": "s", "encoding": encoding, "manifest": [path.as_uri()]}


@pytest.mark.parametrize("compression", ["gzip", "none"])
def test_batch_files_of_json_lines_are_loaded_exactly(compression, warehouse, tmp_path):
    path = tmp_path / "batch.jsonl"
    rows = [{"id": n, "v": f"{n}"} for n in range(5000)] + [{"id": 7, "v": "last"}]
    data = "\n".join(json.dumps(row) for row in rows).encode()
    path.write_bytes(gzip.compress(data) if compression == "gzip" else data)
    warehouse.load(
        KINDS,
        batch(path, "jsonl", compression),
        batch_size_rows=1000,
        batch_folders=[str(tmp_path)],
    )
    assert warehouse.query("SELECT count(*), max(v) FILTER (id = 7) FROM s") == [(5000, "last")]


def test_batch_files_of_parquet_are_loaded_exactly(warehouse, tmp_path):
    path = tmp_path / "batch.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT 1::INTEGER AS id, 12345678901234567890.12::DECIMAL(38,2) AS amount,"
            " TIMESTAMPTZ '2024-01-01 00:00:00+02' AS moment, DATE '2024-01-01' AS day,"
            " {'x': 1234567890123456.125::DECIMAL(38,3), 'y': ['é', NULL]} AS nested,"
            " NULL AS nothing, true AS yes,"
            " 'say \"hi\"\n' AS text, '' AS empty, 1e300 AS big, 'text' AS anything)"
            f" TO '{path}' (FORMAT parquet)"
        )
    kinds = {
        "id": INTEGER,
        "amount": {"type": "number", "multipleOf": 0.01},
        "moment": {"type": "string", "format": "date-time"},
        "day": {"type": "string", "format": "date"},
        "nothing": STRING,
        "nested": {"type": "object"},
        "yes": {"type": "boolean"},
        "text": STRING,
        "empty": STRING,
        "big": {"type": "number"},
        "anything": {},
    }
    warehouse.load(
        schema("s", kinds, ["id"]), batch(path, "parquet", None), batch_folders=[str(tmp_path)]
    )
    assert warehouse.query(
        "SELECT id, amount::VARCHAR, moment::VARCHAR, day::VARCHAR, nothing, nested, yes,"
        " text, empty, big, anything FROM s"
    ) == [
        (
            1,
            "12345678901234567890.12",
            "2023-12-31 22:00:00+00",
            "2024-01-01",
            None,
            '{"x":1234567890123456.125,"y":["é",null]}',
            True,
            'say "hi"\n',
            "",
            1e300,
            '"text"',
        )
    ]


@pytest.mark.parametrize(
    ("content", "form", "problem"),
    [
        (b'{"id": 1}\n{"id": "x"}\n', "jsonl", r"^line 2 of file:.*stream 's': the value of 'id'"),
        (b'{"id": 1}\n{"id": \n', "jsonl", r"^line 2 of file:.*stream 's': not valid JSON"),
        (b"", "csv", r"^line 2, stream 's': BATCH files of format 'csv'"),
        (b"", "parquet", r"^line 2, stream 's': cannot read the BATCH file"),
        (None, "jsonl", r"^line 2, stream 's': cannot read the BATCH file .*No such file"),
    ],
)
def test_a_bad_batch_file_is_located(content, form, problem, warehouse, tmp_path):
    path = tmp_path / "batch"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=problem):
        warehouse.load(KINDS, batch(path, form, "none"), batch_folders=[str(tmp_path)])
