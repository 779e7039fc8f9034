"""Imports what needs DuckDB, an extra, only when it is needed; says so if it is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from target_apex.errors import SettingsError
from target_apex.settings import Destination as Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from target_apex.lines import Message, Run
    from target_apex.session import Destination
    from target_apex.settings import Settings
    from target_apex.streams import Stream


def destination(settings: Settings) -> Callable[[Settings], Destination]:
    """A function that opens the destination that the settings name.

    Raises:
        SettingsError: DuckDB is not installed.
    """
    try:
        if settings.destination == Kind.PARQUET:
            from target_apex.lake import Lake  # noqa: PLC0415 - it needs the extra

            return Lake
        from target_apex.warehouse import Warehouse  # noqa: PLC0415 - it needs the extra
    except ModuleNotFoundError as error:
        if error.name != "duckdb":
            raise
        raise SettingsError(
            "DuckDB, which writes the data, is not installed; install it with "
            "pip install 'tap-stripe-apex[target]'"
        ) from error
    return Warehouse


def batch_runs(
    message: Message, streams: Sequence[Stream], folders: Sequence[str]
) -> Iterator[Run]:
    """The records of a BATCH message, see `batches.runs`."""
    from target_apex.batch_folders import Folders  # noqa: PLC0415 - fsspec takes its time
    from target_apex.batches import runs  # noqa: PLC0415 - it needs the extra

    return runs(message, streams, Folders.of(folders))
