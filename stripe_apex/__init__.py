"""The command line around the tap, and what people see: the Connect page and the report.

`cli` is the command `stripe-apex`, `commands` what it can do; the dbt models ask `lifetime` for
predictions. The other rooms do the work of the commands.
"""

__all__ = ["cli", "commands", "lifetime"]
