"""An export as people make one by hand, with what an import must read in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class Export:
    """A file, and what an import of it must load."""

    name: str
    content: bytes
    kind: str
    rows: int
    first: dict[str, object]
    """The expected values of some columns in the first row that is loaded."""
    totals: dict[str, Decimal] = field(default_factory=dict)
    left_out: int = 0
    options: tuple[str, ...] = ()
