"""The errors of the target, grouped by how a user recovers from them.

    TargetError                     one line on stderr, exit code 1
    ├── SettingsError               change a setting
    ├── InputError                  the tap sent what cannot be loaded
    │   ├── UnknownStreamError      a record or batch came before its SCHEMA
    │   └── MissingKeyError         a record lacks one of its key properties
    ├── WarehouseError              the destination refused
    │   └── WarehouseLockedError    another process holds the DuckDB file
    └── RetryError                  (the target recovers by itself)

    TerminatedError                 SIGTERM or SIGINT: exit code 128 + signal number

Messages name the line, the stream and the column; never a value, which may be personal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from unicodedata import category

from singer_sdk.exceptions import MissingKeyPropertiesError, RecordsWithoutSchemaException

if TYPE_CHECKING:
    from pathlib import Path


def printable(text: str) -> str:
    """A line without control characters, and without those that change the direction of text."""
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() or category(sign) == "Zs" else "\N{REPLACEMENT CHARACTER}"
        for sign in text
    )


class TargetError(Exception):
    """The run cannot go on; the text says what is wrong and what to do about it."""

    exit_code = 1


class SettingsError(TargetError):
    """A setting is missing, unknown or of the wrong form."""


class InputError(TargetError):
    """A message from the tap that cannot be loaded without losing something."""

    @classmethod
    def at(cls, place: int | str, stream: str | None, problem: str) -> Self:
        """The error of a bad line, with its place, its stream and the problem."""
        where = f"line {place}" if isinstance(place, int) else place
        whose = "" if stream is None else f", stream {stream!r}"
        return cls(f"{where}{whose}: {problem}")


class UnknownStreamError(InputError, RecordsWithoutSchemaException):
    """A message for a stream whose SCHEMA has not come yet."""

    @classmethod
    def before_schema(cls, place: int | str, stream: str) -> Self:
        """The message at `place` is too early."""
        return cls.at(place, stream, "this message came before the SCHEMA of its stream")


class MissingKeyError(InputError, MissingKeyPropertiesError):
    """A record lacks one of its key properties."""


class RetryError(TargetError):
    """The batch must be written again, in a new transaction; the target does so by itself."""


class WarehouseError(TargetError):
    """The destination could not be written; nothing of the open transaction remains."""


class WarehouseLockedError(WarehouseError):
    """Another process held the DuckDB file for longer than `lock_wait_seconds`."""

    @classmethod
    def held(cls, path: Path, holder: str, seconds: float) -> WarehouseLockedError:
        """The error that names the process that holds the file, and the seconds of waiting."""
        return cls(
            f"{path} is locked by {holder}; waited {seconds:g} s. "
            "Close that process, or raise lock_wait_seconds."
        )


class TerminatedError(SystemExit):
    """The run was told to stop; what had been committed stays, the rest is rolled back.

    A signal comes at any moment, so this is raised within whatever the run does: as an `Exception`,
    it would be swallowed there by who handles all of them, such as `logging`.
    """

    def __init__(self, signal_number: int) -> None:
        self.exit_code = 128 + signal_number
        super().__init__(self.exit_code)
        self._signal_number = signal_number

    def __str__(self) -> str:
        return (
            f"stopped by signal {self._signal_number}; the last state on stdout is true, records "
            "after it were rolled back"
        )
