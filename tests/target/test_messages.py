"""Whatever stands on a line: it is loaded, or the run ends with one line that names it."""

from __future__ import annotations

import json

import pytest

from target_apex import InputError, TargetError
from tests.target.conftest import record, schema, state

INTEGER = {"type": ["integer", "null"]}
KINDS = schema("s", {"id": {"type": "integer"}, "v": {"type": ["string", "null"]}}, ["id"])
ODD = [None, True, 0, 1.5, "", "x", [], {}, [1], [None], {"a": 1}]
BATCH = {
    "type": "BATCH",
    "stream": "s",
    "encoding": {"format": "jsonl", "compression": "none"},
    "manifest": [],
}
ACTIVATE = {"type": "ACTIVATE_VERSION", "stream": "s", "version": 2}
DEEP = "[" * 100_000 + "]" * 100_000
LONG = "9" * 5_000


def complaint_of(warehouse, *messages, **settings):
    """What the target says of messages that it cannot load; None if it can."""
    try:
        warehouse.load(*messages, **settings)
    except InputError as error:
        return str(error)
    return None


@pytest.mark.parametrize("settings", [{}, {"stream_maps": {"s": {"w": "id"}}}], ids=["", "mapped"])
@pytest.mark.parametrize(
    ("message", "field"),
    [
        (message, field)
        for message, fields in [
            (KINDS, ["type", "stream", "schema", "key_properties"]),
            (record("s", id=1), ["type", "stream", "record", "version", "time_extracted"]),
            (ACTIVATE, ["type", "stream", "version"]),
            (BATCH, ["type", "stream", "encoding", "manifest"]),
        ]
        for field in fields
    ],
    ids=lambda each: each if isinstance(each, str) else each["type"],
)
def test_a_field_of_any_kind_is_taken_or_named_with_its_line(message, field, settings, warehouse):
    for value in ODD:
        odd = message | {field: value}
        complaint = complaint_of(warehouse, KINDS, record("s", id=1), odd, **settings)
        assert complaint is None or complaint.startswith("line 3")
        warehouse.path.unlink(missing_ok=True)


@pytest.mark.parametrize("keyword", ["type", "format", "anyOf", "allOf", "$ref", "enum", "const"])
def test_a_schema_of_any_kind_is_taken_or_named_with_its_line(keyword, warehouse):
    for value in ODD:
        kinds = schema("s", {"id": {"type": "integer"}, "v": {keyword: value}})
        complaint = complaint_of(warehouse, kinds, record("s", id=1))
        assert complaint is None or complaint.startswith("line 1, stream 's'")


@pytest.mark.parametrize("size", [True, None, "2", -1, 2.5, [], 10**9])
def test_a_decimal_of_an_odd_size_is_exact_or_text(size, warehouse):
    sized = {"precision": size, "scale": size}
    kinds = {
        "v": {"type": "number", "x-sql-datatype": "decimal", "x-sql-datatype-properties": sized}
    }
    warehouse.load(schema("s", kinds), record("s", v=7))
    assert [int(value) for (value,) in warehouse.query("SELECT v FROM s")] == [7]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (f'{{"type":"STATE","value":{DEEP}}}', "line 2: a value is nested too deeply"),
        (f'{{"type":"SCHEMA","stream":"t","schema":{DEEP}}}', "line 2: a value is nested too"),
        (f'{{"type":"SCHEMA","stream":"t","schema":{{"x":{LONG}}}}}', "line 2: a number has too"),
        ('{"type":"RECORD","stream":"s\\x","record":{}}', "line 2: not valid JSON (Invalid"),
        ('{"type":"RECORD","stream":"s', "line 2: not valid JSON ("),
        ('{"type":"RECORD","stream":"s","record":null}', "line 2, stream 's': the RECORD message"),
        ('{"type":"RECORD","record":{"id":1}}', "line 2: the RECORD message does not name"),
        ('{"type":"BATCH","stream":"s","encoding":{}}', "line 2, stream 's': BATCH files of"),
        ('{"type":"SCHEMA","stream":"s","schema":{}}', "line 2, stream 's': its schema has no"),
        ('{"type":"SCHEMA","stream":"s"}', "line 2, stream 's': the SCHEMA message lacks 'schema'"),
        (json.dumps(ACTIVATE | {"version": None}), "line 2, stream 's': the ACTIVATE_VERSION"),
        (json.dumps(ACTIVATE | {"version": "new"}), "line 2, stream 's': the ACTIVATE_VERSION"),
        (json.dumps(record("s", id=1) | {"version": "new"}), "line 2, stream 's': the version of"),
        (json.dumps(record("s", id=1) | {"version": 1.5}), "line 2, stream 's': the version of"),
        (json.dumps(schema("s", {"v": {}}, ["w"])), "line 2, stream 's': key property 'w' is not"),
        (json.dumps(schema("s", {"\ud800": {}})), "line 2, stream 's': the column name"),
    ],
)  # fmt: skip
def test_an_odd_line_is_named(line, problem, warehouse):
    with pytest.raises(InputError) as error:
        warehouse.load(KINDS, line, record("s", id=9))
    assert str(error.value).startswith(problem)


