"""The tap's command line: an error that a user can correct is one line and exit code 1."""

from __future__ import annotations

import errno
import logging
import os
import re
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self

import click
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.plugin_base import SingerCommand
from typing_extensions import override

from tap_stripe_apex.errors import TapError, redact
from tap_stripe_apex.inputs import CheckedFile, check_catalog, check_state

if TYPE_CHECKING:
    from collections.abc import Iterator


class TerminatedError(SystemExit):
    """SIGTERM or SIGINT ended the run, which must not look like a complete one."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.signal = signal.Signals(number).name


class ApexCommand(SingerCommand):
    """The SDK's command; an error that is no bug is one line without a traceback."""

    @classmethod
    def of(cls, command: click.Command, logger: logging.Logger) -> Self:
        """The same command with one-line errors and the option --log-level."""
        level = click.Option(
            ["--log-level"],
            type=click.Choice(["debug", "info", "warning", "error"], case_sensitive=False),
            help="How much to log; debug shows tracebacks of errors.",
            is_eager=True,
            expose_value=False,
            callback=_set_log_level,
        )
        for option in command.params:
            if (file := _FILES.get(option.name or "")) is not None:
                option.type = file
                option.is_eager = True  # --test wants to know the catalog
        return cls(
            name=command.name,
            callback=command.callback,
            params=[*command.params, level],
            help=command.help,
            context_settings=command.context_settings,
            logger=logger,
        )

    @override
    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        os.umask(0o077)  # the files of BATCH messages hold personal data
        # Callbacks of options (--test, --discover, --config) do their work already here.
        with self._one_line():
            return super().make_context(*args, **kwargs)

    @override
    def invoke(self, ctx: click.Context) -> Any:
        with self._one_line():
            return click.Command.invoke(self, ctx)

    @contextmanager
    def _one_line(self) -> Iterator[None]:
        try:
            yield
        except (click.exceptions.Exit, click.ClickException, click.Abort):
            raise
        except TerminatedError as error:
            self.logger.warning("Ended by %s; the next run goes on from the state.", error.signal)
            raise
        except BrokenPipeError as error:
            _leave_stdout()
            self._fail(error, "Nobody reads the records any more: the target has ended; see why.")
        except OSError as error:
            if error.errno not in _NO_ROOM:
                self._fail(error, _as_a_bug(error))
            _leave_stdout()
            self._fail(
                error,
                f"Cannot write what was read: {error.strerror}. Make room where standard output "
                "goes, and run again: the next run goes on from the last state.",
            )
        except (TapError, ConfigValidationError) as error:
            self._fail(error, in_one_line(error))
        except Exception as error:  # noqa: BLE001 - a user sees one line, whatever it is
            self._fail(error, _as_a_bug(error))

    def _fail(self, error: Exception, line: str) -> NoReturn:
        verbose = self.logger.isEnabledFor(logging.DEBUG)
        self.logger.error("%s", redact(line), exc_info=error if verbose else None)
        raise click.exceptions.Exit(1)


def _leave_stdout() -> None:
    """Python would complain once more when it flushes standard output at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _as_a_bug(error: Exception) -> str:
    return (
        f"{type(error).__name__}: {error}. This is a bug: report it with what --log-level debug "
        "says."
    )


def in_one_line(error: Exception) -> str:
    """The message of an error, without secrets."""
    complaints = error.errors if isinstance(error, ConfigValidationError) else [str(error)]
    return redact("; ".join(_plain(complaint) for complaint in complaints))


def _plain(complaint: str) -> str:
    """In our words, and without the value of a secret."""
    if match := _SECRET.search(complaint):
        return f"{match[1]} must be text."
    return _UNKNOWN.sub(_NAMED, complaint)


_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FILES: Final = {
    "catalog": CheckedFile("catalog", check_catalog),
    "state": CheckedFile("state", check_state, lines=True),
}
_SECRET = re.compile(r"in config\['(api_key|access_token|refresh_token|hash_emails)'\]")
_UNKNOWN = re.compile(r"Additional properties are not allowed \((.*) (?:was|were) unexpected\)")
_NAMED = r"Unknown setting: \1. See --about for those there are."


def _set_log_level(_: click.Context, __: click.Parameter, value: str | None) -> None:
    if value:
        logging.getLogger().setLevel(value.upper())
