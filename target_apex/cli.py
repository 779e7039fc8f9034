"""The command line: an error is one line on stderr and an exit code, not a traceback."""

from __future__ import annotations

import logging
import os
from typing import Any

import click
from singer_sdk.exceptions import ConfigValidationError
from typing_extensions import override

from target_apex.errors import SettingsError, TargetError, TerminatedError, printable


class OneLineCommand(click.Command):
    """The SDK's command with the same parameters, and with errors of one line."""

    @classmethod
    def around(cls, command: click.Command, logger: logging.Logger) -> OneLineCommand:
        """Wrap a command; tracebacks go to `logger`, at level DEBUG."""
        made = cls(
            name=command.name,
            callback=command.callback,
            params=command.params,
            help=command.help,
            context_settings=command.context_settings,
        )
        made.logger = logger
        return made

    logger: logging.Logger

    @override
    def main(self, *args: Any, **extra: Any) -> Any:
        logging.captureWarnings(capture=True)
        # The warehouse, its log and the files of a lake hold personal data; DuckDB makes them.
        os.umask(0o077)
        try:
            return super().main(*args, **extra)
        except TerminatedError as error:
            problem, exit_code = str(error), error.exit_code
        except Exception as error:
            # Any other exception; see `_explain`.
            self.logger.debug("traceback", exc_info=True)
            problem, exit_code = self._explain(error)
        line = printable(" ".join(problem.split()))  # names and addresses come from the tap
        click.echo(f"{self.name}: error: {line}", err=True)
        raise SystemExit(exit_code)

    def _explain(self, error: Exception) -> tuple[str, int]:
        """The message for the user, and the exit code."""
        if isinstance(error, TargetError):
            return str(error), error.exit_code
        if isinstance(error, ConfigValidationError):
            return "; ".join(map(explain, error.errors)), SettingsError.exit_code
        problem = (
            f"internal error ({type(error).__name__}); this is a bug: please report it with the "
            "traceback that TARGET_APEX_LOGLEVEL=DEBUG shows"
        )
        return problem, TargetError.exit_code


def explain(problem: str) -> str:
    """An error of the settings' schema, with what to do about it."""
    if problem.startswith("Additional properties are not allowed"):
        names = problem.partition("(")[2].rpartition(" w")[0]
        return f"unknown setting {names}; target-apex --about lists the settings"
    return f"bad setting: {problem}"
