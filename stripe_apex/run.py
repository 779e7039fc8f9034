"""`make run`: reads Stripe, or the simulated account, into a DuckDB file, and builds the marts.

Meltano runs tap, target and dbt. Its log goes to a file, and the terminal shows the progress. When
this process ends, for whatever reason, it ends the processes that it started.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from stripe_apex import account
from stripe_apex.errors import MissingPartError, NoWarehouseError, WarehouseError
from stripe_apex.leftovers import tidy
from stripe_apex.programs import find_program, search_path, without_secrets
from stripe_apex.progress import OutputReader
from stripe_apex.warehouse import ACCOUNT_ADDRESS, open_warehouse
from tap_stripe_apex.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from stripe_apex.progress import Progress
    from stripe_apex.terminal import Show

LOG: Final = Path("output/run.log")
"""The complete output of the last run."""

_DURATIONS: Final = Path("output/durations.json")
_RESULTS: Final = Path("transform/target/run_results.json")
_PATIENCE_SECONDS: Final = 10.0
"""Seconds between the request to end and the killing of a program."""

_CHARGES: Final = """
select count(*) from information_schema.tables
where table_schema = 'raw_stripe' and table_name = 'charges'
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """The account of a run, and its warehouse.

    Attributes:
        simulated: whether it is the simulated account.
        environment: the Meltano environment.
        warehouse: the DuckDB file.
    """

    simulated: bool
    environment: str
    warehouse: str

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Self:
        """The plan for the user's account if one is being connected, else for the simulated one."""
        if account.is_begun(environ):
            return cls(simulated=False, environment="dev", warehouse=ACCOUNT_ADDRESS)
        return cls(simulated=True, environment="demo", warehouse=account.DEMO_WAREHOUSE)

    def announcement(self) -> str:
        """A line about what will happen, with the usual duration if it is known."""
        what = (
            "No Stripe key is configured: reading the simulated account."
            if self.simulated
            else "Reading your Stripe account."
        )
        seconds = _known_durations().get(self.environment)
        if seconds is not None:
            takes = f"The last run took {_in_words(seconds)}."
        elif self.simulated:
            takes = "That takes about a minute on two cores."
        else:
            takes = "The first run reads the whole date range; later ones, what has changed."
        return f"{what} Then the models are built. {takes}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a run.

    Attributes:
        code: the exit code of Meltano; 0 for success.
        is_built: whether all marts are up to date; if a model failed, some are of an earlier run.
        has_results: whether dbt got far enough to tell what failed.
        reason: why it failed, in one line; empty if only models or their tests failed.
    """

    code: int
    is_built: bool
    has_results: bool
    reason: str


def run(plan: Plan, environ: Mapping[str, str], show: Show) -> Outcome:
    """Read the account and build the marts, in the folder of the project.

    Args:
        plan: the account and the warehouse.
        environ: the environment of the programs.
        show: gets their output and progress.

    Raises:
        MissingPartError: Meltano is not installed, or the simulated account cannot be started.
    """
    meltano = find_program("meltano")
    if meltano is None:
        raise MissingPartError("Meltano is not installed. `make run` makes its environment first.")
    refresh = () if _has_charges(plan.warehouse) else ("--full-refresh",)
    steps = ("tap-stripe-apex", "target-apex", "dbt:refresh")
    tidy(Path())
    command = [meltano, "--environment", plan.environment, "run", *refresh, *steps]
    _RESULTS.unlink(missing_ok=True)
    began = time.monotonic()
    variables = dict(environ, PATH=search_path(), MELTANO_CLI_LOG_FORMAT="json")
    if plan.simulated:
        with _simulated_account(without_secrets(variables)) as url:
            variables["TAP_STRIPE_APEX_API_BASE"] = url
            code, progress = _follow(command, variables, show)
    else:
        code, progress = _follow(command, variables, show)
    statuses = _statuses()
    if code == 0:
        _remember_duration(plan.environment, time.monotonic() - began)
    return Outcome(
        code=code,
        is_built=code == 0 or (bool(statuses) and not {"error", "skipped"} & set(statuses)),
        has_results=bool(statuses),
        reason=progress.reason,
    )


def _follow(
    command: Sequence[str], variables: Mapping[str, str], show: Show
) -> tuple[int, Progress]:
    """Run a pipeline, log its output and show its progress; returns its exit code."""
    reader = OutputReader()
    LOG.parent.mkdir(mode=0o700, exist_ok=True)
    with (
        open(LOG, "w", encoding="utf-8", opener=_private) as log,
        _started(command, variables) as process,
    ):
        assert process.stdout is not None  # noqa: S101 - for the type checker
        for line in process.stdout:
            said = reader.read(line)
            if said:
                log.write(f"{said}\n")
            show(line, reader.progress)
        return process.wait(), reader.progress


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextmanager
def _started(
    command: Sequence[str], variables: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """A program in a process group of its own, which is ended as a whole."""
    process = subprocess.Popen(  # noqa: S603 - no shell
        command,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """End a process group, first by a signal that lets it clean up."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_PATIENCE_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def _simulated_account(variables: Mapping[str, str]) -> Iterator[str]:
    """The address of a simulated account that runs inside the context.

    Raises:
        MissingPartError: the simulated account does not start.
    """
    program = find_program("stripe-apex") or "stripe-apex"
    with tempfile.TemporaryDirectory() as folder:
        address = Path(folder, "url")
        command = (program, "simulate", "--port", "0", "--url-file", str(address))
        with _started(command, variables) as process:
            while not address.exists():
                if process.poll() is not None:
                    said = process.stdout.read().strip() if process.stdout else ""
                    raise MissingPartError(f"The simulated account does not start. {said}")
                time.sleep(0.05)
            yield address.read_text(encoding="utf-8")


def _has_charges(warehouse: str) -> bool:
    """Whether a run has loaded charges; if not, Meltano's state must not be used.

    The existence of the file is not enough, since an import may have created it.
    """
    try:
        with open_warehouse(warehouse, lock_wait_seconds=0) as opened:
            return bool(opened.value(_CHARGES))
    except NoWarehouseError:
        return False
    except WarehouseError:  # another process is writing it, or the target will report what is wrong
        return True


def _statuses() -> list[str]:
    """The result of each model in the last build; empty if dbt did not get that far."""
    if not _RESULTS.exists():
        return []
    results = json.loads(_RESULTS.read_bytes())["results"]
    return [node["status"] for node in results if node["unique_id"].startswith("model.")]


def _known_durations() -> dict[str, float]:
    try:
        found = json.loads(_DURATIONS.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _remember_duration(environment: str, seconds: float) -> None:
    durations = _known_durations() | {environment: round(seconds, 1)}
    write_whole(_DURATIONS, json.dumps(durations).encode())


def _in_words(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def page_of_before(page: Path) -> str:
    """The message about the report if not all marts were built."""
    if not page.exists():
        return "No report was written, since some of the marts were not built."
    written = datetime.fromtimestamp(page.stat().st_mtime, UTC)
    return (
        f"The report was not written anew, since some of the marts were not built: {page} is of "
        f"{written:%Y-%m-%d %H:%M} UTC."
    )
