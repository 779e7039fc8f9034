"""Reads the progress of a pipeline from its output. Pure.

Meltano can write one JSON object per line; scripts around it write plain text. The tap's own lines
are parsed by `display.Facts`, which also writes them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec

from stripe_apex.meltano import PLUGIN as TAP
from tap_stripe_apex.errors import printable, redact
from tap_stripe_apex.reading.display import Facts
from tap_stripe_apex.wire.usage import Usage

_BEGINS: Final = re.compile(r"Beginning (?:\w+ )?sync of '(\w+)'")
_WORD: Final = re.compile(r"\S+")
_MODELS_FAIL: Final = re.compile(r"(?:Failure|Error) in \w+ \S+")
_REMEDY: Final = re.compile(
    r"(?:test|unit_test|model|seed|snapshot) \S+(?: \(about .+?\))?: (\S.*)"
)
"""Matches a line of `failures`: the message of a failed test or model, then its description."""
_COUNTED: Final = re.compile(r"Got \d+ results?, configured to fail if \S+ \S+\. (?=\S)")


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a sync.

    Attributes:
        stage: the current step, in a few words.
        percent: of the date range that was read; None if that is unknown.
        detail: records and their rate, if they are known.
        records: the records that the tap wrote; None before it has ended.
        reason: why the sync failed; empty if it has not.
    """

    stage: str = "Starting"
    percent: int | None = None
    detail: str = ""
    records: str | None = None
    reason: str = ""


class OutputReader:
    """Reads a pipeline's output line by line."""

    def __init__(self) -> None:
        self.progress = Progress()
        self._last: dict[str, str] = {}
        """The last line of each plugin, which is the reason if it fails."""
        self._models_say: list[str] = []
        self._remedies: list[str] = []

    def read(self, line: str) -> str:
        """Read a line; returns the text to show for it, empty for none."""
        said = _decode(line)
        event = redact(str(said.get("event", ""))) if said else line.rstrip()
        if not said:
            # Lines of a table keep their spaces.
            shown = printable(_WORD.sub(lambda word: redact(word[0]), event).replace("\t", " "))
            if self._models_say and (match := _REMEDY.fullmatch(shown)):
                self._models_failed(match[1])
            return shown
        speaker = printable(str(said.get("string_id") or said.get("name") or "meltano"))
        if event.strip():
            self._last[speaker] = event
        if speaker == TAP:
            self._tap_said(event)
        elif match := _MODELS_FAIL.search(event):
            self._models_say.append(match[0])
        if said.get("event") == "Block run completed":
            self._block_ended(said)
        return "" if event.startswith("METRIC: ") else f"{speaker}: {event}"

    def _tap_said(self, event: str) -> None:
        if match := _BEGINS.match(event):
            self.progress = Progress(f"Reading {match[1].replace('_', ' ')}")
        elif facts := Facts.parse(event):
            pace = "; ".join(filter(None, (facts.pace, facts.waits)))
            self.progress = Progress(
                f"Reading {facts.stream.replace('_', ' ')}",
                facts.percent,
                f"{facts.records:,} records, {pace}",
            )
        elif summary := Usage.parse(event):
            records = f"{summary.records:,}"
            self.progress = Progress("Loading", detail=f"{records} records", records=records)

    def _block_ended(self, said: dict[str, Any]) -> None:
        if said.get("success"):
            loaded = said.get("block_type") == "ExtractLoadBlocks"
            stage = "Building the models" if loaded else "Finishing"
            self.progress = replace(self.progress, stage=stage, percent=None)
            return
        codes = said.get("exit_codes") or {}
        others = [text for name, text in self._last.items() if name not in {TAP, "meltano"}]
        if "extractors" in codes and TAP in self._last:
            reason = self._last[TAP]
        elif self._models_say:
            reason = f"Stripe was read and loaded, but then: {'; '.join(self._models_say)}."
        else:
            reason = others[-1] if others else str(said.get("err"))
        self.progress = replace(self.progress, reason=redact(reason))

    def _models_failed(self, said: str) -> None:
        """The remedy of the first test or model that failed."""
        self._remedies.append(_COUNTED.sub("", said))
        number = len(self._remedies)
        checks = "a check failed" if number == 1 else f"{number} checks failed. The first of them"
        reason = f"Stripe was read and loaded, but {checks}: {self._remedies[0]}"
        self.progress = replace(self.progress, reason=reason)


def _decode(line: str) -> dict[str, Any]:
    """The JSON object of a line; empty for any other line."""
    try:
        found = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}
