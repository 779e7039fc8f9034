"""`stripe-apex run`."""

from __future__ import annotations

import os
from contextlib import nullcontext
from typing import Literal

import click

from stripe_apex.errors import OptionError
from stripe_apex.saying import say

STOPPED = "Stopped. Nothing is lost: the next run goes on from here."
"""scripts/run says it too."""


@click.command()
@click.option(
    "--log-format",
    type=click.Choice(["stages", "json"]),
    default="stages",
    show_default=True,
    help="What is shown meanwhile: the stages, or each line of Meltano's log as JSON.",
)
@click.pass_context
def run(ctx: click.Context, log_format: Literal["stages", "json"]) -> None:
    """Read Stripe, or the simulated account, build the marts and write the report.

    It runs in a checkout of the project, and is what `make run` calls.
    """
    from stripe_apex import failures
    from stripe_apex.account import is_checkout, report_page
    from stripe_apex.commands.report import report
    from stripe_apex.run import LOG, Plan, page_of_before
    from stripe_apex.run import run as run_pipeline
    from stripe_apex.terminal import raw_lines, stages
    from tap_stripe_apex.auth.places import environment, project_root

    root = project_root(os.environ)
    if root is None or not is_checkout(root):
        raise OptionError("This is no checkout of tap-stripe-apex: change to the folder of one.")
    os.chdir(root)
    plan = Plan.of(environment())
    say(plan.announcement())
    try:
        with stages() if log_format == "stages" else nullcontext(raw_lines) as show:
            outcome = run_pipeline(plan, os.environ, show)
    except KeyboardInterrupt:
        say(STOPPED, err=True)
        ctx.exit(130)
    if outcome.code and not outcome.has_results:
        raise click.ClickException(f"{outcome.reason or 'The run failed.'} The log is in {LOG}.")
    page = report_page(plan.warehouse, root)
    if outcome.is_built:
        ctx.invoke(report, warehouse=plan.warehouse, output=page)
    else:
        say(page_of_before(page), err=True)
    if outcome.code:
        for line in failures.last_build():
            say(line, err=True)
        ctx.exit(outcome.code)
