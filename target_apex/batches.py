"""BATCH messages: files of records, JSON lines or Parquet, turned into runs of lines.

A file may decompress to a thousand times its size, so the limits are of the decompressed size.
"""

from __future__ import annotations

import gzip
import json
import tempfile
from shutil import copyfileobj
from typing import IO, TYPE_CHECKING

import duckdb

from target_apex import sql
from target_apex.batch_folders import NotAllowedError
from target_apex.column_types import JSON
from target_apex.lines import BLOCK_SIZE, Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from target_apex.batch_folders import Folders
    from target_apex.lines import Message
    from target_apex.streams import Stream

MAX_LINE_BYTES = 64 << 20
"""The greatest length of a record in a BATCH file."""

MAX_UNPACKED_BYTES = 256 << 20
"""The decompressed size that every BATCH file may have."""

MAX_RATIO = 100
"""A file may exceed that if it decompresses to at most so many times its own size."""

_PARQUET_MEMORY = "512MB"
_ROWS_AT_ONCE = 2048
"""Rows that DuckDB processes at once, so that their texts are in memory together."""

_LONGEST_SHOWN = 1000
_TEXTS = {"VARCHAR": "strlen", "BLOB": "octet_length"}
"""The types of texts, each with the function that counts its bytes."""
_NESTED = ("STRUCT", "MAP", "UNION", "JSON", "VARIANT")


class TooLargeError(Exception):
    """A file decompresses to more than it may; the text says what is too large."""


def runs(message: Message, streams: Iterable[Stream], folders: Folders) -> Iterator[Run]:
    """The records of a BATCH message as if they had come as RECORD lines.

    Args:
        message: The message.
        streams: The streams made of its records; their columns tell how to read Parquet.
        folders: The folders in which files may be.

    Raises:
        InputError: A file cannot be read, is not allowed, or has an unknown format.
    """
    encoding = message.object("encoding")
    form, compression = encoding.get("format"), encoding.get("compression") or "none"
    if form != "parquet" and (form != "jsonl" or compression not in ("gzip", "none")):
        raise message.error(
            f"BATCH files of format {form!r}, compression {compression!r} are not "
            "supported; jsonl (gzip or none) and parquet are"
        )
    as_json = {each.name for stream in streams for each in stream.columns if each.type == JSON}
    for address in message.array("manifest"):
        if not isinstance(address, str):
            raise message.error("the manifest of the BATCH message is not a list of addresses")
        shown = address if len(address) <= _LONGEST_SHOWN else f"{address[:_LONGEST_SHOWN]}..."
        try:
            with folders.open(address) as file:
                if form == "parquet":
                    records = _parquet(file, as_json)
                else:
                    records = _lines(file, is_packed=compression == "gzip")
                yield from _packed(message.stream, records, address)
        except (NotAllowedError, TooLargeError) as error:
            raise message.error(f"the BATCH file {shown} is not read: {error}") from error
        except Exception as error:
            # Each file system raises its own classes of errors.
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise message.error(f"cannot read the BATCH file {shown} ({reason})") from error


def _packed(stream: str, records: Iterable[bytes], source: str) -> Iterator[Run]:
    """Runs of about a block's size."""
    pending: list[bytes] = []
    size, first = 0, 1
    for record in records:
        pending.append(b'{"record":%b}\n' % record.rstrip(b"\r\n"))
        size += len(pending[-1])
        if size >= BLOCK_SIZE:
            yield Run(stream, b"".join(pending), len(pending), first, source)
            first += len(pending)
            size, pending = 0, []
    if pending:
        yield Run(stream, b"".join(pending), len(pending), first, source)


def _lines(file: IO[bytes], *, is_packed: bool) -> Iterator[bytes]:
    """The lines of a file that are not blank."""
    unpacked = gzip.GzipFile(fileobj=file) if is_packed else file
    size = 0
    while line := unpacked.readline(MAX_LINE_BYTES + 1):
        size += len(line)
        # Asking for the position in the file takes as long as decompressing a line.
        if is_packed and size > MAX_UNPACKED_BYTES:
            _check_size(size, file.tell())
        if len(line) > MAX_LINE_BYTES:
            raise TooLargeError(f"a line of it is longer than {MAX_LINE_BYTES >> 20} MB")
        if line.strip():
            yield line


def _check_size(unpacked: int, packed: int) -> None:
    """Refuse a file that decompresses to too much.

    Args:
        unpacked: Decompressed bytes so far.
        packed: Bytes of the file that they came from.

    Raises:
        TooLargeError: The decompressed bytes are too many.
    """
    if unpacked > max(MAX_UNPACKED_BYTES, MAX_RATIO * packed):
        raise TooLargeError(
            f"it unpacks to more than {MAX_UNPACKED_BYTES >> 20} MB and to more than {MAX_RATIO} "
            "times its size"
        )


def _parquet(file: IO[bytes], as_json: set[str]) -> Iterator[bytes]:
    """The rows of a Parquet file as JSON objects, every value as its exact text."""
    with tempfile.NamedTemporaryFile(suffix=".parquet") as copy:
        copyfileobj(file, copy)
        copy.flush()
        packed, unpacked = copy.tell(), 0
        for row in _rows(copy, packed, as_json):
            unpacked += len(row)
            _check_size(unpacked, packed)
            yield row


def _rows(file: IO[bytes], packed: int, as_json: set[str]) -> Iterator[bytes]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET memory_limit = '{_PARQUET_MEMORY}'")
        connection.execute("SET temp_directory = ''")
        source = f"read_parquet({sql.literal(file.name)})"
        fields, sizes = [], ["0"]
        for name, kind, *_ in connection.execute(f"DESCRIBE FROM {source}").fetchall():
            column = sql.identifier(name)
            nested = kind.startswith(_NESTED) or kind.endswith("]")
            value = column if nested or name in as_json else f"CAST({column} AS VARCHAR)"
            if kind in _TEXTS:
                sizes.append(f"coalesce({_TEXTS[kind]}({column}), 0)")
            key = sql.literal(json.dumps(name) + ":")
            fields.append(f"{key} || coalesce(to_json({value})::VARCHAR, 'null')")
        _check_texts(connection, file.name, packed, " + ".join(sizes))
        text = " || ',' || ".join(fields)
        rows = connection.execute(f"SELECT '{{' || {text} || '}}' FROM {source}")  # noqa: S608 - quoted by `sql`
        while some := rows.fetchmany(_ROWS_AT_ONCE):
            yield from (row.encode() for (row,) in some)


def _check_texts(connection: duckdb.DuckDBPyConnection, path: str, packed: int, size: str) -> None:
    """Refuse a file whose texts, each of which it may hold once for many rows, fill the memory.

    Args:
        connection: Reads the file.
        path: Of the file.
        packed: Its size.
        size: SQL for the bytes of the texts in a row, which are not copied for it.

    Raises:
        TooLargeError: The texts of all rows, or of rows that are in memory together, are too large.
    """
    together, unpacked = connection.execute(
        f"SELECT coalesce(max(size), 0), coalesce(sum(size), 0)::BIGINT FROM (SELECT sum({size})"  # noqa: S608 - as above
        f" AS size FROM read_parquet({sql.literal(path)}, file_row_number = true)"
        f" GROUP BY file_row_number // {_ROWS_AT_ONCE})"
    ).fetchall()[0]
    _check_size(unpacked, packed)
    if together > MAX_UNPACKED_BYTES:
        raise TooLargeError(
            f"{_ROWS_AT_ONCE} rows of it have more than {MAX_UNPACKED_BYTES >> 20} MB of text"
        )
