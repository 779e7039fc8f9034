"""Facts on the countries of payments and on failed attempts; amounts in minor units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from stripe_apex.report.queries import attempts as queries

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    Rows = Callable[..., list[dict[str, Any]]]

UNKNOWN: Final = "unknown"
"""Stands for a country or a reason that Stripe does not tell."""


@dataclass(frozen=True, slots=True)
class Country:
    """Revenue by country, as ISO 3166-1 alpha-2; `unknown` if Stripe does not tell it."""

    country: str
    charges: int
    disputed_charges: int
    gross_minor: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Attempts in one currency that failed for one reason.

    Attributes:
        asked_minor: the sum of the attempts; a payment that failed twice counts twice.
        payments: number of payments whose last failed attempt is among these.
        payment_minor: the sum of these payments.
        recovered_payments: number of them that a later attempt of the same payment intent paid.
        recovered_minor: the amount that these later attempts paid.
    """

    currency: str
    reason: str
    attempts: int
    asked_minor: int
    payments: int
    payment_minor: int
    recovered_payments: int
    recovered_minor: int


@dataclass(frozen=True, slots=True)
class Attempts:
    """The countries of payments, and failed attempts.

    Attributes:
        countries: the countries, those with the most revenue first; empty in a warehouse of an
            older version.
        failures: the failures, the most frequent first.
        failures_were_read: whether the stream `failed_charges` was read.
        failures_since: the day of the first known failure, over all days.
        succeeded: number of charges that did not fail, from that day on.
        missing: the marts that the warehouse lacks, since an older version built it.
    """

    countries: tuple[Country, ...] = ()
    failures: tuple[Failure, ...] = ()
    failures_were_read: bool = False
    failures_since: date | None = None
    succeeded: int = 0
    missing: tuple[str, ...] = ()

    @property
    def failed(self) -> int:
        """The number of attempts that failed."""
        return sum(line.attempts for line in self.failures)

    @property
    def by_currency(self) -> dict[str, tuple[int, int]]:
        """The sums of failed payments, and what later attempts recovered, by currency."""
        found: dict[str, tuple[int, int]] = {}
        for line in self.failures:
            about, got = found.get(line.currency, (0, 0))
            found[line.currency] = (about + line.payment_minor, got + line.recovered_minor)
        return dict(sorted(found.items()))


def read(rows: Rows, selected: Sequence[Any], *, converted: bool) -> Attempts:
    """Query the marts.

    Args:
        rows: a function that runs a query with its parameters.
        selected: the first day, the day after the last one, and the currencies or None.
        converted: whether amounts by country are in the reporting currency.
    """
    there = {row["name"] for row in rows(queries.TABLES_OF_ATTEMPTS)}
    marts = (queries.COUNTRIES_MART, queries.FAILED_MART)
    missing = tuple(mart for mart in marts if f"marts.{mart}" not in there)
    countries: tuple[Country, ...] = ()
    if queries.COUNTRIES_MART not in missing:
        by_country = rows(queries.countries(converted=converted), *selected)
        countries = tuple(Country(**row) for row in by_country)
    if queries.FAILED_MART in missing:
        return Attempts(countries, missing=missing)
    (others,) = rows(queries.SUCCEEDED, *selected)
    return Attempts(
        countries,
        tuple(Failure(**row) for row in rows(queries.FAILED, *selected)),
        "raw_stripe.failed_charges" in there or others["since"] is not None,
        others["since"],
        others["charges"],
        missing,
    )
