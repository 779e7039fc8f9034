"""The filters of a report, and the days, currencies and channels that they select."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from stripe_apex.errors import OptionError
from stripe_apex.report import facts, period, queries
from stripe_apex.report.period import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stripe_apex.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Filters:
    """What the user wants to see; an empty tuple selects everything."""

    period: str
    attribution_model: str
    currencies: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


def scope_of(warehouse: Warehouse, filters: Filters) -> facts.Scope:
    """The scope that the filters select in a warehouse.

    Raises:
        OptionError: a filter names something that the warehouse does not have.
    """
    known: dict[str, list[str]] = {}
    for row in warehouse.rows(queries.KNOWN_VALUES):
        known.setdefault(row["kind"], []).append(row["value"])
    models = known.get("attribution_model", [])
    currencies = tuple(currency.lower() for currency in filters.currencies)
    if models:
        _require("attribution model", (filters.attribution_model,), models)
        _require("currency", currencies, known.get("currency", []))
        _require("channel", filters.channels, known.get("channel", []))
    (whole,) = warehouse.rows(queries.WHOLE)
    first = whole["first_day"] or date(2000, 1, 1)
    last = whole["last_day"] or first
    as_of = whole["last_revenue_day"] or last
    days = period.parse(filters.period, Period(first, period.day_after(last)), as_of)
    reporting = next(iter(known.get("reporting_currency", [])), "usd")
    in_one = len(set(currencies)) == 1
    return facts.Scope(
        start=days.start,
        end=days.end,
        as_of=as_of,
        attribution_model=filters.attribution_model,
        attribution_models=tuple(models),
        currency=currencies[0] if in_one else reporting,
        reporting_currency=reporting,
        converted=not in_one,
        currencies=currencies or None,
        channels=filters.channels or None,
        known_from=whole["first_revenue_day"],
        known_until=whole["last_revenue_day"],
        revenue_basis=next(iter(known.get("revenue_basis", [])), "net"),
    )


def convertible(
    scope: facts.Scope, currencies: Sequence[facts.LeftOut]
) -> tuple[facts.Scope, tuple[facts.LeftOut, ...]]:
    """The scope without currencies that lack some exchange rates, and those currencies.

    A sum over the other currencies is complete; a sum over all would lack the money without a rate.
    If all money is in one currency, no rate is needed, and the report is in that currency.

    Args:
        scope: the scope that the user asked for.
        currencies: its currencies, the one with the most charges first.
    """
    lacking = [line for line in currencies if line.charges or line.bills]
    if not scope.converted or not lacking:
        return scope, ()
    if len(currencies) == 1:
        return replace(scope, currency=currencies[0].currency, converted=False), ()
    whole = [line.currency for line in currencies if line not in lacking]
    shown = whole or [currencies[0].currency]
    narrowed = replace(
        scope,
        currencies=tuple(shown),
        currency=shown[0] if len(shown) == 1 else scope.currency,
        converted=len(shown) > 1,
    )
    return narrowed, tuple(line for line in currencies if line.currency not in shown)


def listed(currencies: tuple[str, ...] | None) -> list[str] | None:
    """Currencies as a query's parameter: a list, or None for all."""
    return None if currencies is None else list(currencies)


def _require(what: str, wanted: Sequence[str], known: Sequence[str]) -> None:
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise OptionError(f"The warehouse has no {what} {unknown[0]!r}. It has {', '.join(known)}.")
