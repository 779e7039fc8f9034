"""Removes plugin settings that Meltano leaves on the disk, which hold the Stripe key.

Meltano writes the settings of each plugin to a file, and deletes it when the plugin has ended; a
run that is killed leaves it there. The files get their permissions from the umask of the process.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tap_stripe_apex.files import make_private

if TYPE_CHECKING:
    from collections.abc import Iterator

_SETTINGS: Final = "*.config.json"
_CLOCKS: Final = 2
"""Seconds by which the start time of a process and the time of a file may disagree."""

_SCRIPT_AMONG: Final = 4
"""The name of a Python program is among so many first words, after the interpreter's options."""

_logger = logging.getLogger(__name__)


def tidy(root: Path) -> None:
    """Make Meltano's files readable by their owner only, and delete the settings of dead runs.

    Args:
        root: a Meltano project.
    """
    folder = root / ".meltano"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        make_private(folder)
        for path in _settings_of_dead_runs(folder / "run"):
            path.unlink(missing_ok=True)
    except OSError as error:
        _logger.warning(
            "Settings of earlier runs, which hold the Stripe key, may lie in %s (%s). Delete "
            "what is in its folder `run` while Meltano does not run.",
            folder,
            error.strerror,
        )


def _settings_of_dead_runs(folder: Path) -> Iterator[Path]:
    """The settings that are older than every running Meltano process, and so belong to none."""
    before = time.time()
    if not folder.is_dir() or (begun := _begun()) is None:
        return
    oldest = min([before, *(start - _CLOCKS for start in begun)])
    for path in folder.rglob(_SETTINGS):
        with suppress(FileNotFoundError):  # its run has ended in the meantime
            if path.lstat().st_mtime < oldest:
                yield path


def _begun() -> list[float] | None:
    """The start times of running Meltano processes; None if the system does not tell."""
    try:
        import psutil  # type: ignore[import-untyped]  # noqa: PLC0415 - Meltano brings it, untyped
    except ModuleNotFoundError:
        return None
    return [
        process.info["create_time"]
        for process in psutil.process_iter(["cmdline", "create_time"])
        if _is_meltano(process.info["cmdline"] or [])
    ]


def _is_meltano(words: list[str]) -> bool:
    return any(Path(word).name == "meltano" for word in words[:_SCRIPT_AMONG])
