"""Lines that go straight into the table make the same table as those that pass the stage."""

from __future__ import annotations

import json
import math
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from target_apex import straight
from target_apex.decimals import Number
from target_apex.engine import Memory
from target_apex.exactness import inexact_rows, survives_double
from target_apex.lines import Run
from target_apex.spool import Spool
from target_apex.streams import Stream
from target_apex.tables import Table
from tests.target.conftest import Warehouse, record, schema
from tests.target.test_both_ways import KINDS, as_json, doubles, records, text

ORDERED = {
    "id": {"type": "integer"},
    "v": {"type": ["string", "null"]},
    "_sdc_deleted_at": {"type": ["string", "null"], "format": "date-time"},
}


@dataclass
class Way:
    """The straight way into one table, without a target around it."""

    connection: duckdb.DuckDBPyConnection
    quoted: set[str]

    def pour(self, *records: dict[str, Any]) -> bool:
        """Whether they could go that way; they are in the table then."""
        stream = Stream.of("s", {"properties": ORDERED}, ["id"])
        table = Table(self.connection, "main", "s")
        table.ensure(stream.columns)
        lines = [json.dumps({"record": {"id": 0}} | each) + "\n" for each in records]
        spool = Spool()
        spool.append(Run("s", "".join(lines).encode(), len(lines), 1))
        self.connection.execute("BEGIN")
        try:
            assert straight.may_pour(stream, spool, table)
            done = straight.pour(
                self.connection, stream, spool, table, keys=stream.keys, quoted=self.quoted
            )
        finally:
            spool.close()
        self.connection.execute("COMMIT" if done else "ROLLBACK")
        return done

    def rows(self) -> list[tuple[Any, ...]]:
        """What is in the table."""
        return self.connection.execute("SELECT id, v FROM s ORDER BY id").fetchall()


@pytest.fixture
def way():
    with duckdb.connect() as connection:
        Memory(connection)
        yield Way(connection, set())


def row(**fields):
    return {"record": fields}


def test_batches_whose_keys_are_new_go_straight(way):
    assert way.pour(row(id=1, v="a"), row(id=2))
    assert way.pour(row(id=3, v="1,5"))
    assert way.rows() == [(1, "a"), (2, None), (3, "1,5")]


@pytest.mark.parametrize(
    "batch",
    [
        [row(id=2), row(id=2)],
        [row(id=2), row(id=1)],
        [row(id=2), row(id=3, _sdc_deleted_at="2024-01-01T00:00:00Z")],
        [row(id=2), row(id=3) | {"version": 1}],
        [row(id=2), row(id=2.5)],
        [row(id=2), row(v="x")],
        [row(id=2), {"record": None}],
        [row(id=2), row(id=3, v="1.5")],
        [row(id=2), row(id=3, v=1.5)],
    ],
    ids=[
        "a key twice", "a key that is there", "marked as deleted", "with a version",
        "a value that does not fit", "without its key", "no record", "a text like a number",
        "a number in a text column",
    ],
)  # fmt: skip
def test_what_needs_the_stage_is_told(batch, way):
    assert way.pour(row(id=1, v="a"))
    assert not way.pour(*batch)
    assert way.rows() == [(1, "a")]


def test_texts_like_numbers_go_straight_where_they_are_read_with_their_quotes(way):
    way.quoted.add("v")
    texts = ["1.5", 'say "1.5"', "back\\slash", "", '"', "null", "1e5", "\0", "ä\n", "{}", "true"]
    assert way.pour(*(row(id=place, v=value) for place, value in enumerate(texts)))
    assert way.rows() == list(enumerate(texts))
    assert not way.pour(row(id=99, v=1.5))


def test_a_large_batch_learns_from_its_first_lines_which_texts_are_like_numbers(way):
    assert way.pour(*(row(id=place, v="1.50") for place in range(2001)))
    assert way.quoted == {"v"}
    assert way.rows()[-1] == (2000, "1.50")


