"""What Meltano leaves on the disk: a folder with plugins' settings, which hold the Stripe key.

Meltano writes the settings of each plugin into a file and deletes it when the plugin has ended; a
run that is killed leaves it. Meltano itself takes the process's umask.
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
_SCRIPT_AMONG: Final = 4
"""The name of a Python program is among the first words: after the interpreter and its options."""

_logger = logging.getLogger(__name__)


def tidy(root: Path) -> None:
    """Let only their owner read what Meltano keeps, and delete the settings of runs that died.

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
    """Those that are older than every Meltano that lives, which so has not written them."""
    before = time.time()
    if not folder.is_dir() or (begun := _begun()) is None:
        return
    oldest = min([before, *begun])
    for path in folder.rglob(_SETTINGS):
        with suppress(FileNotFoundError):  # its run has ended meanwhile
            if path.lstat().st_mtime < oldest:
                yield path


def _begun() -> list[float] | None:
    """When each Meltano that lives was started; None where nobody can tell."""
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
