"""The command `stripe-apex`."""

from __future__ import annotations

import logging
import os
import re
import signal
import threading
from importlib import import_module
from keyword import iskeyword
from typing import TYPE_CHECKING, Final, NoReturn

import click
from typing_extensions import override

from stripe_apex.errors import AppError
from stripe_apex.programs import SECRETS
from stripe_apex.saying import printable_lines
from tap_stripe_apex.auth.places import environment
from tap_stripe_apex.errors import TapError, printable, redact

if TYPE_CHECKING:
    from types import FrameType

COMMANDS: Final = {
    "check": "stripe_apex.commands.check",
    "connect": "stripe_apex.commands.connect",
    "disconnect": "stripe_apex.commands.connect",
    "forget": "stripe_apex.commands.forget",
    "hash-emails": "stripe_apex.commands.hash_emails",
    "import": "stripe_apex.commands.imports",
    "refresh": "stripe_apex.commands.refresh",
    "report": "stripe_apex.commands.report",
    "run": "stripe_apex.commands.run",
    "simulate": "stripe_simulator.command",
    "status": "stripe_apex.commands.status",
}
"""Each command and its module, which is imported when the command is called."""

_WHOLE: Final = 500
"""A limit that exceeds the first sentence of every help text."""

_logger = logging.getLogger("stripe-apex")


class _Printable(logging.Formatter):
    """Formats records without control characters, keys and addresses."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        text = re.sub(r"\S.*", lambda line: redact(line[0]), super().format(record))
        return printable_lines(text)


class Commands(click.Group):
    """A group that imports only the command that is called; errors are one line and exit code 1.

    With --log-level debug, the traceback of an error is logged.
    """

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name.replace("-", "_")
        command = getattr(import_module(COMMANDS[cmd_name]), name)
        assert isinstance(command, click.Command)  # noqa: S101 - for the type checker
        return command

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """All commands with the whole first sentence of each; click would cut it off."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, command.get_short_help_str(_WHOLE)) for name, command in found if command]
            )

    @override
    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (AppError, TapError) as error:
            _logger.debug("The traceback:", exc_info=True)
            raise click.ClickException(redact(str(error))) from error
        except click.UsageError:
            raise
        except click.ClickException as error:
            raise click.ClickException(printable(error.message)) from error


@click.group(cls=Commands)
@click.option(
    "--log-level",
    default="warning",
    show_default=True,
    type=click.Choice(["debug", "info", "warning"]),
    help="What is logged to standard error; debug shows the traceback of an error.",
)
@click.version_option(package_name="tap-stripe-apex", message="%(prog)s %(version)s")
def main(log_level: str) -> None:
    """From Stripe payments to marketing truth."""
    # The files of this command and of its subprocesses hold keys and personal data.
    os.umask(0o077)
    for name, value in environment().items():
        if name not in SECRETS:  # the tap and the page read them there
            os.environ.setdefault(name, value)  # libpq and click look there, and nowhere else
    handler = logging.StreamHandler()
    handler.setFormatter(_Printable("%(levelname)s %(message)s"))
    logging.basicConfig(level=log_level.upper(), handlers=[handler])
    logging.getLogger("stripe").setLevel(logging.WARNING)  # it logs whole answers at level DEBUG
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores one of them
                signal.signal(number, _stop)


def _stop(number: int, _: FrameType | None) -> NoReturn:
    """End the command by an exception, so that temporary files are deleted."""
    raise SystemExit(128 + number)
