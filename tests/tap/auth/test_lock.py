"""One process at a time exchanges tokens, and none waits for one that is dead."""

import subprocess
import sys
import time

import pytest

from tap_stripe_apex.auth.tokens import TokenFile

HOLDS = """
import sys, time
from pathlib import Path
from tap_stripe_apex.auth.tokens import TokenFile
with TokenFile(Path(sys.argv[1])).locked():
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS, tmp_path / "tokens.json"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


def test_the_lock_of_a_killed_process_is_free_at_once(tmp_path, holder):
    holder.kill()
    began = time.monotonic()
    with TokenFile(tmp_path / "tokens.json").locked():
        assert time.monotonic() - began < 5
    assert (tmp_path / "tokens.json.lock").exists()


@pytest.mark.slow
def test_whoever_waits_gets_the_lock_when_it_is_let_go(tmp_path, holder):
    waiting = subprocess.Popen(
        [sys.executable, "-c", HOLDS, tmp_path / "tokens.json"], stdout=subprocess.PIPE, text=True
    )
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(1)
    holder.kill()
    assert waiting.stdout.readline() == "held\n"
    waiting.kill()
    waiting.communicate()


def test_the_lock_may_be_entered_again_by_whoever_holds_it(tmp_path):
    file = TokenFile(tmp_path / "tokens.json")
    with file.locked(), file.locked():
        file.delete()
    with TokenFile(tmp_path / "tokens.json").locked():
        pass
