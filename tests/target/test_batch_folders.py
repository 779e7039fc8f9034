"""A BATCH message makes the target read the files that the run allows, and no others."""

from __future__ import annotations

import gzip
import http.server
import json
import os
import resource
import threading
from contextlib import contextmanager
from urllib.parse import unquote

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from target_apex import batches
from target_apex.batch_folders import Folders, NotAllowedError, is_below
from target_apex.errors import InputError
from tests.target.conftest import schema

KINDS = schema("s", {"id": {"type": "integer"}, "v": {"type": ["string", "null"]}}, ["id"])
ROW = b'{"id": 1, "v": "a secret"}\n'


def batch(address, form="jsonl", compression="none"):
    encoding = {"format": form, "compression": compression}
    return {"type": "BATCH", "stream": "s", "encoding": encoding, "manifest": [str(address)]}


@pytest.fixture
def folder(tmp_path):
    """The folder that a run allows, beside others with a secret."""
    for name in ("private", "batches-of-others", "batches"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(ROW)
    return tmp_path / "batches"


def refusal(warehouse, address, folder, **settings):
    with pytest.raises(InputError) as caught:
        warehouse.load(KINDS, batch(address), **{"batch_folders": [str(folder)], **settings})
    assert "a secret" not in str(caught.value)
    return str(caught.value)


def test_without_a_folder_no_file_is_read(folder, warehouse):
    said = refusal(warehouse, (folder / "file").as_uri(), folder, batch_folders=[])
    assert said.startswith("line 2, stream 's': the BATCH file file:///")
    assert said.endswith(
        "is not read: it lies below no folder that this run allows; name its folder in "
        "batch_folders, or as the storage root of batch_config"
    )


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "/etc/passwd",
        "local:///etc/passwd",
        "{folder}/../private/file",
        "file://{folder}/../private/file",
        "{folder}-of-others/file",
        "{folder}/link",
        "{folder}/linked/file",
        "data:,%7B%22id%22%3A1%7D",
        "FILE://{folder}/file",
        "http://169.254.169.254/latest/meta-data",
        "sftp://127.0.0.1/etc/passwd",
        "smb://127.0.0.1/share/file",
        "memory://file",
        "github://somebody:something@main/file",  # pragma: allowlist secret
        "simplecache::file://{folder}/file",
        "zip://file::file://{folder}/archive.zip",
        "file://{folder}/file::file:///etc/passwd",
        "unheard-of://file",
        "",
    ],
)
def test_what_lies_elsewhere_is_not_read(folder, warehouse, address):
    (folder / "link").symlink_to(folder.parent / "private" / "file")
    (folder / "linked").symlink_to(folder.parent / "private")
    assert "is not read" in refusal(warehouse, address.format(folder=folder), folder)


def test_a_folder_is_found_behind_its_links_too(folder, warehouse):
    (folder.parent / "named").symlink_to(folder)
    settings = {"batch_folders": [str(folder.parent / "named")]}
    warehouse.load(KINDS, batch(folder / "file"), **settings)
    assert warehouse.query("SELECT v FROM s") == [("a secret",)]


def test_the_storage_root_of_the_batch_config_is_allowed(folder, warehouse):
    config = {"storage": {"root": folder.as_uri()}, "encoding": {"format": "jsonl"}}
    warehouse.load(KINDS, batch((folder / "file").as_uri()), batch_config=config)
    assert warehouse.query("SELECT v FROM s") == [("a secret",)]


def test_a_pipe_is_not_waited_for(folder, warehouse):
    os.mkfifo(folder / "pipe")
    assert "it is no regular file" in refusal(warehouse, folder / "pipe", folder)


