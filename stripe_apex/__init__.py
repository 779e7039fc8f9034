"""The command line around the tap, the Connect page and the report.

`cli` is the command `stripe-apex`, and `commands` holds its subcommands. The dbt models use
`lifetime` for predictions. The other rooms do the work of the commands.
"""

__all__ = ["cli", "commands", "lifetime"]
