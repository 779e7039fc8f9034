"""`stripe-apex status`."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import click
from typing_extensions import override

from stripe_apex.saying import counted, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stripe_apex.status import Status

_NAMES = {
    "touchpoints": "visits",
    "experiment_exposures": "exposures",
    "fx_rates": "exchange rates",
}
"""Names that differ from those of the tables."""


class _Duration(click.ParamType[timedelta]):
    """A number with a unit, such as 90m, 2h or 1d."""

    name = "duration"

    @override
    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> timedelta:
        units = {"m": "minutes", "h": "hours", "d": "days"}
        match = re.fullmatch(r"(\d{1,6})([mhd])", str(value))
        if match is None:
            self.fail(f"{value!r} is no duration. Say 90m, 2h or 1d.", param, ctx)
        return timedelta(**{units[match[2]]: int(match[1])})


@click.command()
@click.option("--warehouse", help="As for `stripe-apex report`.")
@click.option(
    "--max-age",
    type=_Duration(),
    help="How long ago the last successful run may have ended: 90m, 2h, 1d.",
)
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@click.option(
    "--notify",
    "notifies",
    is_flag=True,
    help="Tell the webhook in APEX_NOTIFY_URL if something is wrong.",
)
@click.pass_context
def status(
    ctx: click.Context,
    *,
    warehouse: str | None,
    max_age: timedelta | None,
    form: Literal["text", "json"],
    notifies: bool,
) -> None:
    """Say what is connected, how far it was read, how fresh each source is, and what fails.

    Exit code 1 if the last run or a check of the models failed, or with --max-age, if no run has
    gone well for that long. Stripe is not asked.
    """
    from stripe_apex.errors import OptionError
    from stripe_apex.notify import VARIABLE, notify
    from stripe_apex.status import status as look
    from tap_stripe_apex.auth.places import environment

    now = datetime.now(UTC)
    found = look(warehouse, environment(), max_age, now)
    say(found.as_json() if form == "json" else "\n".join(_lines(found, now)))
    if not found.problems:
        return
    if notifies:
        url = os.environ.get(VARIABLE)
        if not url:
            raise OptionError(f"--notify needs the address of a webhook in {VARIABLE}.")
        notify(url, f"tap-stripe-apex, {found.warehouse}: something is wrong.", found.problems)
    ctx.exit(1)


def _lines(found: Status, now: datetime) -> Iterator[str]:
    yield _row("account", found.account)
    yield _row("warehouse", found.warehouse)
    run, good, read = found.last_run, found.last_good_run, found.coverage
    if run is None:
        yield _row("last run", "none that Meltano knows of")
    else:
        how = "went well" if run.succeeded else "failed"
        yield _row("last run", f"{how}, {_ago(run.ended_at, now)}")
    if run is not None and not run.succeeded:
        yield _row("last good run", _ago(good.ended_at, now) if good else "none")
    if read is not None:
        until = f", as of {read.as_of:%Y-%m-%d %H:%M} UTC" if read.as_of else ""
        start = f"{read.start:%Y-%m-%d}"
        yield _row("read", f"{read.percent}% of the date range from {start} on{until}")
    for name, held in found.holdings.items():
        days = f", {held.first} to {held.last}" if held.first else ""
        yield _row(_NAMES.get(name, name.replace("_", " ")), f"{counted(held.rows, 'row')}{days}")
    if found.is_busy:
        yield _row("", "A run is writing the warehouse, so its rows are not shown.")
    yield ""
    yield from (f"Problem: {problem}" for problem in found.problems)
    if not found.problems:
        yield "No problem was found."


def _row(name: str, said: str) -> str:
    return f"{name:<15} {said}"


def _ago(moment: datetime, now: datetime) -> str:
    minutes = int((now - moment).total_seconds() // 60)
    ago = f"{minutes} min ago" if minutes < 120 else f"{minutes // 60} hours ago"
    return f"{moment:%Y-%m-%d %H:%M} UTC ({ago})"
