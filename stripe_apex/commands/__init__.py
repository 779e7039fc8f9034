"""The commands of `stripe-apex`, a module for each: their options, and what they print.

A module here imports what does its work only when the command is called, so that `--help` and the
other commands do not wait for it.
"""

__all__ = ["check", "connect", "imports", "options", "refresh", "report"]
