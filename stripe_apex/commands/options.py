"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

JSON_FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)

config_option = click.option(
    "--config",
    type=JSON_FILE,
    help="The tap's configuration, as JSON; without it, that of the Meltano project, or "
    "TAP_STRIPE_APEX_* in the environment.",
)
