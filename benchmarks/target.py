"""Compares the target with target-duckdb from PyPI and DuckDB's JSON reader: load and reload.

    python benchmarks/target.py [--records N] [--no-peers] [--no-growth]

Everything is measured in one run on one machine, with all of its cores, so that the ratios are
valid elsewhere even if the times are not. The table is written to RESULTS.md unless a part was left
out.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from measure import BIN, KEY, Usage, account, measure
from peers import FROM, FROM_ISO, TO, Peer
from results import circumstances, put, table

from target_apex.streams import Stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

HERE = Path(__file__).parent
SLIM, FULL, MANY = 300_000, 60_000, 1_000_000
PEER = Peer("target-duckdb 0.8.0", "target-duckdb==0.8.0", "target_duckdb", "")
RECORD = b'{"type":"RECORD","stream":"charges","record":'
SCHEMA = "benchmark"
MEMORY_LIMIT_MB = 300

READ_JSON = """
import sys, duckdb
source, path, columns = sys.argv[1:]
duckdb.connect(path).execute(
    "CREATE OR REPLACE TABLE charges AS SELECT unnest(record)"
    f" FROM read_json('{source}', format = 'newline_delimited', columns = {{record: '{columns}'}})"
    " WHERE record IS NOT NULL"
).close()
"""
COUNT = """
import sys, duckdb
print(duckdb.connect(sys.argv[1], read_only=True).execute(
    f"SELECT count(DISTINCT id) FROM {sys.argv[2]}.charges"
).fetchall()[0][0])
"""


@dataclass(frozen=True, slots=True)
class Data:
    """Singer messages in a file.

    Attributes:
        title: the title in tables.
        path: the path of the file.
        records: the number of RECORD lines, which have distinct keys.
    """

    title: str
    path: Path
    records: int

    @property
    def heading(self) -> str:
        """The heading: title, number and size of the lines."""
        size = self.path.stat().st_size / self.records
        return (
            f"{self.records:,} {self.title}, {len(self.stream.columns)} columns, {size:,.0f} bytes"
        )

    @property
    def stream(self) -> Stream:
        """The stream that the file's first line describes."""
        with self.path.open("rb") as file:
            message = json.loads(file.readline())
        return Stream.of(message["stream"], message["schema"], message["key_properties"])


@dataclass(frozen=True, slots=True)
class Row:
    """The measurement of one loader: a load into an empty warehouse, and a reload."""

    loader: str
    records: int
    load: Usage
    reload: Usage
    missing: int

    @property
    def cells(self) -> list[str]:
        """Cells in the order of `HEADER`."""
        return [
            self.loader,
            *(
                f"{value:{form}}"
                for usage in (self.load, self.reload)
                for value, form in (
                    (usage.seconds, ".1f"),
                    (self.records / usage.seconds, ",.0f"),
                    (usage.cpu, ".1f"),
                )
            ),
            f"{max(self.load.peak, self.reload.peak):.0f}",
            f"{self.missing:,}",
        ]


HEADER = (
    "loader", "load: seconds", "records/s", "CPU s", "reload: seconds", "records/s", "CPU s",
    "peak MB", "records lost",
)  # fmt: skip


def fed(source: Path, *command: str | Path) -> Usage:
    """Run a command with a file as its input, on all cores."""
    cores = f"0-{(os.cpu_count() or 1) - 1}"
    pinned = ["taskset", "--cpu-list", cores] if shutil.which("taskset") else []
    return measure(["sh", "-c", 'exec "$@" < "$0"', source, *pinned, *command])


