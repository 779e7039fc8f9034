"""Shows the progress of a pipeline, for people or for programs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

from stripe_apex.progress import Progress
from stripe_apex.saying import say

if TYPE_CHECKING:
    from collections.abc import Iterator

Show = Callable[[str, Progress], None]
"""Gets each line of a pipeline's output, and the progress after it."""


@contextmanager
def stages() -> Iterator[Show]:
    """For people: one line that changes in a terminal; elsewhere, a line for each stage."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _StageLines()
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Starting", total=None)
        yield lambda _, progress: bar.update(task, description=_described(progress))


def raw_lines(line: str, _: Progress) -> None:
    """For programs: each line of the output."""
    say(line.rstrip("\n"))


class _StageLines:
    """Prints each stage once, when it begins."""

    def __init__(self) -> None:
        self._stage = ""

    def __call__(self, _: str, progress: Progress) -> None:
        if progress.stage != self._stage:
            self._stage = progress.stage
            say(f"{progress.stage} ...")


def _described(progress: Progress) -> str:
    far = f"{progress.percent}% of the date range" if progress.percent is not None else ""
    return ", ".join(filter(None, (progress.stage, far, progress.detail)))
