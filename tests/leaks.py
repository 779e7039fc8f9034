"""Finds keys, tokens and codes, which no command may show and no command line may contain."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

SHAPED = re.compile(
    r"(?<![A-Za-z0-9_])((?:[rspu]k_(?:live|test)|rt|ac|whsec)_(?!\*)[A-Za-z0-9_]{3,})"
)
"""A key, token or code, but no bare prefix and none that is masked by asterisks."""

_PUBLIC = {"simulate", "stripe_simulator"}
"""The command that may show keys, since they are those of the simulated account."""


def shown(text: str | bytes | None) -> set[str]:
    """The texts in a command's output that have the form of a secret."""
    if isinstance(text, bytes):
        text = text.decode(errors="replace")
    return set(SHAPED.findall(text or ""))


def check(text: str | bytes | None, where: str) -> None:
    """Fail if the text shows a secret."""
    assert not shown(text), f"{where} shows a secret"


@contextmanager
def watched(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """A context in which the output of every command that a test runs to its end is checked."""
    communicate, invoke = subprocess.Popen.communicate, CliRunner.invoke

    def watched_communicate(process: Any, *args: Any, **kwargs: Any) -> Any:
        out = communicate(process, *args, **kwargs)
        command = _words(process.args)
        if _PUBLIC.isdisjoint(command):
            for text in out:
                check(text, command[0])
        return out

    def watched_invoke(runner: Any, *args: Any, **kwargs: Any) -> Any:
        result = invoke(runner, *args, **kwargs)
        cli, arguments = (*args, kwargs.get("args"))[:2]
        if _PUBLIC.isdisjoint([cli.name, *_words(arguments or ())]):
            check(result.output, "a command")
        return result

    patch.setattr(subprocess.Popen, "communicate", watched_communicate)
    patch.setattr(CliRunner, "invoke", watched_invoke)
    yield


def _words(arguments: Any) -> list[str]:
    if isinstance(arguments, (str, bytes, os.PathLike)):
        arguments = [arguments]
    return [os.fsdecode(argument) for argument in arguments]


def _look(event: str, details: tuple[Any, ...]) -> None:
    if event == "subprocess.Popen":
        words = _words(details[1])
        if _PUBLIC.isdisjoint(words):
            check(" ".join(words), "the command line of a process")


sys.addaudithook(_look)
