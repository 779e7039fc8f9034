"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

JSON_FILE: Final = click.Path(path_type=Path)
"""A file for `settings.read_object`, which reports a bad file in one line."""

people_warehouse_option = click.option(
    "--warehouse",
    help="The DuckDB file, or postgresql://... [default: APEX_WAREHOUSE, else that of the account "
    "that is connected, else the demo's]",
)

lake_option = click.option(
    "--lake", envvar="APEX_LAKE", help="The folder or URL of a lake of Parquet files, if any."
)

config_option = click.option(
    "--config",
    type=JSON_FILE,
    help="The tap's configuration, as JSON; without it, that of the Meltano project, or "
    "TAP_STRIPE_APEX_* in the environment.",
)
