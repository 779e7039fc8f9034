"""The key figures in words: each with its parts and its change, or why it has no change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from stripe_apex.report import period
from stripe_apex.report.formats import DASH
from stripe_apex.report.key_figures import Name, NoChange
from stripe_apex.report.labels import listed, sentence
from stripe_apex.report.period import Period, day_before

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from stripe_apex.report.facts import Report
    from stripe_apex.report.formats import Formats
    from stripe_apex.report.key_figures import KeyFigure

NAMES: Final = {
    Name.NET_REVENUE: "Net revenue",
    Name.SPEND: "Ad spend",
    Name.ROAS: "ROAS",
    Name.NEW_CUSTOMERS: "New customers",
    Name.CAC: "CAC",
}

LOWER_IS_BETTER: Final = frozenset({Name.CAC})
NEITHER: Final = frozenset({Name.SPEND})
"""Figures whose change is neither good nor bad by itself."""


@dataclass(frozen=True, slots=True)
class Card:
    """A key figure as it is shown.

    Attributes:
        parts: the parts that it is made of; may be empty.
        change: the change from the previous period; empty if there is none.
        tone: `good`, `bad`, or empty for neither.
    """

    name: str
    value: str
    parts: str
    change: str
    before: str
    tone: str


@dataclass(frozen=True, slots=True)
class Panel:
    """The key figures of a period.

    Attributes:
        name: the name of the choice.
        title: the title of the choice.
        days: its first and last day, and those of the previous period.
        missing: why figures have no change; empty if all have one.
    """

    name: str
    title: str
    days: str
    cards: tuple[Card, ...]
    missing: tuple[str, ...]


def title_of(name: str, report: Report, formats: Formats) -> str:
    """The title of a choice: all days, last 30 days, Oct 2026."""
    if name == period.ALL:
        return "All days"
    if name == "last-month":
        return formats.month(report.scope.start)
    return sentence(name.replace("-", " ").replace("_", " "))


def days_of(report: Report, formats: Formats) -> str:
    """The first and the last day of a report."""
    scope = report.scope
    return f"{formats.day(scope.start)} to {formats.day(day_before(scope.end))}"


def panel(name: str, report: Report, formats: Formats) -> Panel:
    """The key figures of a choice."""
    glance = _Glance(report, formats)
    return Panel(
        name,
        title_of(name, report, formats),
        glance.days(),
        tuple(glance.card(figure) for figure in report.key_figures.figures),
        tuple(glance.missing()),
    )


class _Glance:
    def __init__(self, report: Report, formats: Formats) -> None:
        self._report = report
        self._formats = formats

    def days(self) -> str:
        days = days_of(self._report, self._formats)
        if self._report.key_figures.before_start is None:
            return days
        number = self._formats.number(self._period.days)
        return f"{days}, beside the {number} days before, {self._days_before}"

    def card(self, figure: KeyFigure) -> Card:
        change, before, tone = "", "", ""
        if figure.change is not None and figure.before is not None:
            arrow = "▲ " if figure.change > 0 else "▼ " if figure.change < 0 else ""
            change = arrow + self._formats.change(figure.change, 1)
            before = f"from {self._written(figure.name, figure.before)}"
            if figure.change and figure.name not in NEITHER:
                is_good = (figure.change > 0) != (figure.name in LOWER_IS_BETTER)
                tone = "good" if is_good else "bad"
        return Card(
            NAMES[figure.name],
            DASH if figure.value is None else self._written(figure.name, figure.value),
            self._parts(figure.name),
            change,
            before,
            tone,
        )

    def missing(self) -> Iterator[str]:
        """A sentence per reason for a missing change, with the figures that it concerns."""
        by_reason: dict[NoChange, list[str]] = {}
        figures = self._report.key_figures.figures
        if alone := self._report.alone:
            yield f"These are figures of {alone} alone."
        for figure in figures:
            if figure.why_no_change:
                name = NAMES[figure.name]
                by_reason.setdefault(figure.why_no_change, []).append(name)
        for reason, names in by_reason.items():
            whose = "" if len(names) == len(figures) else f" of {listed(names, 5, ready=True)}"
            yield f"No change{whose} is shown: {self._reason(reason)}"

    def _reason(self, reason: NoChange) -> str:
        formats, coverage, scope = self._formats, self._report.coverage, self._report.scope
        before = f"the {formats.number(self._period.days)} days before"
        match reason:
            case NoChange.NOT_OVER if scope.known_from is None:
                return "there are no charges yet."
            case NoChange.NOT_OVER:
                return (
                    f"these days are not over. The newest charge is of {formats.day(scope.as_of)}."
                )
            case NoChange.CHARGES_BEGIN_LATER:
                first = formats.day(scope.known_from)
                return f"{before} are not wholly covered by charges, which begin on {first}."
            case NoChange.SPEND_BEGINS_LATER:
                first = formats.day(coverage.first_spend_date)
                return f"{before} are not wholly covered by ad spend, which begins on {first}."
            case NoChange.SPEND_ENDS_EARLIER:
                last = formats.day(coverage.last_spend_date)
                return f"ad spend is known to {last} only. Import the days after it."
            case NoChange.OTHER_MONEY:
                return f"some money of {before} has no exchange rate."
            case NoChange.WHO_IS_NEW:
                return (
                    "of some customers it is not known whether they are new. "
                    "“New and returning customers” says why."
                )
            case NoChange.NO_FIGURE:
                return f"there is no such figure in these days or in {before}."

    def _parts(self, name: Name) -> str:
        now, formats, scope = self._report.key_figures.now, self._formats, self._report.scope
        spend = formats.compact(now.spend_minor, scope.currency)
        if name is Name.NEW_CUSTOMERS and now.maybe_new_customers:
            return f"at least {formats.number(now.new_customers)}"
        if not now.spend_minor:
            return "no ad spend is known" if name in {Name.SPEND, Name.ROAS, Name.CAC} else ""
        if name in {Name.ROAS, Name.CAC} and not now.is_known:
            if self._report.left_out:
                return "not known: some money has no exchange rate"
            return "not known: no revenue is credited to a channel"
        if name is Name.ROAS:
            brought = formats.compact(now.paid_basis_minor, scope.currency)
            return f"{brought} of channels with spend / {spend}"
        if name is Name.CAC:
            if now.paid_maybe_new_customers:
                return "it is not known of everybody who is new"
            people = formats.number(now.paid_new_customers, 1)
            return f"{spend} / {people} new customers of channels with spend"
        return ""

    def _written(self, name: Name, number: Decimal) -> str:
        formats, currency = self._formats, self._report.scope.currency
        match name:
            case Name.NET_REVENUE | Name.SPEND:
                return formats.money(int(number), currency)
            case Name.ROAS:
                return formats.times(number)
            case Name.NEW_CUSTOMERS:
                return formats.number(number)
            case Name.CAC:
                return formats.major(number, currency)

    @property
    def _period(self) -> Period:
        return Period(self._report.scope.start, self._report.scope.end)

    @property
    def _days_before(self) -> str:
        before = self._period.before()
        return f"{self._formats.day(before.start)} to {self._formats.day(day_before(before.end))}"
