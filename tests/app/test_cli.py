"""`stripe-apex` itself: every command is there, and none is waited for that was not called."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from click.testing import CliRunner

from stripe_apex.cli import COMMANDS, main

SLOW = {"singer_sdk", "requests", "stripe", "duckdb", "psycopg", "aiohttp", "jinja2", "pendulum"}
LOADED = """
import sys
from stripe_apex.cli import main
main(sys.argv[1:], standalone_mode=False)
print("LOADED", *{name.partition(".")[0] for name in sys.modules})
"""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command):
    done = CliRunner().invoke(main, [command, "--help"])
    assert done.exit_code == 0
    assert done.output.startswith(f"Usage: main {command} ")


def test_the_list_of_commands_cuts_nothing_off():
    done = CliRunner().invoke(main, ["--help"])
    assert "..." not in done.output.partition("Commands:")[2]
    assert "keep key or tokens." in done.output


def test_the_version_is_that_of_the_package():
    done = CliRunner().invoke(main, ["--version"], prog_name="stripe-apex")
    assert done.output == f"stripe-apex {version('tap-stripe-apex')}\n"


@pytest.mark.parametrize("content", [None, b"[1", b"[]", b"\xff"], ids=repr)
def test_a_configuration_that_cannot_be_read_is_named_in_one_line(tmp_path, content):
    config = tmp_path / "config.json"
    if content is not None:
        config.write_bytes(content)
    done = CliRunner().invoke(main, ["check", "--config", str(config)])
    assert done.exit_code == 1
    assert done.output.startswith(f"Error: {config} ")
    assert done.output.count("\n") == 1


def test_an_unknown_command_is_told():
    done = CliRunner().invoke(main, ["reports"])
    assert done.exit_code == 2
    assert "No such command 'reports'" in done.output


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--help"], ["refresh", "--help"]])
def test_help_waits_for_nothing_that_is_slow_to_import(arguments):
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments], capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.rpartition("LOADED")[2].split())
    assert "click" in loaded
    assert not loaded & SLOW


def test_a_setting_of_the_tap_that_is_none_is_one_line(tmp_path: Path):
    config = tmp_path / "config.json"
    config.write_text('{"api_key": "rk_test_simulated", "colour": "blue"}')
    done = CliRunner().invoke(main, ["check", "--config", str(config)])
    assert done.exit_code == 1
    assert done.output.startswith("Error: Unknown setting: 'colour'.")
    assert done.output.count("\n") == 1


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_complete_the_commands(shell):
    done = CliRunner().invoke(
        main, [], prog_name="stripe-apex", env={"_STRIPE_APEX_COMPLETE": f"{shell}_source"}
    )
    assert done.exit_code == 0
    assert "_STRIPE_APEX_COMPLETE" in done.output
