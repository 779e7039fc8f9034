"""`stripe-apex` itself: every command is there, and none is waited for that was not called."""

import subprocess
import sys
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
