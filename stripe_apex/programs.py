"""Programs that are called: those of this environment before those of the PATH."""

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
"""What of the environment leads into a Stripe account, or from hashes to addresses: other programs
than the tap and this one do not need it."""


def find_program(name: str) -> str | None:
    """The path of a program, if there is one."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if os.access(beside, os.X_OK) else shutil.which(name)


def search_path() -> str:
    """The PATH for a program that calls others of this environment.

    Whoever called us by our full path need not have the environment on the PATH.
    """
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])


def without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for a program that does not read Stripe."""
    return {name: value for name, value in environ.items() if name not in SECRETS}
