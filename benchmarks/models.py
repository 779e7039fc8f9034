"""Time the dbt models on generated worlds of growing size, and renew their part of RESULTS.md.

    python -m benchmarks.models [--charges 500000 1000000 2500000 5000000] [--folder DIR]

A world of N charges has 4 N page views, about two per visit: one or two visits within 120 days
before each charge, and visits of people who never pay. It has N / 2 people, most of whom are leads.
The largest world is also timed with one shared mailbox of 20,000 charges and 50,000 page views. In
each world, the credits of every attribution model are added up and must equal the raw charges.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from benchmarks import results
from benchmarks.worlds import MEMORY_LIMIT, THREADS, generate

PROJECT = Path(__file__).resolve().parent.parent / "transform"
ATTRIBUTION_MODELS = 7  # the number of models in transform/dbt_project.yml

# The credited amount and the amount of the raw charges, by attribution model and currency.
CREDITED = """
select attribution_model, currency, sum(credit_minor), count(*)
from marts.fct_attribution
group by attribution_model, currency
"""
BROUGHT = """
select currency, sum(amount_captured - refunded_amount)
from raw_stripe.charges
group by currency
"""


@dataclass(frozen=True)
class Timing:
    """The times of one build, in seconds."""

    shared: bool
    charges: int
    touches: int
    credits_: int
    attribution: float  # of fct_attribution and all models and seeds that it depends on
    models: float
    command: float
    cpu: float  # CPU time of the command, on all threads
    reading: float  # of adding up all credits
    peak_gigabytes: float
    slowest: str

    def row(self) -> list[str]:
        """A row of the table."""
        return [
            f"{self.charges:,} x {self.touches:,}" + (", one shared mailbox" * self.shared),
            f"{self.credits_:,}",
            f"{self.attribution:.1f}",
            f"{1e6 * self.attribution / self.charges:.1f}",
            f"{self.models:.1f}",
            f"{self.command:.1f}",
            f"{self.cpu:.0f}",
            f"{self.reading:.1f}",
            f"{self.peak_gigabytes:.1f}",
            self.slowest,
        ]


HEADER = [
    "charges x page views",
    "credits",
    "to `fct_attribution`, s",
    "µs a charge",
    "all models, s",
    "with dbt's start, s",
    "CPU s of it",
    "reading all credits, s",
    "peak GB",
    "slowest, s",
]


@dataclass(frozen=True)
class Build:
    """A build by dbt; times in seconds."""

    seconds: dict[str, float]  # by the unique id of the model or seed
    upstream: set[str]  # fct_attribution and all that it depends on
    command: float
    cpu: float
    peak_gigabytes: float

    def attribution(self) -> float:
        """The total time of fct_attribution and all models and seeds that it depends on."""
        return sum(spent for node, spent in self.seconds.items() if node in self.upstream)

    def slowest(self) -> str:
        """The three slowest models."""
        first = sorted(self.seconds.items(), key=lambda pair: -pair[1])[:3]
        return ", ".join(f"{node.split('.')[-1]} {spent:.1f}" for node, spent in first)


def profile(path: Path) -> dict[str, object]:
    """A dbt profile for a warehouse: one model at a time, on all threads that DuckDB may use."""
    settings = {
        "memory_limit": MEMORY_LIMIT,
        "threads": THREADS,
        "preserve_insertion_order": False,  # this and the next setting are as in transform/profiles
        "disabled_compression_methods": "dict_fsst",
    }
    output = {"type": "duckdb", "path": str(path), "threads": 1, "settings": settings}
    return {"stripe_apex": {"target": "duckdb", "outputs": {"duckdb": output}}}


def build(path: Path, folder: Path) -> Build:
    """Build all models and seeds, without the tests; dbt's own files go into `folder`."""
    (folder / "profiles.yml").write_text(json.dumps(profile(path)))
    dbt = Path(sys.executable).with_name("dbt")
    command = [dbt, "--quiet", "build", "--exclude-resource-type", "test", "unit_test"]
    folders = ["--project-dir", PROJECT, "--profiles-dir", folder]
    folders += ["--target-path", folder, "--log-path", folder]
    # Settings in the user's environment must not affect the measurement.
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("DBT_", "APEX_"))}
    started = time.perf_counter()
    subprocess.run([*command, *folders], check=True, env={**clean, "DO_NOT_TRACK": "1"})
    seconds = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = json.loads((folder / "run_results.json").read_text())["results"]
    parents = json.loads((folder / "manifest.json").read_text())["parent_map"]
    return Build(
        {result["unique_id"]: result["execution_time"] for result in ran},
        ancestors("model.stripe_apex.fct_attribution", parents),
        seconds,
        used.ru_utime + used.ru_stime,
        used.ru_maxrss / 1024**2,
    )


