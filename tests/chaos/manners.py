"""Checks that a run ends with exit code 0 or with one clear line, and shows no secret."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING

from stripe_simulator.keys import DEFAULT_KEY
from tests import leaks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tests.chaos.campaign import Victim
    from tests.chaos.pipeline import End

LINE = {
    "tap": re.compile(r"\| (?:ERROR|CRITICAL) |Ended by SIG|^Aborted!$", re.MULTILINE),
    "target": re.compile(r"^target-apex: error: |^Aborted!$", re.MULTILINE),
}
"""Patterns of the line in which a process says why it failed."""

BUG = re.compile(r"Traceback|[Tt]his is a bug|internal error|Exception ignored|Segmentation")
ADDRESS = re.compile(r"[\w.]+@example\.com")


def ill_mannered(end: End) -> Iterator[str]:
    """What is wrong with the way in which the processes of a run ended."""
    sent = {each.number for each in end.signals}
    for name, code in end.codes.items():
        said = end.said[name]
        told = len(LINE[name].findall(said))
        if code is None:
            yield f"{name} hangs"
        elif code < 0 and signal.Signals(-code) not in sent:
            yield f"{name} was ended by {signal.Signals(-code).name}, which nobody sent"
        elif code == 0 and told:
            yield f"{name} told of a failure and ended with exit code 0: {_last(said)}"
        elif code > 0 and told != 1:
            yield f"{name} ended with exit code {code} and {told} lines that say why: {said}"
        if BUG.search(said):
            yield f"{name} ended as a bug does: {_last(said)}"


def shown(said: dict[Victim, str], files: Iterable[Path]) -> Iterator[str]:
    """The places that show a key, or, in messages, a payer's address."""
    for name, text in said.items():
        if leaks.shown(text):
            yield f"{name} shows a secret"
        if ADDRESS.search(text):
            yield f"{name} shows an address"
    for path in files:
        if DEFAULT_KEY.encode() in path.read_bytes():
            yield f"{path.name} holds the key"


def _last(said: str) -> str:
    lines = said.strip().splitlines()
    return lines[-1] if lines else "nothing was said"
