"""What no command may show, and no process be started with: keys, tokens and codes."""

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
"""A key, token or code; not a prefix alone, nor one that ends in asterisks."""

_PUBLIC = {"simulate", "stripe_simulator"}
"""The command that takes and hands out the simulated account's own keys."""


def shown(text: str | bytes | None) -> set[str]:
    """What is shaped like a secret in what a command wrote."""
    if isinstance(text, bytes):
        text = text.decode(errors="replace")
    return set(SHAPED.findall(text or ""))


def check(text: str | bytes | None, where: str) -> None:
    """Fail where a secret is shown."""
    assert not shown(text), f"{where} shows a secret"


@contextmanager
def watched(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every command that a test runs to its end is looked at, whatever the test is about."""
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
