"""Who is new, as far as the loaded charges tell."""

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
    """The history of an account, of which these charges are loaded."""

    charges: Sequence[Charge]
    settings: Settings

    @property
    def loaded_from(self) -> datetime:
        """When the oldest loaded charge was made."""
        return min(charge.created for charge in self.charges)

    @property
    def is_complete(self) -> bool:
        """Are the loaded charges all that the account ever had, by the setting or by evidence?"""
        if self.settings.history_complete is not None:
            return self.settings.history_complete
        known = [(c.created, c.customer_created) for c in self.charges if c.customer_created]
        return any(paid >= made + A_MONTH for paid, made in known) and all(
            made >= self.loaded_from - A_DAY for _, made in known
        )

    def is_new(self, of_person: Sequence[Charge], first: Charge) -> bool | None:
        """Was a person's first loaded conversion their first of all? None where nothing tells."""
        made = min((c.customer_created for c in of_person if c.customer_created), default=None)
        if self.is_complete or (made is not None and made >= self.loaded_from):
            return True
        window = timedelta(days=self.settings.attribution_window_days)
        if made is not None and first.created >= made + window:
            return False
        return None
