"""Runs a campaign on an account and its warehouse."""

from __future__ import annotations

import json
import logging
import tempfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stripe_simulator.account import Account
from stripe_simulator.keys import ALL, DEFAULT_KEY, Key, Permission
from stripe_simulator.server import Simulator, serve
from tests.chaos.campaign import (
    EVERYTHING,
    BadState,
    Campaign,
    Catalog,
    DiskFull,
    Network,
    Permissions,
    Run,
    Signal,
    draw,
)
from tests.chaos.catalogs import catalog
from tests.chaos.comparison import Verdict, compare, compare_whole
from tests.chaos.disk import Disk, disk
from tests.chaos.manners import ill_mannered, shown
from tests.chaos.pipeline import End, Pipeline
from tests.chaos.process import Conditions
from tests.chaos.states import States
from tests.chaos.surroundings import Surroundings, surround
from tests.conftest import NOW
from tests.whole.holdings import held
from tests.whole.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.comparison import Row

Truth = dict[str, dict[str, "Row"]]

EVENTS_LIFE = timedelta(days=25)
"""Somewhat less than the time for which Stripe keeps events."""


@dataclass
class Outcome:
    """The outcome of a campaign.

    Attributes:
        seed: the number of the campaign.
        troubles: how often each kind of trouble occurred.
        runs: the number of runs.
        complete: the number of runs that ended with exit code 0.
        verdict: the compared records, and those that were wrong.
        secrets: the places where a secret or an address was shown.
        manners: what was wrong with the way in which runs ended.
    """

    seed: int
    troubles: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    complete: int = 0
    verdict: Verdict = field(default_factory=Verdict)
    secrets: list[str] = field(default_factory=list)
    manners: list[str] = field(default_factory=list)

    @property
    def complaints(self) -> list[str]:
        """All that went wrong."""
        return [*self.verdict.wrong, *self.secrets, *self.manners]


def live_alone(seed: int) -> Outcome:
    """Run the campaign with a number in a temporary folder."""
    # A server that ends while a request hangs would log that.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        return live(draw(seed), Path(folder))


def live(campaign: Campaign, folder: Path, pipeline: type[Pipeline] = Pipeline) -> Outcome:
    """Do all runs of a campaign in an empty folder."""
    account = Account(now=NOW, listing_delay=campaign.listing_delay, old_events=campaign.old_events)
    with serve(account) as server, disk(folder / "disk") as its_disk:
        life = Life(campaign, World(account), server, folder, its_disk, pipeline)
        for run in campaign.runs:
            life.go_through(run)
        life.compare_with_a_fresh_one()
    return life.outcome