def ancestors(node: str, parents: dict[str, list[str]]) -> set[str]:
    """A node with all nodes that it depends on."""
    found = {node}
    waiting = [node]
    while waiting:
        new = set(parents.get(waiting.pop(), ())) - found
        found |= new
        waiting.extend(new)
    return found


def read_credits(warehouse: duckdb.DuckDBPyConnection) -> tuple[int, float]:
    """The number of credits, and the seconds that adding them up takes.

    Raises:
        SystemExit: the credits of an attribution model do not equal the charges.
    """
    started = time.perf_counter()
    credited = warehouse.execute(CREDITED).fetchall()
    seconds = time.perf_counter() - started
    brought = dict(warehouse.execute(BROUGHT).fetchall())
    models = {model for model, *_ in credited}
    sums = {(model, currency): total for model, currency, total, _ in credited}
    expected = {(model, currency): brought[currency] for model in models for currency in brought}
    if len(models) != ATTRIBUTION_MODELS or sums != expected:
        raise SystemExit(f"The credits {sums} are not the revenue {brought}.")
    return sum(rows for *_, rows in credited), seconds


def measure(charges: int, folder: Path, *, shared_mailbox: bool = False) -> Timing:
    """Generate a world, build it, add up its credits, and delete it."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = Path(place) / "warehouse.duckdb"
        generate(path, charges, shared_mailbox=shared_mailbox)
        built = build(path, Path(place))
        with duckdb.connect(str(path), read_only=True) as warehouse:
            warehouse.execute(f"set threads = {THREADS}; set memory_limit = '{MEMORY_LIMIT}'")
            credits_, reading = read_credits(warehouse)
    return Timing(
        shared=shared_mailbox,
        charges=charges,
        touches=4 * charges,
        credits_=credits_,
        attribution=built.attribution(),
        models=sum(built.seconds.values()),
        command=built.command,
        cpu=built.cpu,
        reading=reading,
        peak_gigabytes=built.peak_gigabytes,
        slowest=built.slowest(),
    )


def main() -> None:
    """Measure each size in a process of its own, so that each has its own peak of memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--charges", type=int, nargs="+", default=[500_000, 10**6, 2_500_000, 5 * 10**6]
    )
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--shared-mailbox", action="store_true", help="only this world, one size")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    if len(arguments.charges) == 1:
        timing = measure(
            arguments.charges[0], arguments.folder, shared_mailbox=arguments.shared_mailbox
        )
        print(json.dumps(timing.row()))
        return
    rows = [again(charges, arguments.folder) for charges in arguments.charges]
    rows.append(again(arguments.charges[-1], arguments.folder, "--shared-mailbox"))
    largest, shared = (float(row[2]) for row in rows[-2:])
    said = f"The shared mailbox costs {shared / largest:.2f} times the same world without one."
    where = results.circumstances(f"DuckDB {duckdb.__version__}", f"{MEMORY_LIMIT} at most")
    results.put("models", f"{said}\n\n{results.table(HEADER, rows)}\n\n{where}")


def again(charges: int, folder: Path, *options: str) -> list[str]:
    """Run this script for one world; returns its output."""
    command = [sys.executable, "-m", "benchmarks.models", "--charges", str(charges)]
    command += ["--folder", str(folder), *options]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    row: list[str] = json.loads(done.stdout.splitlines()[-1])
    print(" | ".join(row), flush=True)
    return row


if __name__ == "__main__":
    main()
