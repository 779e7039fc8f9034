"""Compares the target with DuckDB's JSON reader on records of many shapes: does the ratio hold?

    python benchmarks/target_shapes.py [--records N] [--repeats N] [--drawn N]

Both load the same file into an empty database, one after the other, on all cores. The result is the
median of several repeats. The table is written to RESULTS.md.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

import shapes
from measure import BIN, Usage
from results import circumstances, put, table
from target import READ_JSON, SCHEMA, SLIM, Data, fed

HEADER = (
    "shape", "columns", "bytes", "target-apex: s", "CPU s", "`read_json`: s", "CPU s", "ratio",
    "ratio by CPU",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """The measurements of both for one shape, each the median of all repeats."""

    source: Data
    own: tuple[float, float]
    alone: tuple[float, float]

    @property
    def ratios(self) -> tuple[float, float]:
        """The speed of target-apex as a share of `read_json`'s, by wall time and by CPU time."""
        return self.alone[0] / self.own[0], self.alone[1] / self.own[1]

    @property
    def cells(self) -> list[str]:
        """Cells in the order of `HEADER`."""
        size = self.source.path.stat().st_size / self.source.records
        return [
            self.source.title,
            f"{len(self.source.stream.columns) - 1}",
            f"{size:,.0f}",
            *(f"{value:.1f}" for value in (*self.own, *self.alone)),
            *(f"{value:.2f}" for value in self.ratios),
        ]


def compared(source: Data, folder: Path, repeats: int) -> Pair:
    """Load the data with both, in turn."""
    warehouse, alone = folder / "apex.duckdb", folder / "read_json.duckdb"
    config = folder / "target.json"
    config.write_text(json.dumps({"path": str(warehouse), "default_target_schema": SCHEMA}))
    fields = ", ".join(f'"{column.name}" {column.type}' for column in source.stream.columns)
    own_runs: list[Usage] = []
    alone_runs: list[Usage] = []
    for _ in range(repeats):
        own_runs.append(fed(source.path, BIN / "target-apex", "--config", config))
        query = (BIN / "python", "-c", READ_JSON, source.path, alone, f"STRUCT({fields})")
        alone_runs.append(fed(source.path, *query))
        warehouse.unlink()
        alone.unlink()
    return Pair(source, _medians(own_runs), _medians(alone_runs))


def _medians(runs: list[Usage]) -> tuple[float, float]:
    return median(each.seconds for each in runs), median(each.cpu for each in runs)


def main() -> None:
    """Measure, and write the table to RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=SLIM)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--drawn", type=int, default=10, help="shapes that are drawn at random")
    args = parser.parse_args()
    wanted = {"mixed": shapes.MIXED}
    wanted |= {f"drawn from {seed}": shapes.drawn(seed) for seed in range(args.drawn)}
    rows, ratios = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for seed, (title, kinds) in enumerate(wanted.items()):
            source = Data(title, folder / "lines", args.records)
            with source.path.open("wb") as file:
                file.writelines(shapes.messages(kinds, args.records, seed))
            pair = compared(source, folder, args.repeats)
            rows.append(pair.cells)
            ratios.append(pair.ratios)
            print(" | ".join(pair.cells), flush=True)
    clock, cpu = zip(*ratios, strict=True)
    words = (
        f"Of the rate of `read_json`, start included, target-apex reaches {min(clock):.2f} to "
        f"{max(clock):.2f} ({min(cpu):.2f} to {max(cpu):.2f} by CPU) on {args.records:,} records "
        f"of each shape; repeats: {args.repeats}, of which the median counts."
    )
    text, where = table(HEADER, rows), circumstances(f"DuckDB {version('duckdb')}")
    put("target shapes", f"{words}\n\n{text}\n\n{where}")


if __name__ == "__main__":
    main()
