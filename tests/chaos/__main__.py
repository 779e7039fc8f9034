"""`make chaos`: runs many campaigns, new ones each time, and sums up their outcomes.

COUNT: the number of campaigns; 500 by default. SEED: the number of the first one; random by
default. JOBS: the number of campaigns at a time. RENEW=1 writes the figures to docs/reliability.md.
"""

from __future__ import annotations

import multiprocessing
import os
import secrets
import signal
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.chaos.figures import Figures, renew
from tests.chaos.life import Outcome, live_alone


def main() -> int:
    """Run all campaigns; returns the exit code, which is 1 if any of them has complaints."""
    count = int(os.environ.get("COUNT") or 500)
    first = int(os.environ.get("SEED") or secrets.randbelow(10**9))
    jobs = int(os.environ.get("JOBS") or (os.cpu_count() or 1) + 1)
    figures = Figures()
    began = time.monotonic()
    pool = ProcessPoolExecutor(min(jobs, count), multiprocessing.get_context("spawn"))
    waiting = {pool.submit(live_alone, seed): seed for seed in range(first, first + count)}
    try:
        for done in as_completed(waiting):
            error = done.exception()
            outcome = Outcome(waiting[done], manners=[repr(error)]) if error else done.result()
            figures.outcomes.append(outcome)
            _tell(outcome)
            so_far = f"{len(figures.outcomes)} of {count} campaigns, {len(figures.failed)} failed"
            print(f"{so_far}, {time.monotonic() - began:.0f} s", flush=True)  # noqa: T201
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    finally:
        pool.shutdown(cancel_futures=True)
    print(f"\n{figures}")  # noqa: T201
    if figures.failed:
        numbers = " ".join(str(each.seed) for each in figures.failed)
        print(f"Failed: {numbers}. One of them alone: make chaos COUNT=1 SEED=<number>")  # noqa: T201
        return 1
    if os.environ.get("RENEW"):
        renew(figures)
    return 0


def _tell(outcome: Outcome) -> None:
    for complaint in outcome.complaints:
        print(f"campaign {outcome.seed}: {complaint}", flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
