"""Facts from payments alone: all that a report has before leads and spend are imported.

Amounts are in the minor units of the scope's currency.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from stripe_apex.report import attempts
from stripe_apex.report.attempts import Attempts
from stripe_apex.report.queries import payments as queries

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Rows = Callable[..., list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Week:
    """A week's revenue, by the day of the charge; it begins on Monday.

    Attributes:
        kept_minor: net revenue less disputes and fees, as far as these are known.
        disputed_minor: the money taken by open and lost disputes; None if a dispute is not
            loaded, or amounts are converted.
        fee_minor: Stripe's fees, as far as they are known; None if amounts are converted.
        new_customers: people whose first payment was made in this week.
        maybe_new_customers: people of whom it is not known whether this was their first payment.
        returning_customers: people who had paid before a payment of this week.
    """

    week: date
    charges: int
    gross_minor: int
    net_minor: int
    kept_minor: int
    disputed_minor: int | None
    fee_minor: int | None
    charges_without_fee: int
    charges_with_unread_dispute: int
    new_customers: int
    maybe_new_customers: int
    returning_customers: int
    new_revenue_minor: int
    maybe_new_revenue_minor: int

    @property
    def refunded_minor(self) -> int:
        """Refunds of this week's charges, whenever they were made."""
        return self.gross_minor - self.net_minor

    @property
    def taken_minor(self) -> int:
        """Disputes and fees together, as far as they are known."""
        return self.net_minor - self.kept_minor

    @property
    def returning_revenue_minor(self) -> int:
        """Net revenue of people who had paid before."""
        return self.net_minor - self.new_revenue_minor - self.maybe_new_revenue_minor

    @property
    def kept_is_known(self) -> bool:
        """Whether all fees and disputes are known, so that `kept_minor` is exact."""
        return not self.charges_without_fee and not self.charges_with_unread_dispute


@dataclass(frozen=True, slots=True)
class Method:
    """Revenue by payment method: `card`, `sepa_debit`, ..."""

    method: str
    charges: int
    customers: int
    disputed_charges: int
    gross_minor: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class Age:
    """New customers of these days at an age: a number of days after their first payment.

    Attributes:
        customers: number of new customers who have reached this age.
        paid_again: number of them who had made a second payment by this age.
        net_minor: net revenue of all of them up to this age.
    """

    age_days: int
    customers: int
    paid_again: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class Payers:
    """The people who paid in these days.

    Attributes:
        repeat_customers: number of people with more than one payment in these days.
        net_minor: net revenue from all of them.
        largest_minor: net revenue from the largest customer.
        top_ten_minor: net revenue from the ten largest customers.
        top_tenth_minor: net revenue from the largest 10 % of customers, rounded down to whole
            people.
    """

    customers: int = 0
    repeat_customers: int = 0
    net_minor: int = 0
    largest_minor: int = 0
    top_ten_minor: int = 0
    top_tenth_minor: int = 0


@dataclass(frozen=True, slots=True)
class Payments:
    """All facts that need neither leads nor visits nor spend.

    Attributes:
        converted: whether some payments were converted into the scope's currency.
        attempts: the countries of payments, and failed attempts.
    """

    weeks: tuple[Week, ...] = ()
    methods: tuple[Method, ...] = ()
    ages: tuple[Age, ...] = ()
    payers: Payers = Payers()
    converted: bool = False
    attempts: Attempts = field(default_factory=Attempts)

    def whole_weeks(self, start: date, end: date) -> tuple[Week, ...]:
        """The weeks whose seven days are all in [start, end)."""
        return tuple(
            line
            for line in self.weeks
            if line.week >= start and line.week + timedelta(days=7) <= end
        )


def read(rows: Rows, selected: Sequence[Any], as_of: date, *, converted: bool) -> Payments:
    """Query the marts.

    Args:
        rows: a function that runs a query with its parameters.
        selected: the first day, the day after the last one, and the currencies or None.
        as_of: the last day with revenue.
        converted: whether amounts are in the reporting currency.
    """
    (payers,) = rows(queries.payers(converted=converted), *selected)
    return Payments(
        tuple(Week(**row) for row in rows(queries.weeks(converted=converted), *selected)),
        tuple(Method(**row) for row in rows(queries.methods(converted=converted), *selected)),
        tuple(Age(**row) for row in rows(queries.ages(converted=converted), *selected, as_of)),
        Payers(**payers),
        converted,
        attempts.read(rows, selected, converted=converted),
    )
