"""A file is written whole or not at all."""

import stat
import subprocess
import sys
import threading
from pathlib import Path

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


def test_only_its_owner_may_read_a_file_and_the_folders_that_are_made_for_it(tmp_path):
    path = tmp_path / "reports" / "today" / "file"
    write_whole(path, b"secret")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [stat.S_IMODE(each.stat().st_mode) for each in path.parents[:2]] == [0o700, 0o700]


def test_a_file_that_others_could_read_is_another_one_once_it_holds_a_secret(tmp_path):
    """Whoever had opened the file before cannot read what is written now."""
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o666)
    with path.open("rb") as opened_before:
        write_whole(path, b"secret")
        assert opened_before.read() == b"old"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.fixture
def public(tmp_path):
    """A folder that everybody can write, such as /tmp, beside one that others want written to."""
    folder = tmp_path / "public"
    folder.mkdir()
    folder.chmod(0o1777)
    (tmp_path / "theirs").mkdir()
    return folder


def test_a_link_at_the_place_of_a_file_is_replaced_and_not_followed(public):
    theirs = public.parent / "theirs" / "file"
    theirs.write_bytes(b"old")
    (public / "file").symlink_to(theirs)
    write_whole(public / "file", b"ours")
    assert theirs.read_bytes() == b"old"
    assert not (public / "file").is_symlink()
    assert (public / "file").read_bytes() == b"ours"


@pytest.mark.parametrize("way", ["reports/file", "reports/today/file", "mine/../reports/file"])
def test_a_link_in_a_folder_that_everybody_can_write_is_not_followed(public, way):
    (public / "mine").mkdir()
    (public / "reports").symlink_to(public.parent / "theirs")
    with pytest.raises(OSError, match="a link in a folder that everybody can write"):
        write_whole(public / way, b"ours")
    assert list((public.parent / "theirs").iterdir()) == []


def test_a_link_in_a_folder_of_one_s_own_is_followed(tmp_path, monkeypatch):
    (tmp_path / "disk").mkdir()
    (tmp_path / "output").symlink_to("disk")
    monkeypatch.chdir(tmp_path)
    write_whole(Path("output/file"), b"ours")
    write_whole(Path("beside"), b"ours")
    assert (
        (tmp_path / "disk" / "file").read_bytes() == (tmp_path / "beside").read_bytes() == b"ours"
    )


def test_nobody_can_guess_the_name_of_an_unfinished_file(public):
    """Somebody who made a folder of that name beforehand would stop every report."""
    names = set()
    for _ in range(3):
        died = subprocess.run([sys.executable, "-c", DIES_WRITING, public], check=False)
        assert died.returncode == -9
        (left,) = public.iterdir()
        names.add(left.name)
        left.unlink()
    assert len(names) == 3


DIES_WRITING = """
import os, sys
from pathlib import Path
from tap_stripe_apex import files
os.fsync = lambda _: os.kill(os.getpid(), 9)
files.write_whole(Path(sys.argv[1], "file"), b"content")
"""


def test_where_nothing_comes_the_old_content_stays(tmp_path):
    path, unfinished = tmp_path / "file", tmp_path / "file.new"
    path.write_bytes(b"old")

    def fetch():
        with replacing(path, unfinished.name, room=100):
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
with replacing(folder / "file", "file.new", room=100):
    os.kill(os.getpid(), 9)
"""


def test_what_a_killed_process_left_does_not_stop_the_next_one(tmp_path):
    path, unfinished = tmp_path / "file", tmp_path / "file.new"
    assert subprocess.run([sys.executable, "-c", DIES, tmp_path], check=False).returncode == -9
    assert unfinished.exists()
    with replacing(path, unfinished.name) as put:
        put(b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]
