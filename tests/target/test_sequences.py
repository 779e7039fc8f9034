"""Any sequence of schemas, records and states ends in the table of a reference in plain Python."""

from __future__ import annotations

import io
import json
import tempfile
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.target.conftest import Warehouse, record, schema, state

STREAMS = ("s", "t")
GONE = "2024-01-01T00:00:00Z"
TYPES = {
    "n": [{"type": ["integer", "null"]}, {"type": ["string", "null"]}],
    "v": [{"type": ["string", "null"]}],
    "o": [{"type": ["object", "null"]}],
}
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "n": st.none() | st.integers(-(2**63), 2**63 - 1),
    "v": st.none() | st.text(st.characters(codec="utf-8"), max_size=5),
    "o": st.none() | st.dictionaries(st.sampled_from("ab"), st.integers(0, 3), max_size=2),
}

properties = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(kinds) for name, kinds in TYPES.items()}
)
fields = st.fixed_dictionaries(
    {"id": st.integers(0, 3)}, optional={**VALUES, "_sdc_deleted_at": st.just(GONE)}
)
schemas = st.tuples(st.sampled_from(STREAMS), properties)
rows = st.tuples(st.sampled_from(STREAMS), fields)
runs = st.lists(st.lists(rows | schemas | st.integers(), max_size=12), min_size=1, max_size=3)


@dataclass
class Reference:
    """What the tables hold, and the last state."""

    tables: dict[str, dict[int, dict[str, Any]]] = field(
        default_factory=lambda: {stream: {} for stream in STREAMS}
    )
    columns: dict[str, dict[str, Any]] = field(default_factory=dict)
    state: int | None = None

    def take(self, stream: str, given: dict[str, Any]) -> None:
        """A record is the whole row, as far as its schema goes; a tombstone is a mark."""
        table = self.tables[stream]
        known = ["_sdc_deleted_at", *self.columns[stream]]
        row = table.setdefault(given["id"], {})
        if given.get("_sdc_deleted_at") is None:
            row.update(dict.fromkeys(known))
        row.update({name: given[name] for name in known if given.get(name) is not None})

    def rows(self, stream: str) -> list[tuple[Any, ...]]:
        """Text of everything, since integers may have become text."""
        return [
            (key, *(as_text(row.get(name)) for name in TYPES), bool(row.get("_sdc_deleted_at")))
            for key, row in sorted(self.tables[stream].items())
        ]


def as_text(value: Any) -> str | None:
    if isinstance(value, dict):
        return json.dumps(value, separators=(",", ":"))
    return None if value is None else str(value)


def message(item: Any, reference: Reference) -> dict[str, Any]:
    """The item as a message; the reference takes it too."""
    if isinstance(item, int):
        reference.state = item
        return state(n=item)
    stream, content = item
    if "id" not in content:
        reference.columns[stream] = content
        return schema(stream, {"id": {"type": "integer"}, **content}, ["id"])
    reference.take(stream, content)
    kind = reference.columns[stream].get("n", {}).get("type", [])
    if "string" in kind and content.get("n") is not None:
        content = content | {"n": str(content["n"])}
    return record(stream, **content)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(runs, st.integers(1, 5), st.booleans())
def test_any_sequence_ends_as_the_reference_says(sequence, batch, through_python):
    reference = Reference()
    everything = {name: kinds[0] for name, kinds in TYPES.items()}
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Warehouse(Path(folder) / "w.duckdb")
        start = [(stream, everything) for stream in STREAMS]
        for run in sequence:
            out = io.StringIO()
            lines = [message(item, reference) for item in [*start, *run]]
            with redirect_stdout(out):
                warehouse.load(*lines, batch_size_rows=batch, validate_records=through_python)
            told = [json.loads(line)["n"] for line in out.getvalue().splitlines()]
            states = [line["value"]["n"] for line in lines if line["type"] == "STATE"]
            assert told[-1:] == states[-1:]
        # A schema that no record follows may be replaced: all columns are there at the end.
        warehouse.load(*(message(item, reference) for item in start))
        for stream in STREAMS:
            assert warehouse.query(
                "SELECT id, n::VARCHAR, v, o::VARCHAR, _sdc_deleted_at IS NOT NULL"
                f" FROM {stream} ORDER BY id"
            ) == reference.rows(stream)