@pytest.mark.parametrize("version", [7, "7", 7.0, None])
def test_a_version_may_be_a_text_or_null(version, warehouse):
    line = record("s", id=1) | {"version": version}
    warehouse.load(KINDS, line, add_record_metadata=True)
    found = warehouse.query("SELECT _sdc_table_version FROM s")
    assert found == [(None if version is None else 7,)]


def test_a_version_as_a_text_is_activated(warehouse):
    old, new = (record("s", id=n) | {"version": n} for n in (1, 2))
    warehouse.load(KINDS, old, new, ACTIVATE | {"version": "2"}, hard_delete=True)
    assert warehouse.query("SELECT id FROM s") == [(2,)]


@pytest.mark.parametrize(
    "text",
    [
        '{"x":1e400}', '{"a":1.10, "b" : 12345678901234567890.125}', '{"a":"\\ud800"}', "null",
        '{"a":NaN}', '{"é":"é"}', f'{{"n":{LONG}}}', '{"n": -0.0}',
    ],
)  # fmt: skip
def test_a_state_passes_unchanged(text, warehouse, capsys):
    for line in (f'{{"type":"STATE","value":{text}}}', f'{{ "value" : {text} , "type":"STATE"}}'):
        warehouse.load(KINDS, line)
        assert capsys.readouterr().out == f"{text}\n"


def test_of_equal_names_in_a_state_message_the_last_counts(warehouse, capsys):
    warehouse.load('{"type":"STATE","value":{"a":"\\ud800"},"value":{"a":NaN}}')
    assert capsys.readouterr().out == '{"a":NaN}\n'


def test_white_space_and_a_byte_order_mark_do_no_harm(warehouse):
    warehouse.load("\ufeff" + json.dumps(KINDS), "", "  ", json.dumps(record("s", id=1)) + " \r")
    assert warehouse.query("SELECT id FROM s") == [(1,)]


def chain(links):
    """A schema whose every link refers to the next one twice."""
    kinds = {f"k{n}": {"anyOf": [{"$ref": f"#/$defs/k{n + 1}"}] * 2} for n in range(links)}
    properties = {"v": {"$ref": "#/$defs/k0"}}
    definitions = kinds | {f"k{links}": {"type": ["integer", "null"]}}
    message = schema("s", properties)
    message["schema"]["$defs"] = definitions
    return message


def test_a_chain_of_references_is_followed_once(warehouse):
    warehouse.load(chain(30), record("s", v=1))
    assert warehouse.types("s")["v"] == "BIGINT"


def test_a_chain_of_references_without_end_is_named(warehouse):
    with pytest.raises(InputError, match=r"^line 1, stream 's': its schema is nested too deeply"):
        warehouse.load(chain(5_000))


def test_a_schema_that_contains_itself_is_json(warehouse):
    tree = schema("s", {"v": {"$ref": "#/properties/v"}, "w": {"type": "integer"}})
    warehouse.load(tree, record("s", v={"v": 1}, w=2))
    assert warehouse.query("SELECT v, w FROM s") == [('{"v":1}', 2)]


@pytest.mark.slow
def test_a_row_may_have_thousands_of_columns(warehouse):
    names = [f"c{n}" for n in range(1_201)]
    kinds = {name: [INTEGER, {"type": "string"}, {"type": "object"}][n % 3]
             for n, name in enumerate(names)}  # fmt: skip
    values = {name: [7, "1", {"a": 1}][n % 3] for n, name in enumerate(names)}
    hard = values | {"c1": "\ud800", "c1198": 1.10}
    line = json.dumps(record("w", **hard)).replace("1.1", "1.10")
    warehouse.load(schema("w", kinds, ["c0"]), record("w", **values | {"c0": 1}), line)
    first, second = warehouse.query("SELECT * EXCLUDE (_sdc_deleted_at) FROM w ORDER BY c0")
    wanted = [7, "1", '{"a":1}'] * 400 + [7]
    assert list(first) == [1, *wanted[1:]]
    assert list(second) == [7, "\ufffd", *wanted[2:1198], "1.10", *wanted[1199:]]
    with pytest.raises(InputError, match=r"^line 2, stream 'w': the value of 'c1200' is not"):
        warehouse.load(schema("w", kinds, ["c0"]), record("w", **values | {"c1200": "x"}))


@pytest.mark.slow
def test_there_may_be_more_streams_than_open_files(warehouse):
    names = [f"s{n}" for n in range(450)]
    kinds = [schema(name, {"id": INTEGER}) for name in names]
    warehouse.load(*kinds, *(record(name, id=1) for name in names), state(n=1))
    assert warehouse.tables() == set(names)
    union = " UNION ALL ".join(f"SELECT id FROM {name}" for name in names)
    assert warehouse.query(f"SELECT count(*) FROM ({union})") == [(450,)]


@pytest.mark.parametrize("name", ["path", "default_target_schema"])
def test_an_empty_name_in_the_settings_is_named(name, warehouse):
    with pytest.raises(TargetError, match=name):
        warehouse.load(KINDS, **{name: " "})
