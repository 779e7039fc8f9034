"""Cohorts by month of first payment: what customers are worth, and when they paid back CAC."""

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
    """A month's new customers at an age in months.

    Attributes:
        cumulative_minor: their revenue up to this age, as the ratios count it; None if a part has
            no exchange rate.
        is_complete: whether the month of this age is over and its revenue is known.
    """

    cohort_month: date
    age_months: int
    customers: int
    paying_customers: int
    cumulative_minor: int | None
    is_complete: bool


@dataclass(frozen=True, slots=True)
class PaybackCohort:
    """New customers of a month, from all channels or from one, and what they cost.

    Attributes:
        first_channel: their channel; empty for all channels together.
        is_partial: whether the month is not over.
        ltv: revenue per customer so far, as the ratios count it, in major units of the reporting
            currency.
        spend_minor: ad spend in minor units of that currency; None if a part has no exchange rate.
        cac: customer acquisition cost; None without spend, or if it is not known of everybody
            whether they are new.
        payback_age_months: the age at which their revenue reached their cost; None if it has not.
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
    """Query the months that begin in these days; empty if the warehouse lacks the marts."""
    if not {"marts.mart_cohorts", "marts.mart_channel_cohorts"} <= tables:
        return ()
    return tuple(PaybackCohort(**row) for row in rows(queries.PAYBACK, *days))
