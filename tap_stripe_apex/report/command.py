"""`stripe-apex report`."""

from __future__ import annotations

from pathlib import Path

import click

from tap_stripe_apex.report import queries, text

DEFAULT_WAREHOUSE = Path("output/warehouse.duckdb")


@click.command()
@click.option(
    "--warehouse",
    type=click.Path(dir_okay=False, path_type=Path),
    default=DEFAULT_WAREHOUSE,
    show_default=True,
    envvar="APEX_WAREHOUSE",
    help="The DuckDB file that dbt built the marts in.",
)
@click.option(
    "--attribution-model",
    default="position_based",
    show_default=True,
    help="How revenue is shared among the touches of a customer.",
)
def report(warehouse: Path, attribution_model: str) -> None:
    """Show total revenue, revenue by channel, and what could not be matched."""
    summary = queries.summarise(warehouse, attribution_model)
    click.echo(text.render(summary, attribution_model))
    click.echo(f"\nWarehouse: {warehouse}")
