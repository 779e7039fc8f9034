"""Reads the warehouse into `facts`, over one short connection."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from math import isqrt
from typing import TYPE_CHECKING, Any, TypeVar

from stripe_apex.build_failures import build_failures
from stripe_apex.errors import WarehouseError
from stripe_apex.report import audit, cohorts, facts, matched, payments, period, queries
from stripe_apex.report.asked import Filters, convertible, listed, scope_of
from stripe_apex.report.economics import Economics, unplaced
from stripe_apex.report.read_key_figures import KeyFiguresReader, net_of
from stripe_apex.warehouse import open_warehouse, redacted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from stripe_apex.report.key_figures import KeyFigures
    from stripe_apex.warehouse import Warehouse

OfChannel = TypeVar("OfChannel", facts.Month, facts.Credit, Economics)

CHOICES = ("last-90-days", "last-30-days", "last-month")
"""The periods that a page about all days offers as well."""


def read(address: str, filters: Filters) -> facts.Report:
    """The report, read over one connection that is closed at once.

    Raises:
        OptionError: a filter names something that the warehouse does not have.
        WarehouseError: the warehouse cannot be read, or lacks marts.
    """
    with open_warehouse(address) as warehouse:
        return _ReportReader(warehouse, filters, _tables(warehouse, address)).report()


def read_choices(
    address: str, filters: Filters, *, until_compared: bool = False
) -> tuple[facts.Choice, ...]:
    """The report, followed by one for each other period that its page offers.

    Such a choice has the economics, the totals and the key figures of its own days; everything else
    is that of the first report, and so are its currencies. If the user names a period, that is the
    only one.

    Args:
        address: the address of the warehouse.
        filters: what the user wants to see.
        until_compared: whether to stop after the first period that can be compared with the one
            before it.

    Raises:
        OptionError: a filter names something that the warehouse does not have.
        WarehouseError: the warehouse cannot be read, or lacks marts.
    """
    with open_warehouse(address) as warehouse:
        tables = _tables(warehouse, address)
        report = _ReportReader(warehouse, filters, tables).report()
        choices = [facts.Choice(filters.period, report)]
        if filters.period != period.ALL:
            return tuple(choices)
        scope = report.scope
        one = None if scope.converted else (scope.currency,)
        same = replace(filters, currencies=scope.currencies or one or ())
        for name in CHOICES:
            if until_compared and choices[-1].report.key_figures.before_start is not None:
                break
            reader = _ReportReader(warehouse, replace(same, period=name), tables, report.left_out)
            if reader.starts_after(scope.start):
                choices.append(facts.Choice(name, reader.of_these_days(report)))
        return tuple(choices)


class _ReportReader:
    """Runs the queries of one report on one connection."""

    def __init__(
        self,
        warehouse: Warehouse,
        filters: Filters,
        tables: set[str],
        left_out: tuple[facts.LeftOut, ...] | None = None,
    ) -> None:
        """Find the scope that the filters select.

        Args:
            warehouse: an open warehouse.
            filters: what the user wants to see.
            tables: the warehouse's tables, with their schemas.
            left_out: the currencies that the first report leaves out; None if this is the first.
        """
        self._warehouse = warehouse
        self._tables = tables
        asked = scope_of(warehouse, filters)
        self._days = (asked.start, asked.end)
        self._asked = (*self._days, listed(asked.currencies))
        self._scope, self._left_out = convertible(
            asked,
            [facts.LeftOut(**row) for row in warehouse.rows(queries.CURRENCIES, *self._asked)],
        )
        self._left_out = left_out or self._left_out
        self._selected = (*self._days, listed(self._scope.currencies))

    def report(self) -> facts.Report:
        scope, rows = self._scope, self._warehouse.rows
        converted = scope.converted
        credits_ = [
            facts.Credit(**row)
            for row in rows(queries.credits_by_model(converted=converted), *self._selected)
        ]
        totals = tuple(facts.Total(**row) for row in rows(queries.TOTALS, *self._asked))
        counted = [
            total
            for total in totals
            if scope.currencies is None or total.currency in scope.currencies
        ]
        months = rows(queries.months(converted=converted), *self._selected, scope.attribution_model)
        (settled,) = rows(queries.BY_SETTLED_RATES, *self._selected)
        coverage = self._coverage()
        net_minor = net_of(totals, scope)
        reasons = rows(
            queries.by_reason(converted=converted), *self._selected, scope.attribution_model
        )
        by_reason = {row["reason"]: row["revenue_minor"] for row in reasons}
        audited = audit.read(rows, self._tables, self._asked[2])
        return facts.Report(
            scope=scope,
            coverage=coverage,
            totals=totals,
            left_out=self._left_out,
            months=tuple(self._wanted(facts.Month(**row) for row in months)),
            credits=tuple(self._wanted(credits_)),
            **self._levels(audited),
            cohorts=self._cohorts(),
            experiments=tuple(
                facts.Variant(**_aware(row))
                for row in rows(queries.EXPERIMENTS, *self._days)
                if not coverage.charges_without_rate
            ),
            unmatched=tuple(
                matched.Unmatched(**row)
                for row in rows(queries.unmatched(converted=converted), *self._selected)
            ),
            checks=tuple(self._checks()),
            unknown_names=tuple(facts.UnknownName(**row) for row in rows(queries.UNKNOWN_NAMES)),
            key_figures=self._key_figures(coverage, net_minor),
            net_minor=net_minor,
            unattributed_minor=sum(
                credit.revenue_minor
                for credit in credits_
                if credit.channel == facts.UNATTRIBUTED
                and credit.attribution_model == scope.attribution_model
            ),
            maybe_new_customers=self._maybe_new_customers(),
            charges_by_settled_rates=settled["charges"],
            bills_by_settled_rates=settled["bills"],
            on_leads_alone_minor=by_reason.get("lead_channel", 0),
            too_old_minor=by_reason.get("lead_too_old", 0),
            no_visit_credited=tuple(matched.NoVisitCredited(**row) for row in reasons),
            payments=payments.read(
                rows,
                self._selected,
                scope.as_of,
                converted=converted and {line.currency for line in counted} != {scope.currency},
            ),
            matched=matched.read(rows, self._tables, self._selected, converted=converted),
            audit=audited,
            payback=cohorts.read(rows, self._tables, self._days),
            build_failures=build_failures(self._warehouse),
        )

    def starts_after(self, day: date) -> bool:
        """Whether this report's period leaves out days from `day` on."""
        return self._scope.start > day

    def of_these_days(self, report: facts.Report) -> facts.Report:
        """`report` with the economics, totals and key figures of this reader's days."""
        scope = self._scope
        totals = tuple(
            facts.Total(**row) for row in self._warehouse.rows(queries.TOTALS, *self._asked)
        )
        net_minor = net_of(totals, scope)
        return replace(
            report,
            scope=scope,
            totals=totals,
            **self._levels(report.audit),
            key_figures=self._key_figures(report.coverage, net_minor),
            net_minor=net_minor,
            maybe_new_customers=self._maybe_new_customers(),
        )

    def _key_figures(self, coverage: facts.Coverage, net_minor: int) -> KeyFigures:
        reader = KeyFiguresReader(
            self._warehouse, self._scope, coverage, is_whole=not self._left_out
        )
        return reader.read(net_minor)

    def _levels(self, audited: audit.Audit) -> dict[str, Any]:
        """The economics of each level, by the name of the report's field."""
        scope, rows = self._scope, self._warehouse.rows
        converted, model = scope.converted, scope.attribution_model
        by_model = rows(
            queries.brought_by_model(queries.LEVELS, converted=converted), *self._selected
        )
        found = [
            *rows(queries.brought(queries.LEVELS, converted=converted), *self._selected, model),
            *rows(queries.spent(queries.LEVELS, converted=converted), *self._selected),
            *(rows(queries.LEADS, *self._days, model) if converted else ()),
            *by_model,
        ]
        credited = any(row["channel"] != facts.UNATTRIBUTED for row in by_model)
        channels, platforms, campaigns = audit.mark(
            [self._economics(level, found, credited=credited) for level in queries.LEVELS],
            audited,
        )
        return {
            "channels": channels,
            "platforms": tuple(line for line in platforms if line.platform),
            "campaigns": tuple(line for line in campaigns if line.platform),
            "unplaced": unplaced(channels, platforms),
        }

    def _maybe_new_customers(self) -> int:
        (unknown,) = self._warehouse.rows(queries.MAYBE_NEW, *self._selected)
        return int(unknown["maybe_new_customers"])

    def _wanted(self, lines: Iterable[OfChannel]) -> list[OfChannel]:
        wanted = self._scope.channels
        return [line for line in lines if wanted is None or line.channel in wanted]

    def _economics(
        self, level: tuple[str, ...], rows: Iterable[Mapping[str, Any]], *, credited: bool
    ) -> tuple[Economics, ...]:
        found: dict[tuple[Any, ...], dict[str, Any]] = {}
        for row in rows:
            if row["dimensions"] != len(level):
                continue
            keys = {name: row[name] for name in level}
            line = found.setdefault(tuple(keys.values()), {**keys, "revenue_by_model": {}})
            if "attribution_model" in row:
                line["revenue_by_model"][row["attribution_model"]] = row["revenue_minor"]
            else:
                line |= _figures(row)
        whole = not self._left_out
        lines = self._wanted(
            Economics(**line, is_whole=whole, is_credited=credited) for line in found.values()
        )
        return tuple(sorted(lines, key=_by_weight))

    def _cohorts(self) -> tuple[cohorts.CohortAge, ...]:
        return tuple(
            cohorts.CohortAge(
                **{name: row[name] for name in row if name != "is_partial"},
                is_complete=not row["is_partial"] and row["cumulative_minor"] is not None,
            )
            for row in self._warehouse.rows(queries.COHORTS, *self._days)
        )

    def _coverage(self) -> facts.Coverage:
        (row,) = self._warehouse.rows(queries.COVERAGE)
        counts = self._warehouse.rows(queries.ROW_COUNTS)
        row["live_charges"] = row["live_charges"] or 0
        if "statement_descriptor" in self._raw_columns:
            (row["simulated_charges"],) = (
                found["charges"] for found in self._warehouse.rows(queries.SIMULATED)
            )
        return facts.Coverage(
            **_aware(row),
            rows={count["mart"]: count["row_count"] for count in counts},
            inputs={
                line["input"]: line["row_count"] for line in self._warehouse.rows(queries.INPUTS)
            },
        )

    @cached_property
    def _raw_columns(self) -> set[str]:
        """The columns of the raw charges; empty if that table is elsewhere."""
        return {row["column_name"] for row in self._warehouse.rows(queries.RAW_COLUMNS)}

    def _checks(self) -> Iterable[facts.Check]:
        for row in self._warehouse.rows(queries.ATTRIBUTION_CHECK):
            yield facts.Check(name="attribution", **row)
        for row in self._warehouse.rows(queries.SPEND_CHECK):
            yield facts.Check(name="spend", **row)
        if self._raw_columns:
            for row in self._warehouse.rows(queries.raw_check(self._raw_columns)):
                yield facts.Check(name="raw_charges", attribution_model=None, **row)


