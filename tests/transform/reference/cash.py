"""Money by the day on which it moved."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.transform.reference.money import local_date

if TYPE_CHECKING:
    from datetime import date

    from tests.transform.reference.attribution import Attribution
    from tests.transform.worlds import Charge, Refund, World


@dataclass
class Day:
    """Money that came in and went back on a day, in minor units of one currency."""

    charges: int = 0
    gross: int = 0
    refunds: int = 0
    refunded: int = 0
    undated: int = 0


def refunds_of(charge: Charge, world: World) -> list[tuple[Refund, int]]:
    """The refunds that gave money back, the newest first, each with its really refunded amount."""
    own = [
        refund
        for refund in world.refunds
        if (refund.charge_id, refund.currency) == (charge.id, charge.currency)
        and refund.status not in {"failed", "canceled"}
        and refund.deleted_at is None
    ]
    left = charge.given_back
    found = []
    for refund in sorted(own, key=lambda refund: (refund.created, refund.id), reverse=True):
        part = min(left, refund.amount)
        left -= part
        if part:
            found.append((refund, part))
    return found


def daily(attribution: Attribution) -> dict[tuple[date, str], Day]:
    """The rows of `mart_revenue_daily_cash` by day and currency, without the net."""
    days: dict[tuple[date, str], Day] = defaultdict(Day)
    for payment in attribution.payments:
        charge = payment.charge
        day = days[payment.day, charge.currency]
        day.charges += 1
        day.gross += charge.gross
        day.undated += charge.given_back
        for refund, part in refunds_of(charge, attribution.world):
            day.undated -= part
            back = days[local_date(refund.created, attribution.settings), charge.currency]
            back.refunds += 1
            back.refunded += part
    return days


def net(days: dict[tuple[date, str], Day], key: tuple[date, str]) -> int | None:
    """Captured less refunded money of a day; None if a refund of unknown day may be on it."""
    until, currency = key
    if any(
        day.undated
        for (moment, other), day in days.items()
        if other == currency and moment <= until
    ):
        return None
    return days[key].gross - days[key].refunded
