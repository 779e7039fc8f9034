"""The subcommands of `stripe-apex`, one module each, with their options and output.

A module imports the code that does its work only when the command is called, so that `--help` and
other commands start fast.
"""

__all__ = ["check", "connect", "imports", "options", "refresh", "report"]
