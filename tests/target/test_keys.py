"""A table has one key: another one is refused, and nothing merged."""

from __future__ import annotations

import duckdb
import pytest

from target_apex.errors import InputError
from tests.target.conftest import record, schema, state

INTEGER = {"type": ["integer", "null"]}
NUMBER = {"type": ["number", "null"]}
STRING = {"type": ["string", "null"]}

BY_URI = schema("s", {"uri": STRING, "id": INTEGER}, ["uri"])
BY_ID = schema("s", {"uri": STRING, "id": INTEGER}, ["id"])
BY_NOTHING = schema("s", {"uri": STRING, "id": INTEGER})
BY_BOTH = schema("s", {"uri": STRING, "id": INTEGER}, ["uri", "id"])


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        (BY_URI, BY_ID, "its key properties are 'id', .* are told apart by 'uri'"),
        (BY_URI, BY_BOTH, "its key properties are 'uri', 'id', .* told apart by 'uri'"),
        (BY_NOTHING, BY_ID, "its key properties are 'id', .* told apart by nothing"),
        (BY_ID, BY_NOTHING, "its key properties are nothing .* told apart by 'id'"),
    ],
    ids=["another", "one more", "one where there was none", "none where there was one"],
)
@pytest.mark.parametrize("method", ["upsert", "append-only"])
def test_a_key_that_changes_between_runs_is_refused(
    before, after, names, method, warehouse, capsys
):
    old = [record("s", uri="a", id=1), record("s", uri="b", id=1), record("s", uri="c", id=None)]
    warehouse.load(before, *old, load_method=method)
    rows = warehouse.query("SELECT uri, id FROM s ORDER BY uri")
    with pytest.raises(InputError, match=rf"^line 1, stream 's': {names}"):
        warehouse.load(after, record("s", uri="z", id=1), state(n=1), load_method=method)
    assert warehouse.query("SELECT uri, id FROM s ORDER BY uri") == rows
    assert not capsys.readouterr().out


def test_a_key_that_changes_may_be_loaded_under_another_name_or_overwrite(warehouse):
    warehouse.load(BY_URI, record("s", uri="a", id=1))
    warehouse.load(BY_ID, record("s", uri="z", id=1), stream_maps={"s": {"__alias__": "t"}})
    assert warehouse.query("SELECT uri FROM t") == [("z",)]
    warehouse.load(BY_ID, record("s", uri="y", id=1), load_method="overwrite")
    warehouse.load(BY_ID, record("s", uri="x", id=1))
    assert warehouse.query("SELECT uri FROM s") == [("x",)]


def test_the_order_of_a_key_does_not_matter_and_its_note_outlives_other_changes(warehouse):
    warehouse.load(BY_BOTH, record("s", uri="a", id=1))
    with duckdb.connect(warehouse.path) as connection:
        connection.execute("COMMENT ON COLUMN s.uri IS 'mine'")
    other = schema("s", {"uri": STRING, "id": NUMBER, "v": STRING}, ["id", "uri"])
    warehouse.load(other, record("s", uri="a", id=1.5))
    with pytest.raises(InputError, match="told apart by 'uri', 'id'"):
        warehouse.load(BY_ID)


def test_a_table_that_others_made_keeps_its_comment(warehouse):
    warehouse.path.parent.mkdir()
    with duckdb.connect(warehouse.path) as connection:
        connection.execute("CREATE TABLE s (uri VARCHAR, id BIGINT)")
        connection.execute("COMMENT ON TABLE s IS 'What we''ve bought'")
    warehouse.load(BY_URI, record("s", uri="a", id=1))
    (comment,) = warehouse.query("SELECT comment FROM duckdb_tables()")[0]
    assert comment.startswith("What we've bought\n")
    with pytest.raises(InputError, match="told apart by 'uri'"):
        warehouse.load(BY_ID)
