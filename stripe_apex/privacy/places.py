"""The places with personal data: a DuckDB file or a Postgres database, and a lake of Parquet files.

Removed data must not stay in freed blocks. So the DuckDB file and changed tables of Postgres are
rewritten, and so is each changed file of a lake.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import duckdb

from stripe_apex.errors import NoWarehouseError, OptionError, WarehouseError
from stripe_apex.privacy.person import Search
from stripe_apex.privacy.tables import identifier, tables
from stripe_apex.sources.reading import literal
from stripe_apex.sources.warehouse import opened
from stripe_apex.temporary import private_folder
from stripe_apex.warehouse import is_postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from upath import UPath

    from stripe_apex.hashing import Run
    from stripe_apex.privacy.tables import Dialect

    Action = Callable[[Search], AbstractSet[str]]
    """Changes tables; returns the labels of those that it changed."""


class Place(Protocol):
    """A place whose tables can be searched, or changed within a transaction."""

    def look(self, action: Action) -> None:
        """Search all tables together."""

    def change(self, action: Action, *, keep: bool) -> None:
        """Change tables; the changes are committed or rolled back."""


class Database:
    """A DuckDB file or a Postgres database.

    Args:
        address: the path of the file, or `postgresql://...`.
        named: further tables that the models read, as schema.table.

    Raises:
        NoWarehouseError: there is no such file.
    """

    def __init__(self, address: str, named: Sequence[str]) -> None:
        self.address: Final = address
        self._named = named
        if not is_postgres(address) and not Path(address).is_file():
            raise NoWarehouseError(f"There is no warehouse at {address}.")

    def look(self, action: Action) -> None:
        """As `Place` says."""
        self.change(action, keep=False)

    def change(self, action: Action, *, keep: bool) -> None:
        """As `Place` says."""
        dialect: Dialect = "postgres" if is_postgres(self.address) else "duckdb"
        with opened(self.address, write=True) as warehouse:
            if warehouse is None:  # never: it is there
                return
            found = tables(warehouse.run, self._named)
            warehouse.run("begin")
            changed: AbstractSet[str] = frozenset()
            try:
                changed = action(Search(warehouse.run, dialect, found))
            finally:
                warehouse.run("commit" if changed and keep else "rollback")
            if changed and keep and dialect == "postgres":
                for table in found:
                    if table.label in changed:
                        warehouse.run(f"vacuum full {table.sql}")

    def write_anew(self) -> bool:
        """Rewrite a DuckDB file without the removed data; False for a database.

        Raises:
            WarehouseError: the disk has no room for a second file.
        """
        if is_postgres(self.address):
            return False
        path = Path(self.address).resolve()
        fresh = path.with_name(f".{path.name}.{os.getpid()}.anew")
        with suppress(FileNotFoundError):
            fresh.unlink()
        try:
            with duckdb.connect(str(path)) as connection:  # this keeps other processes out
                connection.execute("checkpoint")
                ((name,),) = connection.execute("select current_database()").fetchall()
                connection.execute(f"attach {literal(str(fresh))} as written_anew")
                connection.execute(f"copy from database {identifier(name)} to written_anew")
                connection.execute("detach written_anew")
                fresh.chmod(path.stat().st_mode & 0o777)
                fresh.replace(path)
        except (duckdb.Error, OSError) as error:
            said = str(error).split("\n", 1)[0].rstrip(".")
            raise WarehouseError(
                f"The rows are gone from the tables, but {path} could not be written anew, so that "
                f"copies of them may remain in its free blocks: {said}. Make room, and run "
                "`stripe-apex forget --compact`."
            ) from error
        finally:
            for left in (fresh, fresh.with_name(f"{fresh.name}.wal")):
                with suppress(FileNotFoundError):
                    left.unlink()
        return True

    def check_room(self) -> None:
        """Check that the file can be rewritten, before anything is removed.

        Raises:
            WarehouseError: the disk has no room for it.
        """
        if is_postgres(self.address):
            return
        path = Path(self.address)
        needed, free = path.stat().st_size, shutil.disk_usage(path.resolve().parent).free
        if free < needed:
            raise WarehouseError(
                f"{path} is written anew, for which its disk needs {needed:,} bytes and has "
                f"{free:,}. Make room first; nothing was changed."
            )


class Lake:
    """Parquet files in folders `schema/stream/load_date=...`, below a path or a URL.

    Raises:
        OptionError: there is no such lake.
    """

    def __init__(self, address: str) -> None:
        from upath import UPath  # noqa: PLC0415 - comes with the SDK; only a lake needs it

        self._root: Final = UPath(address)
        if not self._root.exists():
            raise OptionError(f"There is no lake at {address}.")

    def look(self, action: Action) -> None:
        """As `Place` says: each folder of files is a table."""
        folders: dict[tuple[str, str], list[UPath]] = {}
        for path in self._files():
            folders.setdefault((path.parts[-4], path.parts[-3]), []).append(path)
        with private_folder() as folder, _in_memory(folder) as run:
            for number, ((schema, stream), paths) in enumerate(folders.items()):
                for place, path in enumerate(paths):
                    path.fs.get_file(path.path, f"{folder}/{number}-{place}.parquet")
                files = literal(f"{folder}/{number}-*.parquet")
                run(f"create schema if not exists {identifier(schema)}")
                run(
                    f"create view {identifier(schema)}.{identifier(stream)} as select * from "
                    f"read_parquet({files}, union_by_name = true, hive_partitioning = false)"
                )
            found = tables(run, [f"{schema}.{stream}" for schema, stream in folders])
            action(Search(run, "duckdb", found))

    def change(self, action: Action, *, keep: bool) -> None:
        """As `Place` says; each changed file is replaced as a whole."""
        with private_folder() as folder:
            for path in self._files():
                self._change_file(path, folder, action, keep=keep)

    def _change_file(self, path: UPath, folder: str, action: Action, *, keep: bool) -> None:
        schema, stream = path.parts[-4], path.parts[-3]
        with _in_memory(folder) as run:
            local = f"{folder}/file.parquet"
            path.fs.get_file(path.path, local)
            run(f"create schema {identifier(schema)}")
            run(
                f"create table {identifier(schema)}.{identifier(stream)} as select * from "
                f"read_parquet({literal(local)}, hive_partitioning = false)"
            )
            (table,) = tables(run, [f"{schema}.{stream}"])
            if action(Search(run, "duckdb", [table])) and keep:
                run(f"copy {table.sql} to {literal(local)} (format parquet, compression zstd)")
                unfinished = path.parent / f".{path.name}.part"
                path.fs.put_file(local, unfinished.path)
                path.fs.mv(unfinished.path, path.path)

    def _files(self) -> list[UPath]:
        return sorted(self._root.glob("*/*/load_date=*/*.parquet"), key=str)


@contextmanager
def _in_memory(folder: str) -> Iterator[Run]:
    """An in-memory database that spills to a folder."""
    with duckdb.connect() as connection:

        def run(sql: str, *parameters: object) -> list[tuple[object, ...]]:
            return connection.execute(sql, parameters).fetchall()

        run("set timezone = 'UTC'")
        run(f"set temp_directory = {literal(folder)}")
        yield run
