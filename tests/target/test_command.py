"""The command line: what it says, and how it ends."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from target_apex.settings import SCHEMA
from target_apex.target import TargetApex
from tests.ducks import reading
from tests.target.conftest import record, schema, state
from tests.target.process import Command

KINDS = schema("s", {"id": {"type": "integer"}}, ["id"])


@pytest.fixture
def run(tmp_path):
    """Run the command in a folder of its own, with a config and lines."""

    def start(config, *messages):
        (tmp_path / "config.json").write_text(
            config if isinstance(config, str) else json.dumps(config)
        )
        lines = [each if isinstance(each, str) else json.dumps(each) for each in messages]
        (tmp_path / "in").write_text("".join(f"{line}\n" for line in lines))
        argument = f"--config={tmp_path / 'config.json'}"
        return Command(tmp_path, argument, stdin=tmp_path / "in").result()

    return start


def test_a_run_makes_the_folder_and_writes_only_states_to_stdout(run, tmp_path):
    path = tmp_path / "new" / "folder" / "w.duckdb"
    result = run({"path": str(path)}, KINDS, record("s", id=1), state(n=1))
    assert (result.exit_code, result.out) == (0, '{"n": 1}\n')
    assert path.exists()


@pytest.mark.parametrize(
    ("config", "lines", "message"),
    [
        ({"pth": "x"}, [], "unknown setting 'pth'; target-apex --about lists the settings"),
        ({"load_method": "merge"}, [], "bad setting: 'merge' is not one of"),
        ({"batch_size_rows": 0}, [], "bad setting: 0 is less than the minimum of 1"),
        ("{", [], "the config CONFIG is not valid JSON (Expecting property name"),
        ("", [], "the config CONFIG is not valid JSON (it is empty)"),
        ("[]", [], "the config CONFIG is not a JSON object"),
        ("null", [], "the config CONFIG is not a JSON object"),
        ({"stream_maps": {"s": {"__else__": True}}}, [], "a setting does not have the form"),
        ({"path": "/dev/null/w.duckdb"}, [KINDS], "cannot make the folder of /dev/null/w.duckdb"),
        ({"path": "/dev/null"}, [KINDS], "cannot open /dev/null"),
        ({"path": "w"}, ["no JSON"], "line 1: not valid JSON (Expecting value)"),
        ({"path": "w"}, [record("s", id=1)], "line 1, stream 's': this message came before"),
        (
            {"path": "w"},
            [{"type": "SCHEMA", "stream": "s", "schema": {}}],
            "line 1, stream 's': its schema",
        ),
    ],
)
def test_an_error_is_one_line_with_exit_code_1(config, lines, message, run, tmp_path):
    if isinstance(config, dict) and config.get("path") == "w":
        config = {"path": str(tmp_path / "w.duckdb")}
    result = run(config, *lines)
    assert result.exit_code == 1
    assert "Traceback" not in result.err
    message = message.replace("CONFIG", str(tmp_path / "config.json"))
    assert result.err.splitlines()[-1].startswith(f"target-apex: error: {message}")
    assert result.err.count("target-apex: error") == 1


@pytest.mark.parametrize("destination", ["duckdb", "parquet"])
def test_only_its_owner_may_read_the_warehouse(run, tmp_path, destination):
    """Its log neither, which DuckDB makes beside it."""
    path = tmp_path / "new" / "warehouse"
    result = run({"path": str(path), "destination": destination}, KINDS, record("s", id=1))
    assert result.exit_code == 0, result.err
    made = [path.parent, *path.parent.rglob("*")]
    assert any(each.is_file() for each in made)
    assert {stat.S_IMODE(each.stat().st_mode) & 0o077 for each in made} == {0}


def test_a_tap_cannot_command_the_terminal(run, tmp_path):
    commands = "\x1b[2J\x9b31m\u202e\x07"
    config = {"path": str(tmp_path / "w.duckdb")}
    batch = {"type": "BATCH", "stream": commands, "encoding": {"format": "jsonl"}}
    kinds = schema(commands, {commands: {"type": "integer"}}, [commands])
    for message in (
        record(commands, id=1),
        {"type": commands},
        kinds | {"schema": {"properties": {commands: {}, f"{commands}\0": {}}}},
        kinds | {"key_properties": ["id"]},
        batch | {"manifest": [commands]},
        batch | {"encoding": {"format": commands}, "manifest": []},
        record(commands, **{commands: "x"}),
    ):
        said = run(config, kinds, message).err
        assert said
        assert {sign for sign in said if not sign.isprintable()} <= {"\n"}, message


def test_a_config_that_is_not_there_is_named(tmp_path):
    (tmp_path / "in").touch()
    result = Command(tmp_path, "--config=missing.json", stdin=tmp_path / "in").result()
    assert result.exit_code == 1
    assert result.err.splitlines()[-1] == (
        "target-apex: error: cannot read the config missing.json: No such file or directory"
    )


def test_settings_that_are_null_have_their_defaults(run, tmp_path):
    names = set(TargetApex.config_jsonschema["properties"]) - {"destination", "load_method"}
    nulls = dict.fromkeys(names)
    result = run(nulls | {"path": str(tmp_path / "w.duckdb")}, KINDS, record("s", id=1), state(n=1))
    assert (result.exit_code, result.out) == (0, '{"n": 1}\n')


@pytest.mark.parametrize("variable", ["BATCH_SIZE_ROWS", "STREAM_MAPS"])
def test_an_odd_variable_of_the_environment_is_one_line(variable, tmp_path):
    environment = os.environ | {f"TARGET_APEX_{variable}": "{"}
    command = [Path(sys.executable).with_name("target-apex"), "--config=ENV"]
    result = subprocess.run(
        command,
        env=environment,
        cwd=tmp_path,
        input="",
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert "TARGET_APEX_" in result.stderr.splitlines()[-1]
    assert "internal error" not in result.stderr


def test_a_full_disk_below_the_state_is_one_line_and_what_is_loaded_stays(tmp_path):
    path = tmp_path / "w.duckdb"
    (tmp_path / "config.json").write_text(json.dumps({"path": str(path)}))
    command = [Path(sys.executable).with_name("target-apex"), f"--config={tmp_path}/config.json"]
    lines = (json.dumps(each) for each in (KINDS, record("s", id=1), state(n=1)))
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command,
            input="".join(f"{line}\n" for line in lines),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        "target-apex: error: cannot write the state to stdout: No space left on device; make room"
    )
    with reading(path) as connection:
        assert connection.execute("select id from raw_stripe.s").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (["--version"], 0, "target-apex v"),
        (["--config=c.json"], 1, "install it with pip install 'tap-stripe-apex[target]'"),
    ],
)
def test_without_its_extra_the_command_says_what_to_install(
    arguments, exit_code, message, tmp_path
):
    package = tmp_path / "hidden" / "duckdb"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ModuleNotFoundError('gone', name='duckdb')")
    (tmp_path / "c.json").write_text("{}")
    result = subprocess.run(
        [Path(sys.executable).with_name("target-apex"), *arguments],
        env=os.environ | {"PYTHONPATH": str(package.parent)},
        cwd=tmp_path,
        input="",
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == exit_code
    assert message in (result.stdout + result.stderr).splitlines()[-1]
    assert "Traceback" not in result.stderr


def test_an_error_shows_no_value_of_a_record(run, tmp_path):
    bad = record("s", id="someone@example.com")
    result = run({"path": str(tmp_path / "w.duckdb")}, KINDS, bad)
    assert result.exit_code == 1
    assert "someone" not in result.err


def test_every_setting_is_described(capsys):
    TargetApex.print_about(output_format="json")
    about = json.loads(capsys.readouterr().out)
    described = about["settings"]["properties"]
    assert set(SCHEMA["properties"]) <= set(described)
    assert all(each.get("description") for each in described.values())
    assert {"batch", "activate-version", "hard-delete", "stream-maps"} <= set(about["capabilities"])
