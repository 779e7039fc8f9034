"""Replaces addresses in tables by their hashes, if the project has a secret for that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from tap_stripe_apex.auth.places import environment
from tap_stripe_apex.hashing import VARIABLE, Hashing

if TYPE_CHECKING:
    from collections.abc import Callable

_BATCH: Final = 500


class Run(Protocol):
    """Runs a statement with parameters $1, $2, ...; returns its rows, if it has any."""

    def __call__(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Run a statement; returns its rows."""


def configured() -> Hashing | None:
    """The hashing by the tap's setting in the environment or `.env`; None if it is not set.

    Raises:
        ConfigurationError: the secret has another form.
    """
    return Hashing.of(environment().get(VARIABLE))


def rewrite(
    run: Run,
    table: str,
    column: str,
    change: Callable[[str], str | None],
    *,
    where: str = "true",
    type_: str = "varchar",
) -> int:
    """Change the texts of a column; returns the number of changed rows.

    Args:
        run: runs a statement, within a transaction.
        table: its name in SQL.
        column: its name in SQL.
        change: returns the new text for a text.
        where: SQL that selects the rows that may have to be changed.
        type_: the type of the column: text or JSON.
    """
    text = f"cast({table}.{column} as varchar)"
    changed = [
        (before, after)
        for (before,) in run(f"select distinct {text} from {table} where {where}")
        if before is not None and (after := change(before)) != before
    ]
    if not changed:
        return 0
    run("create temporary table rewritten (before_it varchar, after_it varchar)")
    for start in range(0, len(changed), _BATCH):
        batch = changed[start : start + _BATCH]
        rows = ", ".join(f"(${2 * n + 1}, ${2 * n + 2})" for n in range(len(batch)))
        run(f"insert into rewritten values {rows}", *(each for pair in batch for each in pair))
    ((rows_changed,),) = run(
        f"select count(*) from {table} where {text} in (select before_it from rewritten)"
    )
    run(
        f"update {table} set {column} = cast(rewritten.after_it as {type_}) from rewritten "
        f"where {text} = rewritten.before_it"
    )
    run("drop table rewritten")
    return int(rows_changed)
