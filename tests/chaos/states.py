"""The state between runs: kept as Meltano keeps it, or lost, old or torn as after a crash."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from tests.chaos.campaign import BadState


class Kept(NamedTuple):
    """A state, and the start of the last run that read everything up to then."""

    text: str
    at: datetime | None


class States:
    """All states so far; the last one is given to the next run.

    `log` is the file that a target writes states to.
    """

    def __init__(self, folder: Path) -> None:
        self.log = folder / "states"
        self._path = folder / "state.json"
        self._kept: list[Kept] = []

    def age(self, now: datetime) -> timedelta:
        """The time since all events were last read; 0 if they never were."""
        at = self._kept[-1].at if self._kept else None
        return timedelta(0) if at is None else now - at

    def keep(self, text: str | None, at: datetime | None) -> None:
        """Keep a run's state; `at` is the run's start, or None if it did not read everything."""
        if text is not None:
            before = self._kept[-1].at if self._kept else None
            self._kept.append(Kept(text, at or before))

    def given(self, bad: BadState | None) -> tuple[Path | None, bool]:
        """The state file for the next run, and whether `bad` was possible, which needs a state."""
        if not self._kept:
            return None, False
        if bad is None or (bad.what == "old" and len(self._kept) == 1):
            self._path.write_text(self._kept[-1].text)
            return self._path, False
        lines = [each.text for each in self._kept]
        match bad.what:
            case "lost":
                self._kept.clear()
                return None, True
            case "empty":
                self._kept.clear()
                text = ""
            case "old":
                self._go_back(bad.share)
                text = self._kept[-1].text
            case "log":
                text = "".join(f"{line}\n" for line in lines)
            case "torn":
                text = _cut(lines[-1], bad.share)
                self._go_back(bad.share)
            case _:
                text = "".join(f"{line}\n" for line in lines[:-1]) + _cut(lines[-1], bad.share)
                self._go_back(bad.share)
        self._path.write_text(text)
        return self._path, True

    def _go_back(self, share: float) -> None:
        """Go back to an older state, as somebody does who has only a copy of that one."""
        del self._kept[1 + int(share * (len(self._kept) - 1)) :]


def _cut(text: str, share: float) -> str:
    return text[: 1 + int(share * (len(text) - 2))]
