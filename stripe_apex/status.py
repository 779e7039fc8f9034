"""The status of the pipeline: what is connected, what was read, and whether anything is wrong.

It makes no request to Stripe, so a monitor may call it once a minute.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from stripe_apex import account, meltano
from stripe_apex.build_failures import build_failures
from stripe_apex.errors import BusyWarehouseError, NoWarehouseError
from stripe_apex.sources.holdings import Holding, holdings
from stripe_apex.storage import where_key
from stripe_apex.warehouse import is_postgres, open_warehouse, redacted
from tap_stripe_apex.auth.places import project_root, token_path
from tap_stripe_apex.reading.bookmark import Bookmark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import timedelta
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage of the charges.

    Attributes:
        start: the start of the date range, UTC.
        as_of: Stripe's time as of which the charges are true; None before the first complete run.
        percent: of the date range that was read.
    """

    start: datetime
    as_of: datetime | None
    percent: int


@dataclass(frozen=True, slots=True)
class Status:
    """The status of the pipeline.

    Attributes:
        account: the connected account, in words.
        warehouse: its address, without a password.
        last_run: the last run of the tap; None if Meltano knows of none.
        last_good_run: the last successful run.
        coverage: the coverage of the charges; None if there is no state.
        holdings: rows and days of each kind of data that is there, charges first.
        is_busy: whether a run is writing the warehouse, so that its rows cannot be counted.
        failing: models and tests that failed when this warehouse was last built.
        problems: one line for each problem.
    """

    account: str
    warehouse: str
    last_run: meltano.TapRun | None
    last_good_run: meltano.TapRun | None
    coverage: Coverage | None
    holdings: Mapping[str, Holding]
    is_busy: bool
    failing: tuple[str, ...]
    problems: tuple[str, ...]

    def as_json(self) -> str:
        """The status as JSON."""
        run, good, read = self.last_run, self.last_good_run, self.coverage
        said: dict[str, Any] = {
            "account": self.account,
            "warehouse": self.warehouse,
            "last_run": run and {"ended_at": run.ended_at, "succeeded": run.succeeded},
            "last_good_run_ended_at": good and good.ended_at,
            "coverage": read and asdict(read),
            "holdings": {name: asdict(held) for name, held in self.holdings.items()},
            "is_busy": self.is_busy,
            "failing": self.failing,
            "problems": self.problems,
        }
        return json.dumps(said, indent=2, default=_in_iso)


def status(
    address: str | None, environ: Mapping[str, str], max_age: timedelta | None, now: datetime
) -> Status:
    """The status of this project's pipeline.

    Args:
        address: of the warehouse; None for that of the connected account, else the demo's.
        environ: the environment with the project's `.env`.
        max_age: the greatest age of the last successful run; None for no limit.
        now: the time, UTC.

    Raises:
        WarehouseError: the warehouse cannot be read.
    """
    address = address or account.warehouse_address(environ)
    root = project_root(environ)
    runs = [
        run
        for run in (meltano.runs_of_tap(root) if root else [])
        if run.environment in _environments(address, root)
    ]
    last = next(iter(runs), None)
    good = next((run for run in runs if run.succeeded), None)
    try:
        (held, failing), is_busy = _look(address), False
    except BusyWarehouseError:
        held, failing, is_busy = {}, (), True
    return Status(
        account=_account(environ),
        warehouse=redacted(address),
        last_run=last,
        last_good_run=good,
        coverage=_coverage(root, good) if root and good else None,
        holdings=held,
        is_busy=is_busy,
        failing=failing,
        problems=tuple(_problems(last, good, failing, max_age, now)),
    )


def _environments(address: str, root: Path | None) -> tuple[str, ...]:
    """The Meltano environments that write to a warehouse."""
    if account.is_demo(address, root):
        return ("demo",)
    return ("prod",) if is_postgres(address) else ("dev",)


def _account(environ: Mapping[str, str]) -> str:
    if not account.is_begun(environ):
        return "none: the simulated account is read"
    tokens = token_path(environ.get("TAP_STRIPE_APEX_TOKEN_FILE"), environ)
    if tokens.exists():
        return f"your own, by the Stripe App (tokens in {tokens})"
    place = where_key(environ)
    return f"your own, by a key in {place or 'the environment'}"


def _coverage(root: Path, run: meltano.TapRun) -> Coverage | None:
    state = meltano.state_of(root, run.name).get("charges", {})
    bookmark = Bookmark.from_state(state, "charges")
    if bookmark.range is None:
        return None
    position = bookmark.position
    return Coverage(
        start=datetime.fromtimestamp(bookmark.range.start, UTC),
        as_of=datetime.fromtimestamp(position, UTC) if position is not None else None,
        percent=bookmark.percent,
    )


def _look(address: str) -> tuple[dict[str, Holding], tuple[str, ...]]:
    """What there is of each kind, charges first, and what failed in the last build."""
    try:
        with open_warehouse(address, lock_wait_seconds=1) as warehouse:
            failing = tuple(str(failure) for failure in build_failures(warehouse))
    except NoWarehouseError:
        return {}, ()
    held = holdings(address)
    return {"charges": held.payments or Holding(0, None, None), **held.kinds}, failing


def _problems(
    last: meltano.TapRun | None,
    good: meltano.TapRun | None,
    failing: tuple[str, ...],
    max_age: timedelta | None,
    now: datetime,
) -> Iterator[str]:
    if last is not None and not last.succeeded:
        yield f"The last run, which ended at {last.ended_at:%Y-%m-%d %H:%M} UTC, failed."
    if max_age is not None and good is None:
        yield "No run has gone well yet."
    elif max_age is not None and good is not None and now - good.ended_at > max_age:
        yield (
            f"The last run that went well ended at {good.ended_at:%Y-%m-%d %H:%M} UTC, "
            "longer ago than --max-age allows."
        )
    yield from (f"Of the last build, {line}" for line in failing)


def _in_iso(value: date | datetime) -> str:
    return value.isoformat()
