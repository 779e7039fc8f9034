"""docs/target.md says what is so: every type, every limit."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from target_apex.batches import MAX_LINE_BYTES, MAX_RATIO, MAX_UNPACKED_BYTES
from target_apex.column_types import column_type
from target_apex.session import MAX_BATCH_BYTES
from tests.target.conftest import record, schema

DOCUMENT = (Path(__file__).parents[2] / "docs" / "target.md").read_text()
INTEGER = {"type": "integer"}
SCHEMAS = {
    "integer": INTEGER,
    "number": {"type": "number"},
    "decimal": {"type": "number", "multipleOf": 0.01},
    "date": {"type": "string", "format": "date"},
    "date-time": {"type": "string", "format": "date-time"},
    "string": {"type": "string"},
    "object or array": {"type": "object"},
}
VALUES = {
    "integer": 1,
    "number": 0.5,
    "decimal": 0.25,
    "date": "2024-01-01",
    "date-time": "2024-01-01T00:00:00Z",
    "string": "x",
    "object or array": {},
}


def rows(heading):
    """The cells of the first table below a heading."""
    section = DOCUMENT.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize(("text", "kind"), rows("Types"))
def test_the_types_are_as_the_table_says(text, kind):
    assert str(column_type(json.loads(text.strip("`")))) == kind.strip("`")


@pytest.mark.parametrize(
    ("before", "after", "becomes"),
    [row for row in rows("When the schema changes") if set(row[:2]) <= set(SCHEMAS)],
)
def test_a_type_grows_as_the_table_says(before, after, becomes, warehouse):
    for key, name in enumerate((before, after)):
        warehouse.load(
            schema("s", {"id": INTEGER, "v": SCHEMAS[name]}, ["id"]),
            record("s", id=key, v=VALUES[name]),
        )
    kind = warehouse.types("s")["v"].replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ")
    assert re.search(r"[A-Z]{4,}", becomes)[0] == kind.partition("(")[0]


def test_the_size_of_a_batch_is_as_it_says():
    assert DOCUMENT.count(f"{MAX_BATCH_BYTES >> 20} MB") == 3
    assert MAX_LINE_BYTES == MAX_BATCH_BYTES
    unpacked = f"{MAX_UNPACKED_BYTES >> 20} MB or to {MAX_RATIO} times its size"
    assert unpacked in " ".join(DOCUMENT.split())
