"""`stripe-apex refresh`."""

from __future__ import annotations

import os

import click

from stripe_apex.saying import say


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("arguments", metavar="DBT_ARGUMENTS...", nargs=-1, required=True)
@click.pass_context
def refresh(ctx: click.Context, arguments: tuple[str, ...]) -> None:
    """Build the marts by dbt, unless nothing that they are made of has changed.

    The arguments are those of dbt, such as `build --project-dir transform`, and so is the exit
    code. DBT_TARGET and APEX_WAREHOUSE name the warehouse, as in dbt's profiles.
    """
    from stripe_apex.refresh import refresh as build

    code = build(arguments, os.environ)
    if code is None:
        say("Nothing that the models read has changed: the marts are up to date.")
    ctx.exit(code or 0)
