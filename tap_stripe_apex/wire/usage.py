"""The requests of a run, and the summary line at its end. Pure."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_LINE: Final = re.compile(
    r"Asked Stripe (?P<requests>[\d,]+) times in (?P<seconds>[\d,]+\.\d) s "
    r"\(records: (?P<records>[\d,]+), retries: (?P<retries>[\d,]+), used [^)]+\)\."
)


class Summary(NamedTuple):
    """The figures of the summary line."""

    requests: int
    seconds: float
    records: int
    retries: int


@dataclass(slots=True)
class Usage:
    """The requests of a run.

    Attributes:
        requests: all of them.
        retries: those of them that repeated a failed request.
        began: the start of the run, by `clock`.
        clock: a monotonic clock, in seconds.
        waits: returns the reason of the current wait and its seconds; None while Stripe answers.
    """

    requests: int = 0
    retries: int = 0
    clock: Callable[[], float] = time.monotonic
    waits: Callable[[], tuple[str, float] | None] = lambda: None
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.clock()

    def summary(self, records: int, per_second: float) -> str:
        """One line for people; the share is of the requests that `per_second` would have allowed.

        Args:
            records: written in the run.
            per_second: requests that the limiter allows.
        """
        seconds = self.clock() - self.began
        share = self.requests / (1 + seconds * per_second)  # the first need not wait
        return (
            f"Asked Stripe {self.requests:,} times in {seconds:,.1f} s (records: {records:,}, "
            f"retries: {self.retries:,}, used {share:.0%} of the limit of {per_second:g} "
            "requests/s)."
        )

    @staticmethod
    def parse(line: str) -> Summary | None:
        """The figures of a line made by `summary`; None for any other line."""
        match = _LINE.fullmatch(line)
        if match is None:
            return None
        requests, seconds, records, retries = (text.replace(",", "") for text in match.groups())
        return Summary(int(requests), float(seconds), int(records), int(retries))
