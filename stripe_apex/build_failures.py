"""What failed the last time that the models and their tests ran, as the warehouse itself keeps it.

dbt's own files are of whatever warehouse was built last; what a build writes at its end is of this
one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from stripe_apex.warehouse import Warehouse

_EXISTS: Final = """
select count(*) from information_schema.tables
where table_schema = 'marts' and table_name = 'build_failures'
"""

_FAILURES: Final = """
select kind, name, about, row_count, description from marts.build_failures
order by kind, name
"""


@dataclass(frozen=True, slots=True)
class BuildFailure:
    """A model that was not built, or a test that failed.

    Attributes:
        kind: `model`, `seed` or `test`.
        about: the models that a test is about; empty where they are many.
        row_count: how many rows a test found; None where it could not be run.
        description: what a failure of the test means, and what to do.
    """

    kind: str
    name: str
    about: str
    row_count: int | None
    description: str

    def __str__(self) -> str:
        """One line for people."""
        name = f"{self.kind} {self.name}"
        if self.kind != "test":
            return f"{name} was not built, so it is as before. The log of the run says why."
        about = f" (about {self.about})" if self.about else ""
        if self.row_count is None:
            return f"{name}{about} could not be run. {self.description}".rstrip()
        rows = "1 row" if self.row_count == 1 else f"{self.row_count:,} rows"
        return f"{name}{about} found {rows}. {self.description}".rstrip()


def build_failures(warehouse: Warehouse) -> tuple[BuildFailure, ...]:
    """What failed; nothing where an older version of the models was built, which keeps nothing."""
    if not warehouse.value(_EXISTS):
        return ()
    return tuple(BuildFailure(**row) for row in warehouse.rows(_FAILURES))
