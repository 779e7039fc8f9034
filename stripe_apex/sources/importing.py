"""An import from beginning to end, for whoever asks: the command, or the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from stripe_apex.errors import NoWarehouseError
from stripe_apex.saying import counted
from stripe_apex.sources import store
from stripe_apex.sources.overlap import refuse_overlap
from stripe_apex.sources.warehouse import opened, transaction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stripe_apex.sources.reading import Reading

Replaced = list[tuple[str, int, str]]
"""Files of which rows would be replaced, how many, and their spend."""


@dataclass(frozen=True, slots=True)
class Loading:
    """What was loaded, in a sentence for each file.

    Attributes:
        said: the sentences.
        changes: whether any file brought anything new.
    """

    said: tuple[str, ...]
    changes: bool


def compare(address: str, reading: Reading) -> Replaced:
    """What a file would replace in the warehouse.

    Raises:
        UnclearError: the warehouse has spend that the file may count again, or may drop.
        WarehouseError: it cannot be read, or another process is writing it.
    """
    with opened(address, write=False) as warehouse:
        if warehouse is None:
            return []
        with transaction(warehouse), warehouse.incoming(reading) as incoming:
            refuse_overlap(warehouse, reading, incoming)
            return store.replaced_by(warehouse, reading.kind, incoming)


def load(address: str, readings: Iterable[Reading]) -> Loading:
    """Load files in one transaction: all of them, or none.

    Raises:
        UnclearError: the file that was taken last may count spend again, or may drop it.
        WarehouseError: the warehouse cannot be written, or another process is writing it.
    """
    now, said, changes = datetime.now(UTC), [], False
    with opened(address, write=True) as warehouse:
        if warehouse is None:  # never: a warehouse to be written is made
            raise NoWarehouseError(f"There is no warehouse at {address}.")
        with transaction(warehouse):
            for reading in readings:
                store.prepare(warehouse, reading.kind)
                with warehouse.incoming(reading) as incoming:
                    refuse_overlap(warehouse, reading, incoming)
                    done = store.load(warehouse, reading, incoming, now, first=not changes)
                if done.import_id is None:
                    said.append(f"{reading.name} was imported already: nothing changes.")
                    continue
                changes = True
                rows = counted(done.rows, "row")
                instead = f" in place of {done.replaced:,}" if done.replaced else ""
                said.append(f"Import {done.import_id}: {rows} of {reading.name}{instead}.")
    return Loading(tuple(said), changes)


def undo(address: str, import_id: int | None) -> str:
    """Take an import back, by default the last one.

    Returns:
        A line that says so, and one for each file that it leaves without some of its rows.

    Raises:
        OptionError: there is no such import.
        WarehouseError: the warehouse cannot be written, or another process is writing it.
    """
    missing = f"There is no warehouse at {address}, so nothing to undo."
    if not address.startswith("postgres") and not Path(address).exists():
        raise NoWarehouseError(missing)
    with opened(address, write=True) as warehouse:
        if warehouse is None:  # it was removed meanwhile
            raise NoWarehouseError(missing)
        with transaction(warehouse):
            undone, back = store.undo(warehouse, import_id)
            lacking = [] if back else store.left_replaced(warehouse, undone)
    are = "is" if back == 1 else "are"
    again = f"; {counted(back, 'row')} that it replaced {are} there again" if back else ""
    done = f"import {undone.import_id}, {counted(undone.rows, 'row')} of {undone.file_name}"
    return "\n".join(
        [
            f"Undone: {done}{again}.",
            *(
                f"Rows that a later import replaced do not come back: {item.file_name} has "
                f"{item.rows:,} of its {item.of_rows:,}. Import it again if they are missed."
                for item in lacking
            ),
        ]
    )
