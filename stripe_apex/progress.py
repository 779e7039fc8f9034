"""What the lines of a pipeline say about how far it is (pure).

Meltano writes one JSON object per line when asked to; scripts around it write plain text. The tap's
own lines are parsed where they are written: by `display.Facts`.
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
"""What `failures` says of a test or model that failed: its message, then its description."""
_COUNTED: Final = re.compile(r"Got \d+ results?, configured to fail if \S+ \S+\. (?=\S)")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync is.

    Attributes:
        stage: what happens now, in a few words.
        percent: of the range in time, read so far; None where nobody can know.
        detail: records and pace, as far as they are known.
        records: that the tap wrote, once it has ended; None before.
        reason: why it fails, if it does.
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
        """By plugin, the last thing it said: where it fails, that is why."""
        self._models_say: list[str] = []
        self._remedies: list[str] = []

    def read(self, line: str) -> str:
        """Take note of a line, and return what people should see of it; empty: nothing."""
        said = _decode(line)
        event = redact(str(said.get("event", ""))) if said else line.rstrip()
        if not said:
            # A table keeps its columns.
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
        """A test or model that failed has said what to do; the first of several is shown."""
        self._remedies.append(_COUNTED.sub("", said))
        number = len(self._remedies)
        checks = "a check failed" if number == 1 else f"{number} checks failed. The first of them"
        reason = f"Stripe was read and loaded, but {checks}: {self._remedies[0]}"
        self.progress = replace(self.progress, reason=reason)


def _decode(line: str) -> dict[str, Any]:
    """The object of a line; empty where it is none."""
    try:
        found = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}
