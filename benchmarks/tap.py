"""The tap against a simulated account, beside a fetcher by hand and peers from PyPI.

    python benchmarks/tap.py [--only unlimited paced fast growth] [--no-peers]

Everything is measured in one run on one machine, so that ratios hold where times do not. The
tables go into RESULTS.md once all of them were measured.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from measure import BIN, KEY, Account, Usage, account, measure
from peers import AUTO_PAGING, FROM, FROM_ISO, PEERS
from results import circumstances, put, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

HERE = Path(__file__).parent
TO = 1_793_491_201
"""The last second of the simulated account's history, and one more."""

PAGE_SIZE = 100
LATENCY = ("--latency-ms", "120")
SOME = 5_000
"""Charges that a serial reader reads at 120 ms; at all of them it would sit for minutes."""

Table = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """What one reader made of an account."""

    reader: str
    charges: int
    pages: int
    usage: Usage

    @property
    def cells(self) -> list[str]:
        """As `HEADER` says."""
        usage = self.usage
        return [
            self.reader,
            f"{self.charges:,}",
            f"{usage.seconds:.1f}",
            f"{self.charges / usage.seconds:,.0f}",
            f"{self.charges / usage.reading:,.0f}",
            f"{usage.cpu:.2f}",
            f"{self.charges / usage.cpu:,.0f}",
            f"{usage.peak:.0f}",
            f"{self.pages:,}",
            f"{self.pages * PAGE_SIZE / self.charges - 1:+.1%}",
        ]


HEADER = (
    "reader", "charges", "seconds", "charges/s", "from the first line on", "CPU s",
    "charges/CPU s", "peak MB", "requests", "over charges/100",
)  # fmt: skip


def read(reader: str, stripe: Account, charges: int, command: Sequence[str | Path]) -> Row:
    """Measure one reader."""
    print(f"  {reader} ...", flush=True)
    stripe.forget()
    usage = measure(command, {"RUNTIME__DLTHUB_TELEMETRY": "false"})
    row = Row(reader, charges, stripe.requests(), usage)
    print(f"    {' | '.join(row.cells[1:])}", flush=True)
    return row


@contextmanager
def config(stripe: Account, per_second: int, **settings: object) -> Iterator[Path]:
    """A configuration of the tap, in a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.json"
        known = {
            "api_key": KEY,
            "api_base": stripe.url,
            "date_range": {"start": FROM_ISO},
            "max_requests_per_second": per_second,
        }
        path.write_text(json.dumps(known | settings), encoding="utf-8")
        yield path


def with_tap(stripe: Account, charges: int, per_second: int) -> Row:
    """The tap itself.

    Raises:
        AssertionError: it left out a charge.
    """
    with config(stripe, per_second) as path:
        row = read(
            "**tap-stripe-apex**", stripe, charges, [BIN / "tap-stripe-apex", "--config", path]
        )
    assert row.usage.lines > stripe.succeeded()
    return row


def by_hand(stripe: Account, charges: int, per_second: int | None, in_flight: int) -> Row:
    """The least that can do it.

    Raises:
        AssertionError: it left out a charge.
    """
    pace = ["--per-second", str(per_second)] if per_second else []
    command = [
        BIN / "python", HERE / "by_hand.py", stripe.url, KEY, str(FROM), str(TO),
        "--in-flight", str(in_flight), *pace,
    ]  # fmt: skip
    row = read("by hand", stripe, charges, command)
    assert row.usage.lines == stripe.succeeded()
    return row


def unlimited(environments: Path | None) -> Table:
    """No latency, no limit: what computing costs."""
    charges = 50_000
    with account(charges) as stripe:
        rows = [with_tap(stripe, charges, 100), by_hand(stripe, charges, None, 16)]
        for peer in PEERS if environments else ():
            rows.append(
                read(peer.name, stripe, charges, peer.install(environments).command(stripe.url))
            )
    tap, hand = (row.usage for row in rows[:2])
    start = start_up()
    text = (
        f"The tap may ask 100 times a second at most, which bounds it at 10,000 charges/s here. It "
        f"takes {tap.cpu / hand.cpu:.1f} times the CPU of the fetcher by hand; {start:.2f} s of "
        f"it go into its start, {(tap.cpu - start) / hand.cpu:.1f} times are left without."
    )
    return "No latency, no limit", f"{text}\n\n{table(HEADER, [row.cells for row in rows])}"


def start_up() -> float:
    """CPU seconds of a tap that reads nothing."""
    return measure([BIN / "tap-stripe-apex", "--about"]).cpu


def paced(environments: Path | None) -> Table:
    """Stripe's limit for one endpoint."""
    charges, rate = 60_000, 25
    with account(charges, *LATENCY, "--requests-per-second", str(rate)) as stripe:
        rows = [with_tap(stripe, charges, rate), by_hand(stripe, charges, rate, 4)]
        if environments:
            command = AUTO_PAGING.install(environments).command(stripe.url, str(SOME))
            rows.append(read(AUTO_PAGING.name, stripe, SOME, command))
    return _with_latency(charges, rate, rows)


def fast(_: Path | None) -> Table:
    """Stripe's limit for one account in live mode."""
    charges, rate = 150_000, 100
    with account(charges, *LATENCY, "--requests-per-second", str(rate)) as stripe:
        rows = [with_tap(stripe, charges, rate), by_hand(stripe, charges, rate, 16)]
    return _with_latency(charges, rate, rows)


def _with_latency(charges: int, rate: int, rows: Sequence[Row]) -> Table:
    share = charges / rows[0].usage.reading / (rate * PAGE_SIZE)
    text = (
        f"Once it has started, the tap reads at {share:.1%} of the {rate * PAGE_SIZE:,} charges/s "
        "that the limit allows."
    )
    title = f"120 ms latency, {rate} requests a second"
    return title, f"{text}\n\n{table(HEADER, [row.cells for row in rows])}"


def growth(_: Path | None) -> Table:
    """Ten times as many, and ten times as many again."""
    rows = []
    for charges in (10_000, 100_000, 1_000_000):
        with account(charges) as stripe:
            rows.append(with_tap(stripe, charges, 100))
    text = "The tap on accounts of growing size, as above: time grows with the charges, not memory."
    return "Growth", f"{text}\n\n{table(HEADER, [row.cells for row in rows])}"


SCENARIOS: dict[str, Callable[[Path | None], Table]] = {
    scenario.__name__: scenario for scenario in (unlimited, paced, fast, growth)
}


def main() -> None:
    """Measure, and write the tables down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=SCENARIOS, default=list(SCENARIOS))
    parser.add_argument("--no-peers", action="store_true")
    args = parser.parse_args()
    sections = []
    with tempfile.TemporaryDirectory() as folder:
        for name in args.only:
            print(f"{name}: {SCENARIOS[name].__doc__}", flush=True)
            title, text = SCENARIOS[name](None if args.no_peers else Path(folder))
            sections.append(f"### {title}\n\n{text}")
    when = circumstances(f"tap-stripe-apex {version('tap-stripe-apex')}")
    page = "\n\n".join([when, *sections])
    if args.no_peers or len(sections) < len(SCENARIOS):
        print(page)
    else:
        put("tap", page)


if __name__ == "__main__":
    main()
