"""Progress of a run: a bar in a terminal, elsewhere a line in the log now and then.

Both go to standard error; standard output belongs to Singer. Readers note their progress from time
to time, and a thread shows the latest note. So no work is done for each record, and progress also
shows that a run is waiting for Stripe.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from rich.console import Console, RenderableType
    from rich.live import Live

    from tap_stripe_apex.reading.bookmark import Bookmark
    from tap_stripe_apex.wire.usage import Usage

HEARTBEAT: Final = 10.0
"""Seconds before the first line of progress, and between two of them."""

_BAR_AFTER: Final = 2.0
"""Seconds before the bar appears; a shorter run shows none."""

_SOON: Final = 5.0
"""Seconds before a wait is mentioned."""

_LINE: Final = re.compile(
    r"(?P<stream>\w+): (?P<records>[\d,]+) records, (?P<percent>\d+)% of the range, "
    r"(?P<pace>[\d,]+)/s, (?P<requests>[\d,]+) requests(?:; (?P<waits>.+))?"
)
_LOOK_EVERY: Final = 0.25
_WIDEST: Final = 40
"""The greatest width of the bar, in columns."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The progress of one stream.

    Attributes:
        stream: its name.
        percent: how much of the date range was read.
        records: written so far.
        requests: since the stream began.
        seconds: since the stream began.
        waits: why and how long the run has been waiting for Stripe; empty while it answers.
    """

    stream: str
    percent: int
    records: int
    requests: int
    seconds: float
    waits: str = ""

    @property
    def pace(self) -> str:
        """Records per second, on average since the stream began."""
        return f"{self.records / self.seconds if self.seconds else 0:,.0f}/s"

    def __str__(self) -> str:
        return (
            f"{self.stream}: {self.records:,} records, {self.percent}% of the range, {self.pace}, "
            f"{self.requests:,} requests" + (f"; {self.waits}" if self.waits else "")
        )

    @staticmethod
    def parse(line: str) -> Facts | None:
        """The facts of a line of progress; None for any other line.

        A line gives whole records per second, so `seconds` is approximate; the facts make the same
        line again.
        """
        match = _LINE.fullmatch(line)
        if match is None:
            return None
        records, percent, pace, requests = (
            int(match[name].replace(",", "")) for name in ("records", "percent", "pace", "requests")
        )
        seconds = records / pace if pace else 0.0
        return Facts(match["stream"], percent, records, requests, seconds, match["waits"] or "")


class Display:
    """Shows the progress of the streams of one run.

    Args:
        usage: counts the requests.
        logger: gets the lines.
        terminal: the kind of terminal, as TERM in the environment names it.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        usage: Usage,
        logger: logging.Logger,
        *,
        terminal: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.records = 0
        """Records of all streams."""
        self._usage = usage
        self._logger = logger
        self._terminal = terminal
        self._clock = clock

    def reading(self, stream: str, bookmark: Bookmark) -> Reading:
        """A context manager for a stream that begins now; its progress is shown inside it."""
        return Reading(self, stream, bookmark)

    def facts(self, reading: Reading) -> Facts:
        """The progress of `reading` now."""
        percent, records = reading.reached
        return Facts(
            reading.stream,
            percent,
            records,
            self._usage.requests - reading.requests_before,
            self._clock() - reading.began,
            _waits(self._usage),
        )

    def began(self) -> tuple[float, int]:
        """The time now, and the requests so far."""
        return self._clock(), self._usage.requests

    def picture(self) -> _Picture:
        """The bar in a terminal, else lines in the log."""
        return _Bar() if _is_watched(self._terminal) else Lines(self._logger)


