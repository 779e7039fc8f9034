"""Addresses in tables, replaced by their hashes where the project has a secret for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from tap_stripe_apex.auth.places import environment
from tap_stripe_apex.hashing import VARIABLE, Hashing

if TYPE_CHECKING:
    from collections.abc import Callable

_BATCH: Final = 500


class Run(Protocol):
    """Runs a statement with parameters $1, $2, ...; its rows, if it has any."""

    def __call__(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """The rows."""


def configured() -> Hashing | None:
    """What hashes addresses, by the setting of the tap in the environment or `.env`.

    Raises:
        ConfigurationError: the secret is none.
    """
    return Hashing.of(environment().get(VARIABLE))


def rewrite(
    run: Run, table: str, column: str, change: Callable[[str], str | None], where: str = "true"
) -> int:
    """Change the texts of a column; the number of rows that differ afterwards.

    Args:
        run: runs a statement, within a transaction.
        table: its name in SQL.
        column: its name in SQL, of a text.
        change: what becomes of a text.
        where: which rows may have to be changed, in SQL.
    """
    changed = [
        (text, new)
        for (text,) in run(f"select distinct {column} from {table} where {where}")
        if text is not None and (new := change(text)) != text
    ]
    if not changed:
        return 0
    run("create temporary table rewritten (before_it varchar, after_it varchar)")
    for start in range(0, len(changed), _BATCH):
        batch = changed[start : start + _BATCH]
        rows = ", ".join(f"(${2 * n + 1}, ${2 * n + 2})" for n in range(len(batch)))
        run(f"insert into rewritten values {rows}", *(text for pair in batch for text in pair))
    ((rows,),) = run(
        f"select count(*) from {table} where {column} in (select before_it from rewritten)"
    )
    run(
        f"update {table} set {column} = rewritten.after_it from rewritten "
        f"where {table}.{column} = rewritten.before_it"
    )
    run("drop table rewritten")
    return int(rows)
