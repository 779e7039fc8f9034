"""A file is written whole or not at all."""

import stat
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_stripe_apex.files import replacing, write_whole


@given(st.lists(st.binary(max_size=10_000), min_size=1, max_size=5))
def test_a_file_holds_what_was_written_last(tmp_path_factory, contents):
    path = tmp_path_factory.mktemp("files") / "folder" / "file"
    for content in contents:
        write_whole(path, content)
    assert path.read_bytes() == contents[-1]
    assert list(path.parent.iterdir()) == [path]


def test_a_reader_never_sees_half_a_file(tmp_path):
    path, versions = tmp_path / "file", {b"a" * 2_000_000, b"b" * 1_000_000}
    write_whole(path, b"a" * 2_000_000)
    ended = threading.Event()

    def write():
        for _ in range(20):
            for version in versions:
                write_whole(path, version)
        ended.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not ended.is_set():
        assert path.read_bytes() in versions
    writer.join()


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_nobody_is_allowed_more_than_the_mode_says(tmp_path, mode):
    path = tmp_path / "file"
    path.touch(mode=0o666)
    write_whole(path, b"secret", mode=mode)
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_where_nothing_comes_the_old_content_stays(tmp_path):
    path, unfinished = tmp_path / "file", tmp_path / "file.new"
    path.write_bytes(b"old")

    def fetch():
        with replacing(path, unfinished, mode=0o600, room=100):
            assert unfinished.stat().st_size == 100
            raise ConnectionError

    with pytest.raises(ConnectionError):
        fetch()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


DIES = """
import os, sys
from pathlib import Path
from tap_stripe_apex.files import replacing
folder = Path(sys.argv[1])
with replacing(folder / "file", folder / "file.new", mode=0o600, room=100):
    os.kill(os.getpid(), 9)
"""


def test_what_a_killed_process_left_does_not_stop_the_next_one(tmp_path):
    path, unfinished = tmp_path / "file", tmp_path / "file.new"
    assert subprocess.run([sys.executable, "-c", DIES, tmp_path], check=False).returncode == -9
    assert unfinished.exists()
    with replacing(path, unfinished, mode=0o600) as put:
        put(b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]