class Reading:
    """One stream while it is read. A context manager: the bar disappears on leaving it.

    Attributes:
        stream: its name.
        began: when it began, by the display's clock.
        requests_before: requests of the run before that.
        reached: percent of the range, and records; one value, since another thread reads it.
    """

    def __init__(self, display: Display, stream: str, bookmark: Bookmark) -> None:
        self.stream: Final = stream
        self.began, self.requests_before = display.began()
        self.reached = (bookmark.percent, 0)
        self._display = display
        self._left = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="display", daemon=True)

    @property
    def records(self) -> int:
        """Records of this stream so far."""
        return self.reached[1]

    def wrote(self, records: int, bookmark: Bookmark) -> None:
        """Note that more records were written, after which `bookmark` is true."""
        self._display.records += records
        self.reached = (bookmark.percent, self.records + records)

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._left.set()
        self._watcher.join()

    def _watch(self) -> None:
        with closing(self._display.picture()) as picture:
            while not self._left.wait(_LOOK_EVERY):
                picture.show(self._display.facts(self))


class _Picture(Protocol):
    """A way to show progress."""

    def show(self, facts: Facts) -> None:
        """Show the current progress; called several times a second."""

    def close(self) -> None:
        """Remove what is shown."""


class Lines:
    """Progress as lines in the log, for a stream that takes long."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._due = HEARTBEAT

    def show(self, facts: Facts) -> None:
        """Log the progress if the last line is old enough."""
        if facts.seconds >= self._due:
            self._due = facts.seconds + HEARTBEAT
            self._logger.info("%s", facts)

    def close(self) -> None:
        """Do nothing; logged lines stay."""


class _Bar:
    """Progress as a bar on the terminal's last line, below the log."""

    def __init__(self) -> None:
        self._live: Live | None = None
        self._handlers: list[logging.StreamHandler[Any]] = []

    def show(self, facts: Facts) -> None:
        """Draw the bar, unless it is too early."""
        if facts.seconds < _BAR_AFTER:
            return
        if self._live is None:
            self._live = self._begin()
        self._live.update(_drawn(facts), refresh=True)

    def _begin(self) -> Live:
        from rich.console import Console  # noqa: PLC0415 - loaded only where there is a terminal
        from rich.live import Live  # noqa: PLC0415 - likewise

        console = Console(file=sys.stderr)
        self._handlers = [
            handler
            for handler in logging.getLogger().handlers
            if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stderr
        ]
        for handler in self._handlers:
            handler.setStream(_Above(console))
        live = Live(
            console=console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        live.start()
        return live

    def close(self) -> None:
        """Remove the bar, and restore the stream of the log."""
        try:
            if self._live is not None:
                self._live.stop()
        finally:
            for handler in self._handlers:
                handler.setStream(sys.stderr)


class _Above:
    """A stream for the log that prints lines above the bar."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def write(self, text: str) -> None:
        """Print the text unchanged: neither wrapped nor coloured."""
        self._console.out(text, end="", highlight=False)

    def flush(self) -> None:
        """Do nothing; nothing is buffered."""


def _drawn(facts: Facts) -> RenderableType:
    from rich.console import Group  # noqa: PLC0415 - loaded only for a terminal
    from rich.progress_bar import ProgressBar  # noqa: PLC0415 - likewise
    from rich.table import Table  # noqa: PLC0415 - likewise
    from rich.text import Text  # noqa: PLC0415 - likewise

    words = (
        f"{facts.percent}%",
        f"{facts.records:,} records",
        facts.pace,
        f"{facts.requests:,} requests",
    )
    line = Table.grid(padding=(0, 2, 0, 0))
    line.add_column(no_wrap=True)
    line.add_column(max_width=_WIDEST)  # narrower if the text needs the space
    for _ in words:
        line.add_column(no_wrap=True)
    line.add_row(facts.stream, ProgressBar(total=100, completed=facts.percent), *words)
    return Group(line, Text(facts.waits, no_wrap=True)) if facts.waits else line


def _waits(usage: Usage) -> str:
    """The current wait, once it is longer than any pause between two tries."""
    waiting = usage.waits()
    if waiting is None or waiting[1] < _SOON:
        return ""
    why, seconds = waiting
    return f"waiting for {seconds:.0f} s: {why}"


def _is_watched(terminal: str) -> bool:
    """Whether standard error is a capable terminal, and standard output is not a terminal."""
    can_draw = terminal.lower() not in {"dumb", "unknown"}
    return can_draw and sys.stderr.isatty() and not sys.stdout.isatty()
