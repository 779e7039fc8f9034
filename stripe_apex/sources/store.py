"""The tables of `apex_import`: what is loaded, what it replaces, and how it is taken back.

For each kind there are two tables: the rows that the models read, named after the kind, and the
rows that the last command replaced, which `undo` brings back. `imports` has a row for each import.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from stripe_apex.errors import OptionError
from stripe_apex.sources.kinds import AD_SPEND, KINDS
from stripe_apex.sources.spend import money

if TYPE_CHECKING:
    from datetime import date, datetime

    from stripe_apex.sources.fields import Kind
    from stripe_apex.sources.reading import Reading
    from stripe_apex.sources.warehouse import Warehouse

SCHEMA: Final = "apex_import"

_ORIGIN: Final = (
    ("file_name", "varchar"),
    ("file_hash", "varchar"),
    ("imported_at", "timestamp with time zone"),
    ("row_number", "bigint"),
    ("import_id", "bigint"),
)
_IMPORTS: Final = (
    ("import_id", "bigint"),
    ("kind", "varchar"),
    ("file_name", "varchar"),
    ("file_hash", "varchar"),
    ("imported_at", "timestamp with time zone"),
    ("row_count", "bigint"),
    ("first_day", "date"),
    ("last_day", "date"),
    ("totals", "varchar"),
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What an import did; `import_id` is None where the file changes nothing."""

    import_id: int | None
    rows: int
    replaced: int


@dataclass(frozen=True, slots=True)
class Import:
    """An import of the past; `rows` are those that no later one replaced."""

    import_id: int
    kind: str
    file_name: str
    imported_at: datetime
    rows: int
    of_rows: int
    first_day: date | None
    last_day: date | None
    totals: str


def account(name: str) -> str:
    """An account's name for comparing: 111-222-3333 is 1112223333, and Acme is ACME."""
    return f"translate(lower(coalesce({name}, '')), '-_. ', '')"


def prepare(warehouse: Warehouse, kind: Kind) -> None:
    """Make the tables of a kind."""
    warehouse.run(f"create schema if not exists {SCHEMA}")
    _create(warehouse, "imports", _IMPORTS)
    columns = [(column.name, column.sql_type) for column in kind.columns]
    _create(warehouse, kind.name, [*columns, *_ORIGIN])
    _create(warehouse, f"{kind.name}_replaced", [*columns, *_ORIGIN, ("replaced_by", "bigint")])


def present(warehouse: Warehouse) -> list[Kind]:
    """The kinds that have tables."""
    found = warehouse.run(
        "select table_name from information_schema.tables "
        "where table_schema = $1 and table_catalog = current_database()",
        SCHEMA,
    )
    names = {name for (name,) in found}
    return [kind for kind in KINDS.values() if kind.name in names]


def replaced_by(warehouse: Warehouse, kind: Kind, incoming: str) -> list[tuple[str, int, str]]:
    """The files of which rows would be replaced, how many, and their spend as text."""
    if kind not in present(warehouse):
        return []
    spend = "old.currency, sum(old.spend)" if kind is AD_SPEND else "null, null"
    by = ", old.currency" if kind is AD_SPEND else ""
    files: dict[str, tuple[int, list[str]]] = {}
    for name, rows, currency, total in warehouse.run(
        f"select old.file_name, count(*), {spend} from {SCHEMA}.{kind.name} as old "
        f"where {_covered(kind, incoming)} group by old.file_name{by} order by old.file_name{by}"
    ):
        count, spent = files.get(name, (0, []))
        files[name] = (count + rows, [*spent, *([money(total, currency)] if currency else [])])
    return [(name, rows, ", ".join(spent)) for name, (rows, spent) in files.items()]


def changes_nothing(warehouse: Warehouse, kind: Kind, incoming: str) -> bool:
    """Whether the rows of a file are there already, and all of those with their keys."""
    covered = f"from {SCHEMA}.{kind.name} as old where {_covered(kind, incoming)}"
    ((there,),) = warehouse.run(f"select count(*) {covered}")
    ((coming,),) = warehouse.run(f"select count(*) from {incoming}")
    if there != coming:
        return False
    columns = _columns(kind)
    ((unlike,),) = warehouse.run(
        f"select count(*) from (select {columns} from {incoming} "
        f"except all select {columns} {covered}) as unlike"
    )
    return bool(unlike == 0)


