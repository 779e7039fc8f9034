"""Compares the tap with a hand-written fetcher and with peers from PyPI, on a simulated account.

    python benchmarks/tap.py [--only growth paced fast] [--no-peers]

All rows of a table are measured in one run on one machine, so that their ratios are valid elsewhere
even if their times are not. Each table is written to RESULTS.md as soon as it is measured.
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
from peers import AUTO_PAGING, FROM, FROM_ISO, PEERS, TO, Installed, NotInstalled, Peer
from results import circumstances, put, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

HERE = Path(__file__).parent
PAGE_SIZE = 100
LATENCY = ("--latency-ms", "120")
SOME = 5_000
"""Charges for a serial reader at a latency of 120 ms; all charges would take it minutes."""

PATIENCE = 120
"""A peer that would take more seconds, judging by its speed on a smaller account, is not run."""

SIZES = (10_000, 100_000, 1_000_000)

Table = tuple[str, str]
"""The title of a table, and its text."""


@dataclass(frozen=True, slots=True)
class Row:
    """The measurement of one reader."""

    reader: str
    charges: int
    pages: int
    usage: Usage

    @property
    def cells(self) -> list[str]:
        """Cells in the order of `HEADER`; one is empty for readers that do not output charges."""
        usage = self.usage
        return [
            self.reader,
            f"{self.charges:,}",
            f"{usage.seconds:.1f}",
            f"{self.charges / usage.seconds:,.0f}",
            f"{self.charges / usage.reading:,.0f}" if usage.lines > self.charges // 2 else "",
            f"{usage.cpu:.2f}",
            f"{self.charges / usage.cpu:,.0f}",
            f"{usage.peak:.0f}",
            f"{self.pages:,}",
            f"{self.pages * PAGE_SIZE / self.charges - 1:+.1%}",
        ]


@dataclass(frozen=True, slots=True)
class NoRow:
    """A reader that was not measured, and why."""

    reader: str
    charges: int
    why: str

    @property
    def cells(self) -> list[str]:
        """Cells in the order of `HEADER`, with the reason in place of the figures."""
        return [self.reader, f"{self.charges:,}", self.why, *[""] * (len(HEADER) - 3)]


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
    """A context manager that yields a configuration file of the tap."""
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
    """Measure the tap.

    Raises:
        AssertionError: the reader left out a charge.
    """
    with config(stripe, per_second) as path:
        row = read(
            "**tap-stripe-apex**", stripe, charges, [BIN / "tap-stripe-apex", "--config", path]
        )
    assert row.usage.lines > stripe.succeeded()
    return row


def by_hand(stripe: Account, charges: int, per_second: int | None, in_flight: int) -> Row:
    """Measure the hand-written fetcher.

    Raises:
        AssertionError: the reader left out a charge.
    """
    pace = ["--per-second", str(per_second)] if per_second else []
    command = [
        BIN / "python", HERE / "by_hand.py", stripe.url, KEY, str(FROM), str(TO),
        "--in-flight", str(in_flight), *pace,
    ]  # fmt: skip
    row = read("by hand", stripe, charges, command)
    assert row.usage.lines == stripe.succeeded()
    return row


def start_up(*command: str | Path) -> float:
    """CPU seconds of a program that only starts and reads nothing."""
    return measure(command).cpu


class Peers:
    """The peers, each installed when it is first needed.

    Args:
        folder: the folder of their environments; None if peers are left out.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._installed: dict[Peer, Installed | NotInstalled] = {}
        self._seconds_per_charge: dict[Peer, float] = {}

    def read(
        self, peers: Iterable[Peer], stripe: Account, charges: int, *options: str
    ) -> Iterator[Row | NoRow]:
        """Measure the peers; the row of one that is too slow or not installed has the reason."""
        for peer in peers if self._folder else ():
            row = self._read(peer, stripe, charges, *options)
            if isinstance(row, NoRow):
                print(f"  {peer.name}: {row.why}", flush=True)
            yield row

    def _read(self, peer: Peer, stripe: Account, charges: int, *options: str) -> Row | NoRow:
        assert self._folder
        if peer not in self._installed:
            print(f"  installing {peer.requirement} ...", flush=True)
            self._installed[peer] = peer.install(self._folder)
        installed = self._installed[peer]
        if isinstance(installed, NotInstalled):
            return NoRow(peer.name, charges, "could not be installed")
        expected = self._seconds_per_charge.get(peer, 0) * charges
        if expected > PATIENCE:
            return NoRow(peer.name, charges, f"about {expected / 60:.0f} minutes")
        try:
            row = read(peer.name, stripe, charges, installed.command(stripe.url, *options))
        except RuntimeError as exc:
            print(f"    {exc}", flush=True)
            return NoRow(peer.name, charges, "failed")
        self._seconds_per_charge[peer] = row.usage.seconds / charges
        return row


