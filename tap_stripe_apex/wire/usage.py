"""What a run asked of Stripe, and the line that says so at its end (pure)."""

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
    """What the line at the end of a run says."""

    requests: int
    seconds: float
    records: int
    retries: int


@dataclass(slots=True)
class Usage:
    """What a run asked of Stripe.

    Attributes:
        requests: all of them.
        retries: those that repeated one that had failed.
        began: when the run did, by `clock`.
        clock: seconds that only go forward.
        waits: what Stripe is waited for just now, and for how many seconds; None while it answers.
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
        """What a line that `summary` made says; None: it is another line."""
        match = _LINE.fullmatch(line)
        if match is None:
            return None
        requests, seconds, records, retries = (text.replace(",", "") for text in match.groups())
        return Summary(int(requests), float(seconds), int(records), int(retries))