def load(
    warehouse: Warehouse, reading: Reading, incoming: str, now: datetime, *, first: bool
) -> Loaded:
    """Put the rows of a file in the place of those with the same keys; `prepare` goes before.

    The first import of a command forgets what earlier commands replaced.
    """
    kind, columns = reading.kind, _columns(reading.kind)
    table, covered = f"{SCHEMA}.{kind.name}", _covered(reading.kind, incoming)
    if changes_nothing(warehouse, kind, incoming):
        return Loaded(None, reading.rows, 0)
    for known in present(warehouse) if first else ():
        warehouse.run(f"delete from {SCHEMA}.{known.name}_replaced")
    ((import_id,),) = warehouse.run(f"select coalesce(max(import_id), 0) + 1 from {SCHEMA}.imports")
    origin = ", ".join(name for name, _ in _ORIGIN)
    ((replaced,),) = warehouse.run(f"select count(*) from {table} as old where {covered}")
    warehouse.run(
        f"insert into {table}_replaced ({columns}, {origin}, replaced_by) "
        f"select {columns}, {origin}, {import_id} from {table} as old where {covered}"
    )
    warehouse.run(f"delete from {table} as old where {covered}")
    source = reading.source
    warehouse.run(
        f"insert into {table} ({columns}, file_name, file_hash, imported_at, row_number, "
        "import_id) "
        f"select {columns}, cast($1 as varchar), cast($2 as varchar), "
        f"cast($3 as timestamp with time zone), row_number, {import_id} from {incoming}",
        source.file.name,
        source.digest,
        now,
    )
    totals = ", ".join(money(total, code) for code, total in reading.totals.items())
    warehouse.run(
        f"insert into {SCHEMA}.imports select {import_id}, cast($1 as varchar), "
        "cast($2 as varchar), cast($3 as varchar), cast($4 as timestamp with time zone), "
        f"count(*), min({kind.day}), max({kind.day}), cast($5 as varchar) "
        f"from {incoming}",
        kind.name,
        source.file.name,
        source.digest,
        now,
        totals,
    )
    return Loaded(import_id, reading.rows, replaced)


def imports(warehouse: Warehouse) -> list[Import]:
    """All imports that were not undone, the newest first."""
    kinds = present(warehouse)
    if not kinds:
        return []
    counts = " union all ".join(
        f"select import_id, count(*) as rows from {SCHEMA}.{kind.name} group by import_id"
        for kind in kinds
    )
    return [
        Import(*row)
        for row in warehouse.run(
            "select i.import_id, i.kind, i.file_name, i.imported_at, coalesce(c.rows, 0), "
            "i.row_count, i.first_day, i.last_day, i.totals "
            f"from {SCHEMA}.imports as i left join ({counts}) as c on i.import_id = c.import_id "
            "order by i.import_id desc"
        )
    ]


def undo(warehouse: Warehouse, import_id: int | None) -> tuple[Import, int]:
    """Take an import back, by default the last one; returns it, and how many rows came back.

    Raises:
        OptionError: there is no such import.
    """
    known = imports(warehouse)
    chosen = next((item for item in known if import_id in {None, item.import_id}), None)
    if chosen is None:
        which = "no import" if import_id is None else f"no import {import_id}"
        raise OptionError(
            f"There is {which} to undo; `stripe-apex import --list` shows those there are."
        )
    kind = KINDS[chosen.kind]
    table, columns = f"{SCHEMA}.{kind.name}", ", ".join([_columns(kind), *(n for n, _ in _ORIGIN)])
    ours = f"import_id = {chosen.import_id}"
    warehouse.run(f"delete from {table} where {ours}")
    free = f"r.replaced_by = {chosen.import_id} and not {_covered(kind, table, old='r')}"
    ((back,),) = warehouse.run(f"select count(*) from {table}_replaced as r where {free}")
    warehouse.run(
        f"insert into {table} ({columns}) select {columns} from {table}_replaced as r where {free}"
    )
    warehouse.run(f"delete from {table}_replaced where replaced_by = {chosen.import_id} or {ours}")
    warehouse.run(f"delete from {SCHEMA}.imports where {ours}")
    return chosen, back


def left_replaced(warehouse: Warehouse, undone: Import) -> list[Import]:
    """Earlier imports of the same kind and days that lack rows, which an undo cannot bring back."""
    return [
        item
        for item in imports(warehouse)
        if item.kind == undone.kind
        and item.import_id < undone.import_id
        and item.rows < item.of_rows
        and _meet(item, undone)
    ]


def _meet(one: Import, other: Import) -> bool:
    if one.first_day and one.last_day and other.first_day and other.last_day:
        return one.first_day <= other.last_day and one.last_day >= other.first_day
    return True


def _create(warehouse: Warehouse, name: str, columns: Any) -> None:
    listed = ", ".join(f"{column} {type_}" for column, type_ in columns)
    warehouse.run(f"create table if not exists {SCHEMA}.{name} ({listed})")


def _columns(kind: Kind) -> str:
    return ", ".join(column.name for column in kind.columns)


def _covered(kind: Kind, incoming: str, old: str = "old") -> str:
    """The condition that an old row has the key of a new one."""
    same = " and ".join(_same(kind, name, old) for name in kind.key)
    return f"exists (select 1 from {incoming} as new where {same})"


def _same(kind: Kind, name: str, old: str) -> str:
    if name == "account_id":
        return f"{account(f'new.{name}')} = {account(f'{old}.{name}')}"
    if kind.field(name).type == "text":
        return f"coalesce(new.{name}, '') = coalesce({old}.{name}, '')"
    return f"new.{name} = {old}.{name}"
