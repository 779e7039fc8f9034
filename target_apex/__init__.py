"""target-apex: a Singer target for DuckDB and Parquet lakes that keeps every record.

`TargetApex` is the target, a subclass of the Singer SDK's; `TargetApex.cli` is the command. A run
that fails raises a `TargetError`, whose subclass says how to recover: see `target_apex.errors`.

Of the SDK's private side, `target_apex.target` overrides `_handle_termination` and makes a
`_ConfigInput`; nothing else is used.
"""

from target_apex.errors import (
    InputError,
    MissingKeyError,
    SettingsError,
    TargetError,
    TerminatedError,
    UnknownStreamError,
    WarehouseError,
    WarehouseLockedError,
)
from target_apex.target import TargetApex

__all__ = [
    "InputError",
    "MissingKeyError",
    "SettingsError",
    "TargetApex",
    "TargetError",
    "TerminatedError",
    "UnknownStreamError",
    "WarehouseError",
    "WarehouseLockedError",
]
