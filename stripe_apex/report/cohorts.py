"""Cohorts by month of first payment: what customers are worth, and when they had paid back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stripe_apex.report import queries

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from decimal import Decimal

    Rows = Callable[..., list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class CohortAge:
    """A month's new customers, so many months later.

    Attributes:
        cumulative_minor: what the ratios count of all of their revenue; None where a part has no
            rate.
        is_complete: the month of this age is over, and the revenue is known.
    """

    cohort_month: date
    age_months: int
    customers: int
    paying_customers: int
    cumulative_minor: int | None
    is_complete: bool


@dataclass(frozen=True, slots=True)
class PaybackCohort:
    """New customers of a month, of all channels or of one, and what they cost.

    Attributes:
        first_channel: empty for all together.
        is_partial: the month is not over.
        ltv: what one of them has brought so far, as the ratios count it, in major units of the
            reporting currency.
        spend_minor: minor units of it; None where a part has no rate.
        cac: None without spend, or where it is not known of everybody who is new.
        payback_age_months: the age at which they had brought what they cost; None: not yet.
    """

    cohort_month: date
    first_channel: str
    is_partial: bool
    customers: int
    ltv: Decimal | None
    spend_minor: int | None
    cac: Decimal | None
    payback_age_months: int | None


def read(rows: Rows, tables: set[str], days: Sequence[Any]) -> tuple[PaybackCohort, ...]:
    """Ask the marts for the months that begin in these days; nothing where they are not there."""
    if not {"marts.mart_cohorts", "marts.mart_channel_cohorts"} <= tables:
        return ()
    return tuple(PaybackCohort(**row) for row in rows(queries.PAYBACK, *days))
