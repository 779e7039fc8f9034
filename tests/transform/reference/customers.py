"""Which customers are new, as far as the loaded charges tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tests.transform.reference.settings import Settings
    from tests.transform.worlds import Charge

A_DAY = timedelta(days=1)
A_MONTH = timedelta(days=30)


@dataclass(frozen=True)
class Customers:
    """The charges of an account that are loaded, which may not be all."""

    charges: Sequence[Charge]
    settings: Settings

    @property
    def loaded_from(self) -> datetime:
        """The time of the oldest loaded charge."""
        return min(charge.created for charge in self.charges)

    @property
    def is_complete(self) -> bool:
        """Whether all charges of the account are loaded, by the setting or by evidence."""
        if self.settings.history_complete is not None:
            return self.settings.history_complete
        known = [(c.created, c.customer_created) for c in self.charges if c.customer_created]
        return any(paid >= made + A_MONTH for paid, made in known) and all(
            made >= self.loaded_from - A_DAY for _, made in known
        )

    def is_new(self, of_person: Sequence[Charge], first: Charge) -> bool | None:
        """Whether a person's first loaded conversion is their first ever; None if not known."""
        made = min((c.customer_created for c in of_person if c.customer_created), default=None)
        if self.is_complete or (made is not None and made >= self.loaded_from):
            return True
        window = timedelta(days=self.settings.attribution_window_days)
        if made is not None and first.created >= made + window:
            return False
        return None
