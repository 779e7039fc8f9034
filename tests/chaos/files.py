"""The states in which crashed machines and other processes leave the warehouse's file."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from tests.commands import CONTEXT
from tests.target.process import hold

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEADERS = 3 * 4096
"""The size of the headers at the beginning of every DuckDB file."""

What = Literal["warehouse begun", "warehouse damaged", "temporary files"]


@contextmanager
def half_made(warehouse: Path, what: What) -> Iterator[bool]:
    """Damage the file, and restore it at the end; yields whether a run must refuse it."""
    match what:
        case "warehouse begun":
            if not warehouse.exists():
                warehouse.write_bytes(bytes(4096))
            yield False
        case "temporary files":
            left = [warehouse.with_name(f"{warehouse.name}.tmp"), warehouse.parent / "tmp"]
            for folder in left:
                folder.mkdir(exist_ok=True)
                (folder / "duckdb_temp_storage_S32K-0.tmp").write_bytes(b"half" * 1000)
            yield False
        case "warehouse damaged":
            files = [warehouse, warehouse.with_name(f"{warehouse.name}.wal")]
            backup = {each: each.read_bytes() for each in files if each.exists()}
            content = backup.get(warehouse, b"")
            warehouse.write_bytes(b"this is no database\n" * 1000 + content[HEADERS:])
            try:
                yield True
            finally:
                for each in files:
                    each.unlink(missing_ok=True)
                for each, content in backup.items():
                    each.write_bytes(content)


@contextmanager
def held_by_another(warehouse: Path, seconds: float | None) -> Iterator[None]:
    """Let another process hold the file, for `seconds` or to the end, if it can be opened."""
    process = CONTEXT.Process(target=hold, args=(warehouse, seconds or 600.0), daemon=True)
    process.start()
    mark = warehouse.parent / "held"
    while process.exitcode is None and not mark.exists():
        time.sleep(0.003)
    mark.unlink(missing_ok=True)
    try:
        yield
    finally:
        process.kill()
        process.join()
        process.close()
