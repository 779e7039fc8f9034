"""RESULTS.md has a marked section for each benchmark, so that each renews only its own."""

from __future__ import annotations

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

RESULTS = Path(__file__).with_name("RESULTS.md")
_CORES = {1: "one core", 2: "two cores", 4: "four cores", 8: "eight cores"}


def put(section: str, text: str, path: Path = RESULTS) -> None:
    """Replace the text between the section's marks.

    Raises:
        ValueError: the file has no such marks.
    """
    marks = f"<!-- {section} -->", f"<!-- /{section} -->"
    page = path.read_text(encoding="utf-8")
    between = re.compile(f"{re.escape(marks[0])}.*?{re.escape(marks[1])}", re.DOTALL)
    if not between.search(page):
        raise ValueError(f"{path} has no section {marks[0]}.")
    new = f"{marks[0]}\n{text.strip()}\n{marks[1]}"
    path.write_text(between.sub(lambda _: new, page), encoding="utf-8")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; all columns but the first are aligned to the right."""
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *rows))


def circumstances(*versions: str) -> str:
    """The date, the machine and the versions of a measurement."""
    cores = os.cpu_count() or 1
    machine = f"{_CORES.get(cores, f'{cores} cores')} of a shared {platform.machine()} machine"
    python = f"Python {platform.python_version()}"
    return f"{datetime.now(UTC):%Y-%m-%d}; {machine}; {', '.join((python, *versions))}."
