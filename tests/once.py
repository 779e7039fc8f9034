"""Makes a file or folder once for all workers of a run: it is slow to make and only read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from filelock import FileLock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A file or folder that all workers share; the first that needs it makes it."""
    folder = factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent
    path, done = folder / name, folder / f"{name}.done"
    if not done.exists():
        with FileLock(folder / f"{name}.lock"):
            if not done.exists():
                make(path)
                done.touch()
    return path
