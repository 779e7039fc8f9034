"""The outcomes of many campaigns, as the tables of docs/reliability.md."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.chaos.campaign import KINDS

if TYPE_CHECKING:
    from tests.chaos.life import Outcome

DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"

FIGURES = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- /figures -->)", re.DOTALL)


@dataclass
class Figures:
    """Sums over campaigns."""

    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def failed(self) -> list[Outcome]:
        """The campaigns with complaints."""
        return [each for each in self.outcomes if each.complaints]

    def __str__(self) -> str:
        troubles = sum((each.troubles for each in self.outcomes), Counter())
        seeds = [each.seed for each in self.outcomes]
        rows = {
            "campaigns": f"{len(seeds):,}, numbers {min(seeds)} to {max(seeds)}",
            "runs of tap and target": self._sum("runs"),
            "of these, with exit code 0": self._sum("complete"),
            "faults and changes that struck": f"{troubles.total():,}",
            "records compared": f"{sum(each.verdict.compared for each in self.outcomes):,}",
            "records lost or wrong": f"{sum(len(each.verdict.wrong) for each in self.outcomes):,}",
            "secrets and addresses shown": self._count("secrets"),
            "runs that ended without one clear line": self._count("manners"),
        }
        summed = "".join(f"| {name} | {value} |\n" for name, value in rows.items())
        struck = "".join(
            f"| {kind} | {what} | {troubles[kind]:,} |\n" for kind, what in KINDS.items()
        )
        return (
            f"| figure | value |\n| --- | ---: |\n{summed}\n"
            f"| fault or change | what it is | struck |\n| --- | --- | ---: |\n{struck}"
        )

    def _sum(self, name: str) -> str:
        return f"{sum(getattr(each, name) for each in self.outcomes):,}"

    def _count(self, name: str) -> str:
        return f"{sum(len(getattr(each, name)) for each in self.outcomes):,}"


def renew(figures: Figures) -> None:
    """Write the figures into the document."""
    DOCUMENT.write_text(FIGURES.sub(lambda _: f"\n{figures}\n", DOCUMENT.read_text()))
