"""What a warehouse holds beside the payments: how much of each kind, from when to when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stripe_apex.sources import store
from stripe_apex.sources.kinds import KINDS
from stripe_apex.sources.warehouse import opened

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from stripe_apex.sources.store import Import
    from stripe_apex.sources.warehouse import Warehouse

    Columns = Mapping[tuple[str, str], Mapping[str, str]]
    """The type of each column, by table."""

_OWN_TABLES: Final = "apex"
"""The schema of tables that other programs fill; the models read them beside the imports."""
_MONEY: Final = (
    ("raw_stripe", "charges"),
    (store.SCHEMA, "ad_spend"),
    (_OWN_TABLES, "ad_spend"),
)


@dataclass(frozen=True, slots=True)
class Holding:
    """The rows of one kind, and the days that they are of; no days where nothing dates them."""

    rows: int
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a warehouse holds.

    Attributes:
        kinds: the kinds of which there are rows, imported or in tables of one's own.
        imports: those that were not undone, the newest first.
        currencies: of payments and spend.
        payments: the charges that were read; None where there are none yet.
    """

    kinds: Mapping[str, Holding]
    imports: Sequence[Import]
    currencies: Sequence[str]
    payments: Holding | None = None


def holdings(address: str) -> Holdings:
    """What the warehouse holds.

    Raises:
        WarehouseError: it cannot be read, or another process is writing it.
    """
    with opened(address, write=False) as warehouse:
        if warehouse is None:
            return Holdings({}, (), ())
        columns = _columns(warehouse)
        return Holdings(
            _kinds(warehouse, columns),
            store.imports(warehouse),
            _currencies(warehouse, columns),
            _payments(warehouse, columns),
        )


def _columns(warehouse: Warehouse) -> Columns:
    found: dict[tuple[str, str], dict[str, str]] = {}
    for schema, table, column, type_ in warehouse.run(
        "select table_schema, table_name, column_name, lower(data_type) "
        "from information_schema.columns where table_catalog = current_database()"
    ):
        found.setdefault((schema, table), {})[column] = type_
    return found


def _kinds(warehouse: Warehouse, columns: Columns) -> dict[str, Holding]:
    found = {}
    for kind in KINDS.values():
        parts = []
        for schema in (store.SCHEMA, _OWN_TABLES):
            known = columns.get((schema, kind.name))
            if known is not None:
                # Tables of one's own may lack their dates, or keep them as text.
                dated = known.get(kind.moment or "", "").startswith(("date", "timestamp"))
                day = kind.day if dated else "cast(null as date)"
                parts.append(f"select {day} as day from {schema}.{kind.name}")
        if parts:
            ((rows, first, last),) = warehouse.run(
                f"select count(*), min(day), max(day) from ({' union all '.join(parts)}) as held"
            )
            if rows:
                found[kind.name] = Holding(rows, first, last)
    return found


def _payments(warehouse: Warehouse, columns: Columns) -> Holding | None:
    type_ = columns.get(("raw_stripe", "charges"), {}).get("created", "")
    if not type_.startswith("timestamp"):
        return None
    moment = "created at time zone 'UTC'" if "with time zone" in type_ else "created"
    ((rows, first, last),) = warehouse.run(
        f"select count(*), min(cast({moment} as date)), max(cast({moment} as date)) "
        "from raw_stripe.charges"
    )
    return Holding(rows, first, last) if rows else None


def _currencies(warehouse: Warehouse, columns: Columns) -> list[str]:
    parts = [
        f"select lower(currency) as code from {schema}.{table}"
        for schema, table in _MONEY
        if "currency" in columns.get((schema, table), {})
    ]
    if not parts:
        return []
    found = warehouse.run(f"select distinct code from ({' union all '.join(parts)}) as paid")
    return sorted(code for (code,) in found if code)
