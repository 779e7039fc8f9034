"""The file `.env` of a project, which Meltano reads: written so that only its owner can read it."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from dotenv.parser import parse_stream

from tap_stripe_apex.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path


def keep_in_env_file(root: Path, variable: str, value: str) -> None:
    """Write a line of a project's `.env`, as Meltano would: `meltano config set --store dotenv`.

    Meltano keeps the permissions of the file; here, other users cannot read it at any moment.

    Args:
        root: the project.
        variable: the name of the variable.
        value: its value, without single quotes and backslashes.

    Raises:
        OSError: it cannot be written.
    """
    env_file = root / ".env"
    try:
        before = env_file.read_text(encoding="utf-8")
    except FileNotFoundError:
        before = ""
    line = f"{variable}='{value}'\n"
    parts = [
        line if binding.key == variable else binding.original.string
        for binding in parse_stream(StringIO(before))
    ]
    if line not in parts:
        ends_open = bool(before) and not before.endswith("\n")
        parts += ["\n" if ends_open else "", line]
    write_whole(env_file, "".join(parts).encode())
