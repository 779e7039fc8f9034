"""Reads the key figures: the sums of this period, and those of the previous one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from stripe_apex.report import queries
from stripe_apex.report.economics import Economics
from stripe_apex.report.facts import UNATTRIBUTED
from stripe_apex.report.key_figures import KeyFigures, NoChange, Sums, compared
from stripe_apex.report.period import Period, day_after
from tap_stripe_apex import money

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stripe_apex.report.facts import Coverage, Scope, Total
    from stripe_apex.warehouse import Warehouse

_SHARES = ("new_customer", "maybe_new_customer")


def net_of(totals: Iterable[Total], scope: Scope) -> int:
    """Net revenue over the currencies of the scope."""
    return sum(
        (total.net_reporting_minor or 0) if scope.converted else total.net_minor
        for total in totals
        if scope.currencies is None or total.currency in scope.currencies
    )


@dataclass(frozen=True, slots=True)
class KeyFiguresReader:
    """Reads the totals of the report: sums over all channels, whatever the filter on channels.

    Attributes:
        is_whole: whether all currencies are included; the spend may have earned those left out.
    """

    warehouse: Warehouse
    scope: Scope
    coverage: Coverage
    is_whole: bool

    def read(self, net_minor: int) -> KeyFigures:
        """The figures of the scope, whose net revenue has been read already."""
        scope = self.scope
        now = self._sums(scope, net_minor)
        revenue_gap = self._revenue_gap()
        earlier = None
        before = None
        if revenue_gap is None:
            days = Period(scope.start, scope.end).before()
            earlier = replace(scope, start=days.start, end=days.end)
            if self._has_other_money(earlier):
                revenue_gap, earlier = NoChange.OTHER_MONEY, None
        if earlier:
            before = self._sums(earlier, self._net(earlier))
        return KeyFigures(
            compared(
                now,
                before,
                money.minor_per_major(scope.currency),
                revenue_gap=revenue_gap,
                spend_gap=self._spend_gap(),
            ),
            now,
            earlier.start if earlier else None,
        )

    def _revenue_gap(self) -> NoChange | None:
        scope = self.scope
        if scope.known_from is None or scope.end > day_after(scope.as_of):
            return NoChange.NOT_OVER
        if (scope.start - scope.known_from).days < (scope.end - scope.start).days:
            return NoChange.CHARGES_BEGIN_LATER
        return None

    def _spend_gap(self) -> NoChange | None:
        scope = self.scope
        first, last = self.coverage.first_spend_date, self.coverage.last_spend_date
        if first is None or last is None:
            return NoChange.NO_FIGURE
        if (scope.start - first).days < (scope.end - scope.start).days:
            return NoChange.SPEND_BEGINS_LATER
        return NoChange.SPEND_ENDS_EARLIER if day_after(last) < scope.end else None

    def _has_other_money(self, scope: Scope) -> bool:
        """Whether a sum over these days would lack a part that has no exchange rate."""
        rows = self.warehouse.rows(queries.CURRENCIES, *_selected(scope))
        if scope.converted:
            return any(row["charges"] or row["bills"] for row in rows)
        return any(row["currency"] != scope.currency for row in rows)

    def _net(self, scope: Scope) -> int:
        column = "net_reporting_minor" if scope.converted else "net_minor"
        rows = self.warehouse.rows(queries.TOTALS, *_selected(scope))
        return sum(row[column] or 0 for row in rows)

    def _sums(self, scope: Scope, net_minor: int) -> Sums:
        converted, selected = scope.converted, _selected(scope)
        channels = queries.LEVELS[:1]
        found: dict[str, dict[str, Any]] = {}
        brought = queries.brought(channels, converted=converted)
        for row in self.warehouse.rows(brought, *selected, scope.attribution_model):
            line = {f"{name}s": Decimal(row[f"{name}_micros"]).scaleb(-6) for name in _SHARES}
            found[row["channel"]] = line | {"basis_minor": row["basis_minor"]}
        credited = any(name != UNATTRIBUTED for name in found)
        for row in self.warehouse.rows(queries.spent(channels, converted=converted), *selected):
            found.setdefault(row["channel"], {})["spend_minor"] = row["spend_minor"]
        return Sums.of(
            net_minor,
            (
                Economics(channel=name, **line, is_credited=credited, is_whole=self.is_whole)
                for name, line in found.items()
            ),
        )


def _selected(scope: Scope) -> tuple[Any, ...]:
    """The parameters of a query."""
    currencies = None if scope.currencies is None else list(scope.currencies)
    return scope.start, scope.end, currencies
