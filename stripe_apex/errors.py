"""The errors of the command line, grouped by how a user recovers from them.

AppError
├── OptionError          give the command another option
├── MissingPartError     install the extra or the program that the message names
└── WarehouseError       build the marts, or wait for the run that writes them
    ├── NoWarehouseError     there is none yet: the first run makes it
    └── BusyWarehouseError   another process is writing it: wait

Errors of Stripe, of credentials and of the tap's settings are a `TapError`. Every message is
one line that says what is wrong and what to do.
"""

from __future__ import annotations


class AppError(Exception):
    """Base of all errors of the command line that a user can do something about."""


class OptionError(AppError):
    """An option of a command names something missing, or is not valid."""


class MissingPartError(AppError):
    """An extra of this package, or a program, is not installed."""


class WarehouseError(AppError):
    """The warehouse cannot be opened, or lacks something."""


class NoWarehouseError(WarehouseError):
    """There is no warehouse yet."""


class BusyWarehouseError(WarehouseError):
    """Another process is writing the warehouse."""
