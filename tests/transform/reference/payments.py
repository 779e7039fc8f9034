"""Payments by country, and failed attempts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.transform.reference.money import local_date

if TYPE_CHECKING:
    from datetime import date

    from tests.transform.reference.attribution import Attribution
    from tests.transform.worlds import FailedCharge


@dataclass
class Country:
    """The payments from a country on a day, in minor units of one currency."""

    charges: int = 0
    disputed: int = 0
    gross: int = 0
    refunded: int = 0


def countries(attribution: Attribution) -> dict[tuple[date, str, str], Country]:
    """Payments by day, currency and country."""
    found: dict[tuple[date, str, str], Country] = defaultdict(Country)
    for payment in attribution.payments:
        charge = payment.charge
        country = charge.billing_country or charge.card_country or "unknown"
        line = found[payment.day, charge.currency, country]
        line.charges += 1
        line.disputed += charge.disputed
        line.gross += charge.gross
        line.refunded += charge.given_back
    return found


def reason(failed: FailedCharge) -> str:
    """Why an attempt failed, by its outcome, else by its code."""
    outcome = failed.outcome_reason if failed.outcome_type != "authorized" else None
    return outcome or failed.failure_code or "unknown"


@dataclass
class Failed:
    """Attempts that failed on a day for one reason, in minor units of one currency."""

    attempts: int = 0
    asked: int = 0
    payments: int = 0
    payment: int = 0
    recovered_payments: int = 0
    recovered: int = 0


def failed_payments(attribution: Attribution) -> dict[tuple[date, str, str], Failed]:
    """Failed attempts by day, currency and reason."""
    world, settings = attribution.world, attribution.settings
    attempts: dict[str, list[FailedCharge]] = defaultdict(list)
    for failed in world.failed_charges:
        if failed.deleted_at is None:
            attempts[failed.payment_intent_id or failed.id].append(failed)
    found: dict[tuple[date, str, str], Failed] = defaultdict(Failed)
    for payment, tried in attempts.items():
        for failed in tried:
            line = found[local_date(failed.created, settings), failed.currency, reason(failed)]
            line.attempts += 1
            line.asked += failed.amount
        last = max(tried, key=lambda failed: (failed.created, failed.id))
        got = sum(
            paid.charge.gross
            for paid in attribution.payments
            if f"pi_{paid.charge.id}" == payment
            and paid.charge.currency == last.currency
            and paid.charge.created >= last.created
        )
        line = found[local_date(last.created, settings), last.currency, reason(last)]
        line.payments += 1
        line.payment += last.amount
        line.recovered_payments += got > 0
        line.recovered += min(got, last.amount)
    return found
