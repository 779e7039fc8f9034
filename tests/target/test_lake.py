"""A lake of Parquet files: every record of every run, whole files only."""

from __future__ import annotations

import json
from decimal import Decimal

import duckdb
import fsspec
import pytest

from target_apex.errors import InputError, SettingsError
from tests.target.conftest import record, schema, state

INTEGER = {"type": ["integer", "null"]}
STRING = {"type": ["string", "null"]}
KINDS = schema("s", {"id": INTEGER, "v": STRING}, ["id"])
LAKE = {"destination": "parquet", "default_target_schema": "raw"}


def read(warehouse, stream, columns="*"):
    files = f"{warehouse.path}/raw/{stream}/*/*.parquet"
    return duckdb.execute(
        f"SELECT {columns} FROM read_parquet('{files}', union_by_name = true)"
        " ORDER BY _sdc_sequence"
    ).fetchall()


def test_every_version_of_a_row_is_kept_in_order(warehouse, capsys):
    warehouse.load(KINDS, record("s", id=1, v="a"), record("s", id=1, v="b"), state(n=1), **LAKE)
    warehouse.load(KINDS, record("s", id=1, v="c"), **LAKE)
    assert read(warehouse, "s", "id, v") == [(1, "a"), (1, "b"), (1, "c")]
    assert json.loads(capsys.readouterr().out) == {"n": 1}


def test_files_lie_in_folders_by_load_date_and_nothing_else_is_left(warehouse):
    warehouse.load(KINDS, record("s", id=1), **LAKE)
    (file,) = [path for path in warehouse.path.rglob("*") if path.is_file()]
    assert file.relative_to(warehouse.path).parts[:2] == ("raw", "s")
    assert file.parent.name.startswith("load_date=20")
    assert not file.name.startswith(".")


def test_a_stream_without_records_can_be_queried_with_its_types(warehouse):
    for _ in range(2):
        warehouse.load(KINDS, **LAKE)
    assert read(warehouse, "s") == []
    assert len(list(warehouse.path.rglob("*.parquet"))) == 1


def test_types_are_exact_and_readable_by_other_engines(warehouse):
    kinds = {
        "id": INTEGER,
        "amount": {"type": "number", "multipleOf": 0.001},
        "moment": {"type": "string", "format": "date-time"},
        "clock": {"type": "string", "format": "time"},
        "nested": {"type": "object"},
    }
    values = {"amount": 0.125, "moment": "2024-01-01T00:00:00+02:00", "clock": "10:00:00"}
    warehouse.load(schema("s", kinds), record("s", id=1, nested={"a": 1}, **values), **LAKE)
    found = read(warehouse, "s", "id, amount, epoch(moment), clock, nested")
    assert found == [(1, Decimal("0.125"), 1704060000.0, "10:00:00", '{"a":1}')]


def test_a_schema_may_grow(warehouse):
    warehouse.load(KINDS, record("s", id=1, v="a"), **LAKE)
    warehouse.load(schema("s", {"id": INTEGER, "w": INTEGER}), record("s", id=2, w=5), **LAKE)
    assert read(warehouse, "s", "id, v, w") == [(1, "a", None), (2, None, 5)]


def test_a_batch_that_fails_publishes_nothing(warehouse, capsys):
    good = schema("good", {"id": INTEGER})
    lines = [good, KINDS, record("good", id=1), state(n=1), record("s", id=1), record("s", id="x")]
    with pytest.raises(InputError, match="line 6, stream 's'"):
        warehouse.load(*lines, **LAKE)
    assert not list(warehouse.path.rglob("*.parquet"))
    assert not capsys.readouterr().out


def test_the_lake_may_be_any_fsspec_url(warehouse):
    warehouse.load(KINDS, record("s", id=1), **LAKE, path="memory://lake/x")
    (file,) = fsspec.filesystem("memory").find("/lake/x")
    assert file.startswith("/lake/x/raw/s/load_date=")


@pytest.mark.parametrize("settings", [{"load_method": "overwrite"}, {"hard_delete": True}])
def test_what_an_append_only_lake_cannot_do_is_refused(settings, warehouse):
    with pytest.raises(SettingsError, match="append-only"):
        warehouse.load(KINDS, **LAKE, **settings)
