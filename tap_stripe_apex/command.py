"""The tap's command line: an error that a user can mend is one line and exit code 1."""

from __future__ import annotations

import logging
import re
from typing import Any, NoReturn, Self

import click
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.plugin_base import SingerCommand
from typing_extensions import override

from tap_stripe_apex.errors import TapError, redact


class ApexCommand(SingerCommand):
    """The SDK's command, without tracebacks for what is no bug."""

    @classmethod
    def of(cls, command: click.Command, logger: logging.Logger) -> Self:
        """The same command, with our way of failing and --log-level."""
        level = click.Option(
            ["--log-level"],
            type=click.Choice(["debug", "info", "warning", "error"], case_sensitive=False),
            help="How much to log; debug shows tracebacks of errors.",
            is_eager=True,
            expose_value=False,
            callback=_set_log_level,
        )
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
        # Callbacks of options (--test, --discover, --config) do their work already here.
        try:
            return super().make_context(*args, **kwargs)
        except (TapError, ConfigValidationError, OSError, ValueError) as exc:
            self._fail(exc)

    @override
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return click.Command.invoke(self, ctx)
        except (TapError, ConfigValidationError) as exc:
            self._fail(exc)

    def _fail(self, exc: Exception) -> NoReturn:
        complaints = exc.errors if isinstance(exc, ConfigValidationError) else [str(exc)]
        line = "; ".join(_UNKNOWN.sub(_NAMED, complaint) for complaint in complaints)
        verbose = self.logger.isEnabledFor(logging.DEBUG)
        self.logger.error("%s", redact(line), exc_info=exc if verbose else None)
        raise click.exceptions.Exit(1)


_UNKNOWN = re.compile(r"Additional properties are not allowed \((.*) (?:was|were) unexpected\)")
_NAMED = r"Unknown setting: \1. See --about for those there are."


def _set_log_level(_: click.Context, __: click.Parameter, value: str | None) -> None:
    if value:
        logging.getLogger().setLevel(value.upper())