def _tables(warehouse: Warehouse, address: str) -> set[str]:
    """The tables of the schemas `marts` and `intermediate`, all needed marts among them.

    Raises:
        WarehouseError: marts are missing.
    """
    found = {row["name"] for row in warehouse.rows(queries.TABLES)}
    missing = sorted(mart for mart in queries.MARTS if f"marts.{mart}" not in found)
    if len(missing) == len(queries.MARTS):
        raise WarehouseError(
            f"The warehouse at {redacted(address)} has no marts yet. Build them with `make run`."
        )
    if missing:
        raise WarehouseError(
            f"The warehouse at {redacted(address)} lacks {', '.join(missing)}. Build all marts "
            "with `make run`, or `dbt build`."
        )
    return found


def _figures(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of `brought`, `spent` or `LEADS` as fields of `Economics`."""
    figures = {name: value for name, value in row.items() if name != "dimensions"}
    for name in ("customer", "new_customer", "maybe_new_customer"):
        if f"{name}_micros" in figures:
            figures[f"{name}s"] = Decimal(figures.pop(f"{name}_micros")).scaleb(-6)
    if "squares" in figures:
        figures["error_minor"] = isqrt(int(figures.pop("squares")))
    return figures


def _by_weight(line: Economics) -> tuple[Any, ...]:
    """A sort key: the most revenue first; names break ties, so that the order is stable."""
    names = (line.channel, line.platform or "", line.campaign or "")
    return (line.channel == facts.UNATTRIBUTED, -line.revenue_minor, *names)


def _aware(row: dict[str, Any]) -> dict[str, Any]:
    """A row with aware times: the engines return times in UTC without a time zone."""
    return {
        name: value.replace(tzinfo=UTC) if isinstance(value, datetime) else value
        for name, value in row.items()
    }
