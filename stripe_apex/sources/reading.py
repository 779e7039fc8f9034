"""What is known of a file that is understood, and what its columns say in SQL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from stripe_apex.sources.fields import Kind
    from stripe_apex.sources.files import Source
    from stripe_apex.sources.headers import Layout
    from stripe_apex.sources.questions import Answers
    from stripe_apex.sources.staging import Staged


@dataclass(slots=True)
class Reading:
    """A file that is understood; `staged` has the rows that would be loaded in `ready`."""

    source: Source
    layout: Layout
    staged: Staged
    answers: Answers
    left_out: dict[str, list[int]]
    """Numbers of the rows that are no data, by the reason."""
    expressions: dict[str, str] = field(default_factory=dict)
    """What makes each field, in SQL over the table `raw` of `staged`."""
    rows: int = 0
    notes: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)
    """What fields without a column are set to, and why, for people."""
    totals: dict[str, Decimal] = field(default_factory=dict)
    """Spend by currency, in major units; empty for other kinds."""
    facts: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    """How many different values a column has, the least and the greatest, for the preview."""

    @property
    def kind(self) -> Kind:
        """What the file is."""
        return self.layout.kind

    @property
    def name(self) -> str:
        """What messages call the file."""
        return self.source.file.name

    def row_where(self, condition: str) -> int | None:
        """The first row of the file for which a condition holds."""
        found = self.staged.one(f"select min(row_number) from raw where {condition}")
        return None if found is None else found[0]


def literal(value: str) -> str:
    """A text in SQL."""
    return "'" + value.replace("'", "''") + "'"
