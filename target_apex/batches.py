"""BATCH messages: files of records, JSON lines or Parquet, turned into runs of lines."""

from __future__ import annotations

import gzip
import json
import tempfile
from shutil import copyfileobj
from typing import IO, TYPE_CHECKING

import duckdb
from upath import UPath

from target_apex import sql
from target_apex.column_types import JSON
from target_apex.lines import BLOCK_SIZE, Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from target_apex.lines import Message
    from target_apex.streams import Stream

_ROWS_AT_ONCE = 1000
_NESTED = ("STRUCT", "MAP", "UNION", "JSON", "VARIANT")


def runs(message: Message, streams: Iterable[Stream]) -> Iterator[Run]:
    """The records of a BATCH message as if they had come as RECORD lines.

    Args:
        message: The message.
        streams: What its stream's records become; needed to read Parquet as it is meant.

    Raises:
        InputError: A file cannot be read, or its format is unknown.
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
        try:
            if form == "parquet":
                yield from _packed(message.stream, _parquet(address, as_json), address)
            else:
                with UPath(address).open("rb") as file:
                    unpacked = gzip.GzipFile(fileobj=file) if compression == "gzip" else file
                    lines = (data for data in unpacked if data.strip())
                    yield from _packed(message.stream, lines, address)
        except Exception as error:
            # Each file system has errors of its own.
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise message.error(f"cannot read the BATCH file {address} ({reason})") from error


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


def _parquet(address: str, as_json: set[str]) -> Iterator[bytes]:
    """The rows of a Parquet file as JSON objects, every value as its exact text."""
    with UPath(address).open("rb") as file, tempfile.NamedTemporaryFile(suffix=".parquet") as copy:
        copyfileobj(file, copy)
        copy.flush()
        yield from _rows(copy, as_json)


def _rows(file: IO[bytes], as_json: set[str]) -> Iterator[bytes]:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        source = f"read_parquet({sql.literal(file.name)})"
        fields = []
        for name, kind, *_ in connection.execute(f"DESCRIBE FROM {source}").fetchall():
            column = sql.identifier(name)
            nested = kind.startswith(_NESTED) or kind.endswith("]")
            value = column if nested or name in as_json else f"CAST({column} AS VARCHAR)"
            key = sql.literal(json.dumps(name) + ":")
            fields.append(f"{key} || coalesce(to_json({value})::VARCHAR, 'null')")
        text = " || ',' || ".join(fields)
        rows = connection.execute(f"SELECT '{{' || {text} || '}}' FROM {source}")  # noqa: S608 - quoted by `sql`
        while some := rows.fetchmany(_ROWS_AT_ONCE):
            yield from (row.encode() for (row,) in some)