@contextmanager
def server():
    """A server on this machine; the paths that were asked of it."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(ROW)))
            self.end_headers()
            self.wfile.write(ROW)

        do_HEAD = do_GET  # noqa: N815 - the names that http.server wants

        def log_message(self, *_):
            pass

    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.server_port}", asked
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


def test_an_address_of_the_inner_network_is_not_asked(folder, warehouse):
    with server() as (address, asked):
        refusal(warehouse, f"{address}/file", folder)
        refusal(warehouse, f"simplecache::{address}/file", folder)
        assert asked == []


@given(
    st.lists(
        st.sampled_from(["..", ".", "", "x", "%2e%2e", "%252E%252e", "\\", "..\\..", "?a", "#b"]),
        max_size=6,
    ).map("/".join)
)
def test_a_remote_folder_cannot_be_left(rest):
    """However often a server decodes an address before it resolves it, within reason."""
    if is_below(f"s3://bucket/batches/{rest}", "s3://bucket/batches"):
        for ends in ("", "?", "#"):
            read = unquote(unquote(rest)).replace("\\", "/")
            read = read.partition(ends)[0] if ends else read
            assert ".." not in read.split("/")


@pytest.mark.parametrize(
    "address",
    [
        "s3://bucket-of-others/batches/file",
        "s3://bucket/batches-of-others/file",
        "s3://bucket/batches",
        "http://bucket/batches/file",
        "s3://bucket@others/batches/file",
        "s3://others/s3://bucket/batches/file",
    ],
)
def test_a_remote_folder_is_that_one_alone(address):
    with pytest.raises(NotAllowedError):
        Folders.of(["s3://bucket/batches"]).open(address)


@pytest.fixture
def small(monkeypatch):
    """The limits, a thousand times smaller."""
    for name in ("MAX_LINE_BYTES", "MAX_UNPACKED_BYTES"):
        monkeypatch.setattr(batches, name, getattr(batches, name) >> 10)


def load_packed(warehouse, path, form="jsonl"):
    message = batch(path, form, "gzip" if form == "jsonl" else None)
    warehouse.load(KINDS, message, batch_folders=[str(path.parent)])


def test_a_line_that_unpacks_to_more_than_memory_holds_is_refused(folder, warehouse):
    with gzip.open(folder / "bomb", "wb") as packed:
        for _ in range(100):
            packed.write(b" " * (1 << 20))
    assert (folder / "bomb").stat().st_size < 200_000
    with pytest.raises(InputError, match="is not read: a line of it is longer than 64 MB"):
        load_packed(warehouse, folder / "bomb")


def test_a_file_that_unpacks_to_much_more_than_its_size_is_refused(folder, warehouse, small):
    (folder / "bomb").write_bytes(gzip.compress(b" \n" * (1 << 20)))
    with pytest.raises(InputError, match=r"it unpacks to more than .* times its size"):
        load_packed(warehouse, folder / "bomb")


def test_a_parquet_file_that_unpacks_to_much_more_than_its_size_is_refused(
    folder, warehouse, small
):
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT 1 AS id, 'x' AS v FROM range(1000000)) TO '{folder / 'bomb'}'"
            " (FORMAT parquet, COMPRESSION zstd)"
        )
    assert (folder / "bomb").stat().st_size < 50_000
    with pytest.raises(InputError, match=r"it unpacks to more than .* times its size"):
        load_packed(warehouse, folder / "bomb", "parquet")


def test_a_parquet_file_with_one_text_for_many_rows_is_refused_before_it_fills_the_memory(
    folder, warehouse
):
    """The text is in the file once, and would be in memory for each of two thousand rows."""
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT i AS id, repeat('x', 4000000) AS v FROM range(500) AS t(i))"
            f" TO '{folder / 'bomb'}' (FORMAT parquet, COMPRESSION zstd)"
        )
    assert (folder / "bomb").stat().st_size < 50_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(InputError, match=r"it unpacks to more than .* times its size"):
        load_packed(warehouse, folder / "bomb", "parquet")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000


def test_a_file_of_the_usual_kind_may_unpack_to_more_than_the_limit(folder, warehouse, small):
    """Its records differ, so that they do not unpack to a hundred times their size."""
    rows = [{"id": n, "v": os.urandom(8).hex()} for n in range(40_000)]
    data = "\n".join(map(json.dumps, rows)).encode()
    assert len(data) > batches.MAX_UNPACKED_BYTES
    (folder / "large").write_bytes(gzip.compress(data))
    load_packed(warehouse, folder / "large")
    assert warehouse.query("SELECT count(*) FROM s") == [(40_000,)]
