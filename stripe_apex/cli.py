"""`stripe-apex`: what is done by hand around the tap."""

from __future__ import annotations

import logging

import click
from singer_sdk.exceptions import ConfigValidationError

from stripe_apex.report.command import report
from stripe_apex.settings import check, connect, disconnect
from stripe_apex.sources.command import import_files
from stripe_simulator.command import simulate
from tap_stripe_apex.command import in_one_line
from tap_stripe_apex.errors import TapError

_logger = logging.getLogger("stripe-apex")


class _Group(click.Group):
    """A group whose errors are one line and exit code 1, with a traceback only for debugging."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (TapError, ConfigValidationError) as exc:
            _logger.debug("The traceback:", exc_info=True)
            raise click.ClickException(in_one_line(exc)) from exc


@click.group(cls=_Group)
@click.option("--log-level", default="warning", type=click.Choice(["debug", "info", "warning"]))
def main(log_level: str) -> None:
    """From Stripe payments to marketing truth."""
    logging.basicConfig(level=log_level.upper(), format="%(levelname)s %(message)s")


for _command in (check, connect, disconnect, import_files, report, simulate):
    main.add_command(_command)
