"""The failures of the last build, which the warehouse itself stores.

dbt's own files may be of another warehouse that was built later; the table that a build writes at
its end is of this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stripe_apex.saying import counted

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
        about: the models that a test checks; empty if there are many.
        row_count: how many rows a test found; None if it could not be run.
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
        return f"{name}{about} found {counted(self.row_count, 'row')}. {self.description}".rstrip()


def build_failures(warehouse: Warehouse) -> tuple[BuildFailure, ...]:
    """The failures of the last build; none if an older version built it, which stored none."""
    if not warehouse.value(_EXISTS):
        return ()
    return tuple(BuildFailure(**row) for row in warehouse.rows(_FAILURES))
