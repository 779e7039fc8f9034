"""Finds programs to call, first in this Python environment, then on the PATH."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRETS: Final = frozenset(
    f"TAP_STRIPE_APEX_{name}"
    for name in ("API_KEY", "ACCESS_TOKEN", "REFRESH_TOKEN", "HASH_EMAILS")
) | {"STRIPE_APP_SECRET_KEY"}
"""Variables that give access to a Stripe account, or reveal hashed addresses. Only the tap and this
command need them."""


def find_program(name: str) -> str | None:
    """The path of a program; None if it is not found."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if os.access(beside, os.X_OK) else shutil.which(name)


def search_path() -> str:
    """The PATH for a program that calls other programs of this environment.

    The environment may not be on the PATH if this command was called by its full path.
    """
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without secrets, for a program that does not read Stripe."""
    return {name: value for name, value in environ.items() if name not in SECRETS}