@contextmanager
def data(folder: Path, slim: int, full: int) -> Iterator[tuple[Data, Data]]:
    """A context manager that yields charges as the tap emits them, and whole ones as at Stripe.

    They are not held in memory here: a measured process starts with the memory of this one.
    """
    few = Data("slim charges", folder / "slim", slim)
    whole = Data("full charges", folder / "full", full)
    with account(slim + slim // 10) as stripe:
        config = folder / "tap.json"
        known = {"api_key": KEY, "api_base": stripe.url, "date_range": {"start": FROM_ISO}}
        config.write_text(json.dumps(known | {"max_requests_per_second": 100}), encoding="utf-8")
        with (
            piped(BIN / "tap-stripe-apex", "--config", config) as lines,
            few.path.open("wb") as file,
        ):
            file.writelines(upto(lines, slim))
        hand = (HERE / "by_hand.py", stripe.url, KEY, str(FROM), str(TO), "--in-flight", "1")
        objects = folder / "objects"
        with piped(BIN / "python", *hand) as lines, objects.open("wb") as file:
            file.writelines(islice(lines, full))
    with objects.open("rb") as records, whole.path.open("wb") as file:
        file.write(described(records))
        records.seek(0)
        file.writelines(RECORD + record.rstrip(b"\n") + b"}\n" for record in records)
    objects.unlink()
    yield few, whole
    few.path.unlink()
    whole.path.unlink()


@contextmanager
def piped(*command: str | Path) -> Iterator[Iterable[bytes]]:
    """A context manager that yields a command's output lines, and ends by stopping the command."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=1 << 20
    )
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def upto(lines: Iterable[bytes], records: int) -> Iterator[bytes]:
    """Messages until so many records have come."""
    for line in lines:
        yield line
        records -= line.startswith(RECORD)
        if not records:
            return
    raise ValueError("The account has too few charges.")


def described(records: Iterable[bytes]) -> bytes:
    """A SCHEMA message that allows all values of the records."""
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array"}
    properties: dict[str, set[str]] = {}
    for record in map(json.loads, records):
        for name, value in record.items():
            found = properties.setdefault(name, {"null"})
            if value is not None:
                found.add(kinds.get(type(value), "object"))
    schema = {name: {"type": sorted(found)} for name, found in properties.items()}
    message: dict[str, Any] = {
        "type": "SCHEMA",
        "stream": "charges",
        "schema": {"type": "object", "properties": schema},
        "key_properties": ["id"],
    }
    return json.dumps(message).encode() + b"\n"


def singer(loader: str, source: Data, folder: Path, python: Path, command: Path) -> Row:
    """Measure a Singer target, twice on the same messages."""
    warehouse, config = folder / f"{command.name}.duckdb", folder / f"{command.name}.json"
    known = {"path": str(warehouse), "default_target_schema": SCHEMA}
    config.write_text(json.dumps(known), encoding="utf-8")
    print(f"  {loader} ...", flush=True)
    runs = [fed(source.path, command, "--config", config) for _ in range(2)]
    return row(loader, source, runs, [python, "-c", COUNT, warehouse, SCHEMA], warehouse)


def read_json(source: Data, folder: Path) -> Row:
    """Measure DuckDB's JSON reader, with the types of the schema and without upserts."""
    warehouse = folder / "read_json.duckdb"
    fields = ", ".join(f'"{column.name}" {column.type}' for column in source.stream.columns)
    command = (BIN / "python", "-c", READ_JSON, source.path, warehouse, f"STRUCT({fields})")
    print("  read_json ...", flush=True)
    runs = [fed(source.path, *command) for _ in range(2)]
    count = [BIN / "python", "-c", COUNT, warehouse, "main"]
    return row("DuckDB's `read_json` into a table", source, runs, count, warehouse)


def row(
    loader: str, source: Data, runs: Sequence[Usage], count: Sequence[str | Path], warehouse: Path
) -> Row:
    """The row of a loader; counts the rows of its warehouse, and deletes the warehouse."""
    kept = int(subprocess.run(count, check=True, capture_output=True, text=True).stdout)
    warehouse.unlink()
    made = Row(loader, source.records, runs[0], runs[1], source.records - kept)
    print(f"    {' | '.join(made.cells[1:])}", flush=True)
    return made


def apex(source: Data, folder: Path) -> Row:
    """Measure target-apex.

    Raises:
        AssertionError: the target lost a record.
    """
    made = singer("**target-apex**", source, folder, BIN / "python", BIN / "target-apex")
    assert not made.missing
    return made


def section(source: Data, folder: Path, peer: Path | None) -> str:
    """A table, and its ratios in words."""
    print(source.heading, flush=True)
    rows = [apex(source, folder)]
    if peer:
        rows.append(singer(PEER.name, source, folder, peer, peer.parent / "target-duckdb"))
    rows.append(read_json(source, folder))
    start = fed(Path(os.devnull), BIN / "target-apex", "--config", folder / "target-apex.json")
    own, alone = rows[0], rows[-1]
    words = (
        f"Of the rate of `read_json`, target-apex reaches {ratio(own.load, alone.load)} and, "
        f"loading again, {ratio(own.reload, alone.reload)}; without its start, which takes "
        f"{start.seconds:.1f} s ({start.cpu:.1f} of CPU) whatever the data are, "
        f"{ratio(own.load, alone.load, start)} and {ratio(own.reload, alone.reload, start)}."
    )
    if peer:
        words += (
            f" It loads at {ratio(own.load, rows[1].load)} times the rate of {PEER.name}, and again "
            f"at {ratio(own.reload, rows[1].reload)}."
        )
    text = table(HEADER, [each.cells for each in rows])
    return f"### {source.heading}\n\n{words}\n\n{text}"


def ratio(own: Usage, other: Usage, start: Usage | None = None) -> str:
    """The speed of one as a share of the other's, by wall time and by CPU time."""
    seconds, cpu = own.seconds, own.cpu
    if start:
        seconds, cpu = seconds - start.seconds, cpu - start.cpu
    return f"{other.seconds / seconds:.2f} ({other.cpu / cpu:.2f} by CPU)"


def growth(slim: Data, folder: Path) -> str:
    """Load a million charges, with which memory must not grow.

    Raises:
        AssertionError: the target took more memory than it may.
    """
    many = Data("slim charges", folder / "many", MANY)
    with slim.path.open("rb") as lines, many.path.open("wb") as file:
        file.write(lines.readline())
        file.writelines(islice(copies(lines), MANY))
    heading = many.heading
    print(heading, flush=True)
    made = apex(many, folder)
    many.path.unlink()
    assert max(made.load.peak, made.reload.peak) < MEMORY_LIMIT_MB
    text = f"Memory stays under {MEMORY_LIMIT_MB} MB, however many records come."
    return f"### {heading}\n\n{text}\n\n{table(HEADER, [made.cells])}"


def copies(lines: BinaryIO) -> Iterator[bytes]:
    """The records of a file again and again, each time with new keys."""
    for turn in count():
        lines.seek(0)
        for line in lines:
            if line.startswith(RECORD):
                yield line.replace(b'"id":"', b'"id":"%d_' % turn, 1)


def main() -> None:
    """Measure, and write the tables to RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=SLIM, help="slim ones; a fifth are full")
    parser.add_argument("--no-peers", action="store_true", help="install nothing")
    parser.add_argument("--no-growth", action="store_true", help="no million of charges")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        installed = None if args.no_peers else PEER.install(folder)
        peer = getattr(installed, "python", None)
        with data(folder, args.records, args.records * FULL // SLIM) as sources:
            tables = [section(source, folder, peer) for source in sources]
            if not args.no_growth:
                tables.append(growth(sources[0], folder))
    text = "\n\n".join([circumstances(f"DuckDB {version('duckdb')}"), *tables])
    print(text)
    if peer and not args.no_growth and args.records == SLIM:
        put("target", text)


if __name__ == "__main__":
    main()
