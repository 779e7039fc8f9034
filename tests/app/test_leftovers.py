"""The settings of plugins, with the Stripe key, do not stay behind a run that was killed."""

import os
import shutil
import stat
import subprocess
import time
from contextlib import contextmanager

import pytest

from stripe_apex.leftovers import tidy


@pytest.fixture
def left(tmp_path):
    """Settings that a run left an hour ago, where everybody can read them."""
    path = tmp_path / ".meltano" / "run" / "tap-stripe-apex" / "tap.1b5e.config.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"api_key": "a key"}')
    past = time.time() - 3600
    os.utime(path, (past, past))
    return path


@contextmanager
def meltano(folder):
    """A process that is called like Meltano, until it is no longer needed."""
    process = subprocess.Popen([folder / "meltano", "60"], executable=shutil.which("sleep"))
    try:
        yield
    finally:
        process.kill()
        process.wait()


def test_settings_of_a_run_that_died_are_deleted(tmp_path, left):
    tidy(tmp_path)
    assert not left.exists()
    assert stat.S_IMODE((tmp_path / ".meltano").stat().st_mode) == 0o700


def test_settings_of_a_run_that_lives_stay(tmp_path, left):
    with meltano(tmp_path):
        fresh = left.with_name("tap.2c6f.config.json")
        fresh.write_text("{}")
        tidy(tmp_path)
        assert fresh.exists()
        assert not left.exists(), "it is older than the Meltano that lives"


def test_nothing_but_settings_is_deleted(tmp_path, left):
    others = [left.with_name("tap.properties.json"), tmp_path / ".meltano" / "meltano.db"]
    for path in others:
        path.write_text("{}")
    tidy(tmp_path)
    assert all(path.exists() for path in others)


def test_a_project_without_runs_gets_its_private_folder(tmp_path):
    tidy(tmp_path)
    assert stat.S_IMODE((tmp_path / ".meltano").stat().st_mode) == 0o700