class Life:
    """An account, its warehouse, and the state between them."""

    def __init__(
        self,
        campaign: Campaign,
        world: World,
        server: Simulator,
        folder: Path,
        its_disk: Disk,
        pipeline: type[Pipeline],
    ) -> None:
        self.outcome = Outcome(campaign.seed)
        self._campaign, self._world, self._server = campaign, world, server
        self._folder, self._disk, self._pipeline = folder, its_disk, pipeline
        self._states = States(folder)
        self._warehouse = its_disk.folder / "warehouse.duckdb"
        self._unknown: set[str] = set()
        self._blind = False

    def go_through(self, run: Run) -> None:
        """Do the actions before a run and the run, and check what must be true afterwards."""
        for action in run.before:
            self._world.act(*action)
        self._world.account.advance(run.wait)
        last = run is self._campaign.runs[-1]
        self._forget_what_cannot_be_known(run, last=last)
        began = self._world.account.now
        moments = [self._truth()]
        self._server.requests.clear()
        with surround(run, self._server, self._states, self._warehouse, self._disk) as around:
            pipeline = self._pipeline(
                self._folder,
                [each for each in run.troubles if isinstance(each, Signal)],
                {
                    "tap": Conditions(
                        around.clock,
                        hurried=any(isinstance(each, Network) for each in run.troubles),
                    ),
                    "target": Conditions(around.clock, largest_file=around.largest_file),
                },
                around.states,
            )
            with self._meddling(run, pipeline, moments, around.struck):
                end = pipeline.run(self._tap(run, around), self._target(run, around))
            self._count(run, end, around.struck)
        read_all = end.complete and "customers" in run.catalog.streams
        self._states.keep(end.state, at=began if read_all else None)
        place = f"run {self.outcome.runs} of campaign {self._campaign.seed}"
        self._judge(place, run, end, moments, around)
        if last and not end.complete:
            self.outcome.manners.append(f"{place}: without any trouble, {end.codes} {end.said}")

    def _truth(self) -> Truth:
        return self._world.truth(settled=self._campaign.settled)

    def _forget_what_cannot_be_known(self, run: Run, *, last: bool) -> None:
        lacking = frozenset[Permission]().union(
            *(each.lacking for each in run.troubles if isinstance(each, Permissions))
        )
        if last:
            self._unknown.clear()
        if Permission.CUSTOMERS in lacking:
            self._unknown |= {"customer_email", "customer_metadata"}
        if Permission.PROMOTION_CODES in lacking:
            self._unknown.add("promotion_code")
        # Without events, deleted customers cannot be known.
        forgotten = any(
            isinstance(each, BadState) and each.what in {"lost", "empty"} for each in run.troubles
        )
        age = self._states.age(self._world.account.now)
        self._blind |= forgotten or Permission.EVENTS in lacking or age > EVENTS_LIFE

    @contextmanager
    def _meddling(
        self, run: Run, pipeline: Pipeline, moments: list[Truth], struck: Counter[str]
    ) -> Iterator[None]:
        """Change account and key during the run's requests."""
        pending = list(run.during)
        permissions = [each for each in run.troubles if isinstance(each, Permissions)]
        asked = 0

        def meddle(request: Any) -> None:
            nonlocal asked
            asked += 1
            pipeline.asked()
            for each in permissions:
                if asked == each.nth:
                    self._take_away(each)
                    struck[each.kind] += 1
            if pending and request.path != "/v1/events":
                self._world.act(*pending.pop())
                moments.append(self._truth())
                struck["account changed during the run"] += 1

        self._server.on_request = meddle
        try:
            yield
        finally:
            self._server.on_request = None
            self._server.keys.add(Key(DEFAULT_KEY))

    def _take_away(self, permissions: Permissions) -> None:
        if permissions.lacking == ALL:
            self._server.keys.revoke(DEFAULT_KEY)
        else:
            self._server.keys.add(Key(DEFAULT_KEY, ALL - permissions.lacking))

    def _tap(self, run: Run, around: Surroundings) -> list[str]:
        config = {
            "api_key": DEFAULT_KEY,
            "api_base": around.url,
            "date_range": run.date_range or EVERYTHING,
            "max_requests_per_second": 100,
            "expand_balance_transactions": self._campaign.settled,
        }
        words = ["tap-stripe-apex", "--config", self._write("tap", config)]
        words += ["--catalog", self._write("catalog", catalog(run.catalog))]
        return words if around.state is None else [*words, "--state", str(around.state)]

    def _target(self, run: Run, around: Surroundings) -> list[str]:
        config = {
            "path": str(self._warehouse),
            "hard_delete": self._campaign.hard_delete,
            "batch_size_rows": run.batch,
            "lock_wait_seconds": around.lock_wait,
        }
        return ["target-apex", "--config", self._write("target", config)]

    def _write(self, name: str, content: dict[str, Any]) -> str:
        path = self._folder / f"{name}.json"
        path.write_text(json.dumps(content))
        return str(path)

    def _count(self, run: Run, end: End, struck: Counter[str]) -> None:
        """Count the other troubles that occurred, since some come too late to affect the run."""
        for each in run.troubles:
            match each:
                case Network():
                    asked = self._server.requests.count(each.fault.path)
                    struck[each.kind] += asked >= each.fault.nth
                case Signal():
                    struck[each.kind] += each in end.signals
                case DiskFull():
                    struck[each.kind] += bool(end.codes["target"])
        struck["catalog changed"] += run.catalog != Catalog()
        struck["date range changed"] += run.date_range is not None
        self.outcome.troubles += struck

    def _judge(
        self, place: str, run: Run, end: End, moments: list[Truth], around: Surroundings
    ) -> None:
        outcome = self.outcome
        outcome.runs += 1
        outcome.complete += end.complete
        outcome.manners += [f"{place}: {each}" for each in ill_mannered(end)]
        if around.refused and end.complete:
            outcome.manners.append(f"{place}: nobody refused it")
        outcome.secrets += [f"{place}: {each}" for each in shown(end.said, self._files())]
        if end.complete:
            verdict = self._compare(run, moments)
            verdict.wrong = [f"{place}: {each}" for each in verdict.wrong]
            outcome.verdict.add(verdict)

    def _files(self) -> list[Path]:
        """All files that runs leave, except the tap's settings, which contain the key."""
        return [
            path for path in self._folder.rglob("*") if path.is_file() and path.name != "tap.json"
        ]

    def _compare(self, run: Run, moments: list[Truth]) -> Verdict:
        verdict = Verdict()
        whole = run.date_range != {"last_days": 3}
        since = int((self._world.account.now - timedelta(days=2)).timestamp())
        for stream in run.catalog.streams if whole else ["charges"]:
            left_out = {name for of, name in run.catalog.left_out if of == stream}
            found = held(self._warehouse, stream, left_out)
            if stream == "customers" and self._blind:
                found = {id_: row for id_, row in found.items() if id_ in moments[0][stream]}
            verdict.add(
                compare(
                    stream,
                    found,
                    [moment[stream] for moment in moments],
                    unknown=self._unknown | left_out,
                    matters=lambda row: whole or row[0] >= since,
                )
            )
        return verdict

    def compare_with_a_fresh_one(self) -> None:
        """Check every column against an empty warehouse that a single run without trouble fills."""
        if self.outcome.complaints:
            return
        warehouse, self._warehouse = self._warehouse, self._disk.folder / "fresh.duckdb"
        run = Run(catalog=self._campaign.runs[-1].catalog)
        around = Surroundings(self._server.url, self._states.log)
        conditions = {"tap": Conditions(), "target": Conditions()}
        pipeline = self._pipeline(self._folder, [], conditions, around.states)
        end = pipeline.run(self._tap(run, around), self._target(run, around))
        if not end.complete:
            self.outcome.manners.append(f"a run into an empty warehouse: {end.codes} {end.said}")
            return
        truth = self._truth()
        for stream in run.catalog.streams:
            verdict = compare_whole(stream, warehouse, self._warehouse, truth[stream])
            self.outcome.verdict.add(verdict)