def loaded(folder: str, name: str, lines: list[str], kinds: Any, **options: Any) -> Any:
    warehouse = Warehouse(Path(folder) / name)
    warehouse.load(schema("s", kinds, ["id"]), *lines, **options)
    columns = ", ".join(kinds)
    return warehouse.query(f"SELECT {columns} FROM s ORDER BY id")


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(st.lists(records, min_size=1, max_size=20), st.integers(1, 7))
def test_straight_and_staged_give_the_same_table(made, rows):
    lines = [f'{{"type":"RECORD","stream":"s","record":{as_json(each)}}}' for each in made]
    with tempfile.TemporaryDirectory() as folder:
        # Metadata numbers the rows, which only the stage can do.
        staged = loaded(folder, "staged", lines, KINDS, add_record_metadata=True)
        assert loaded(folder, "straight", lines, KINDS) == staged
        assert loaded(folder, "batches", lines, KINDS, batch_size_rows=rows) == staged


likely = st.from_regex(r"-?[0-9]{1,3}(\.[0-9]{1,3})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(st.lists(text.map(json.dumps) | likely.map(json.dumps) | likely, min_size=1, max_size=20))
def test_a_text_column_holds_every_text_and_number_as_it_was_written(written):
    values = [each for each in written if each.startswith('"') or _is_json(each)]
    lines = [
        f'{{"type":"RECORD","stream":"s","record":{{"id":{place},"v":{value}}}}}'
        for place, value in enumerate([*values, '"1.5"'])
    ]
    kinds = {"id": {"type": "integer"}, "v": {"type": "string"}}
    with tempfile.TemporaryDirectory() as folder:
        found = loaded(folder, "w", lines, kinds)
    meant = [json.loads(each) if each.startswith('"') else each for each in values]
    assert found == list(enumerate([*meant, "1.5"]))


def _is_json(number: str) -> bool:
    whole = number.lstrip("-").partition(".")[0].partition("e")[0].partition("E")[0]
    return whole == "0" or not whole.startswith("0")


numbers = (
    doubles.map(repr)
    | st.integers().map(str)
    | st.from_regex(r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?", fullmatch=True)
).filter(lambda number: math.isfinite(float(number)))  # DuckDB refuses to read the others


@given(st.lists(st.tuples(st.sampled_from(["", " ", "\t\r "]), numbers), min_size=1, max_size=6))
def test_long_and_tiny_numbers_are_found_wherever_they_stand(made):
    lines = [f'{{"a":{space}{number},{space}"b":[0,{space}{number}]}}' for space, number in made]
    rounded: list[int] = []
    for place, line in enumerate(lines):
        fractions: list[str] = []
        json.loads(line, parse_float=lambda each, kept=fractions: kept.append(each))
        if not all(survives_double(Number(each)) for each in fractions):
            rounded.append(place)
    assert inexact_rows("".join(f"{line}\n" for line in lines).encode()) == rounded


@pytest.mark.slow
def test_a_batch_of_a_row_group_is_compressed_once(warehouse):
    lines = [f'{{"type":"RECORD","stream":"s","record":{{"id":{n}}}}}' for n in range(130_000)]
    warehouse.load(schema("s", {"id": {"type": "integer"}}, ["id"]), *lines, batch_size_rows=65_000)
    groups = warehouse.query(
        "SELECT row_group_id, sum(count) FROM pragma_storage_info('s')"
        " WHERE column_name = 'id' AND segment_type <> 'VALIDITY' GROUP BY ALL ORDER BY ALL"
    )
    # One batch after the other: nothing was moved together later.
    assert sum(rows for _, rows in groups) == 130_000
    assert len(groups) > 2


def test_a_file_may_have_the_name_of_the_schema(tmp_path):
    warehouse = Warehouse(tmp_path / "raw.duckdb")
    warehouse.load(
        schema("s", {"id": {"type": "integer"}}), record("s", id=1), default_target_schema="raw"
    )
    assert warehouse.query("SELECT id FROM raw.raw.s") == [(1,)]