def growth(peers: Peers) -> Table:
    """No latency, no limit: the cost of computing, and how it grows."""
    rows: list[Row | NoRow] = []
    tap_start = start_up(BIN / "tap-stripe-apex", "--about")
    hand_start = start_up(BIN / "python", HERE / "by_hand.py", "--help")
    ratios = []
    for charges in SIZES:
        print(f"  an account of {charges:,} charges ...", flush=True)
        with account(charges) as stripe:
            tap = with_tap(stripe, charges, 100)
            hand = by_hand(stripe, charges, None, 16)
            rows += [tap, hand, *peers.read(PEERS, stripe, charges)]
        ratios.append((tap.usage.cpu - tap_start) / (hand.usage.cpu - hand_start))
    text = (
        f"To start takes the tap {tap_start:.2f} s of CPU. What it then spends on a charge is "
        f"{_listed(f'{ratio:.1f}' for ratio in ratios)} times what the fetcher by hand does. It asks "
        "100 times a second at most, which bounds it at 10,000 charges/s; the others are not bound. "
        f"Where a peer has a time instead of figures, it would have taken longer than {PATIENCE} s."
    )
    return "No latency, no limit", f"{text}\n\n{table(HEADER, [row.cells for row in rows])}"


def paced(peers: Peers) -> Table:
    """Stripe's limit for one endpoint."""
    charges, rate = 60_000, 25
    with account(charges, *LATENCY, "--requests-per-second", str(rate)) as stripe:
        tap = with_tap(stripe, charges, rate)
        hand = by_hand(stripe, charges, rate, 4)
        serial = peers.read([AUTO_PAGING], stripe, SOME, str(SOME))
        return _with_latency(rate, [tap, hand, *serial])


def fast(_: Peers) -> Table:
    """Stripe's limit for one account in live mode."""
    charges, rate = 150_000, 100
    with account(charges, *LATENCY, "--requests-per-second", str(rate)) as stripe:
        tap = with_tap(stripe, charges, rate)
        return _with_latency(rate, [tap, by_hand(stripe, charges, rate, 16)])


def busy(_: Peers) -> Table:
    """A third of all charges on one day, at Stripe's limit in live mode."""
    charges, rate = 150_000, 100
    options = (*LATENCY, "--requests-per-second", str(rate), "--great-share", "30")
    with account(charges, *options) as stripe:
        tap = with_tap(stripe, charges, rate)
        title, text = _with_latency(rate, [tap, by_hand(stripe, charges, rate, 16)])
    return f"{title}, 30% of the charges in one day", text


def _with_latency(rate: int, rows: Sequence[Row | NoRow]) -> Table:
    tap = rows[0]
    assert isinstance(tap, Row)
    share = tap.charges / tap.usage.reading / (rate * PAGE_SIZE)
    text = (
        f"Once it has started, the tap reads at {share:.1%} of the {rate * PAGE_SIZE:,} charges/s "
        "that the limit allows."
    )
    title = f"120 ms latency, {rate} requests a second"
    return title, f"{text}\n\n{table(HEADER, [row.cells for row in rows])}"


def _listed(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}"


SCENARIOS: dict[str, Callable[[Peers], Table]] = {
    scenario.__name__: scenario for scenario in (growth, paced, fast, busy)
}


def main() -> None:
    """Measure, and write the tables to RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=SCENARIOS, default=list(SCENARIOS))
    parser.add_argument("--no-peers", action="store_true", help="and leave RESULTS.md as it is")
    args = parser.parse_args()
    when = circumstances(f"tap-stripe-apex {version('tap-stripe-apex')}")
    with tempfile.TemporaryDirectory() as folder:
        peers = Peers(None if args.no_peers else Path(folder))
        for name in args.only:
            print(f"{name}: {SCENARIOS[name].__doc__}", flush=True)
            title, text = SCENARIOS[name](peers)
            page = f"### {title}\n\n{text}\n\n{when}"
            if args.no_peers:
                print(page, flush=True)
            else:
                put(f"tap {name}", page)


if __name__ == "__main__":
    main()
