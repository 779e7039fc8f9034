"""Two experiments: one that works, one that does not."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from stripe_simulator.ids import bucket

Variant: TypeAlias = Literal["control", "variant_b"]


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment on visitors of the site in [started_at, ended_at); cost in major units."""

    id: str
    name: str
    started_at: datetime
    ended_at: datetime
    cost: int
    cost_currency: str

    def runs(self, at: int) -> bool:
        """Whether a visitor at epoch second `at` is exposed to it."""
        return self.started_at.timestamp() <= at < self.ended_at.timestamp()

    def variant(self, visitor: str) -> Variant:
        """The variant that a visitor sees, which never changes."""
        return "variant_b" if bucket(f"{visitor}:{self.id}", 2) else "control"


# Because of the new page, more visitors buy, and they buy more.
PRICING_PAGE = Experiment(
    "exp_pricing_page",
    "Annual plans first on the pricing page",
    datetime(2026, 3, 2, tzinfo=UTC),
    datetime(2026, 6, 1, tzinfo=UTC),
    6_500,
    "usd",
)
# The new headline changes nothing but the headline.
HERO_HEADLINE = Experiment(
    "exp_hero_headline",
    "A bolder headline on the home page",
    datetime(2026, 6, 15, tzinfo=UTC),
    datetime(2026, 9, 1, tzinfo=UTC),
    4_000,
    "eur",
)
EXPERIMENTS = (PRICING_PAGE, HERO_HEADLINE)
