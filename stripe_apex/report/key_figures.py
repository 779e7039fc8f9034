"""The totals at the top of a report, each beside that of the equally long period before."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from stripe_apex.report.economics import ratio

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from stripe_apex.report.economics import Economics


class NoChange(StrEnum):
    """Why a figure stands without a change.

    Attributes:
        NOT_OVER: the period goes on after the last day with revenue.
        CHARGES_BEGIN_LATER: the period before starts before the first charge that is loaded.
        SPEND_BEGINS_LATER: it starts before the first day of ad spend.
        SPEND_ENDS_EARLIER: ad spend is not known to the end of the period.
        OTHER_MONEY: the period before has money that cannot be converted.
        WHO_IS_NEW: it is not known of everybody who is new.
        NO_FIGURE: the figure is not known in one of the periods, or it was nothing before.
    """

    NOT_OVER = "not_over"
    CHARGES_BEGIN_LATER = "charges_begin_later"
    SPEND_BEGINS_LATER = "spend_begins_later"
    SPEND_ENDS_EARLIER = "spend_ends_earlier"
    OTHER_MONEY = "other_money"
    WHO_IS_NEW = "who_is_new"
    NO_FIGURE = "no_figure"


class Name(StrEnum):
    """The key figures, in the order in which they are shown."""

    NET_REVENUE = "net_revenue"
    SPEND = "spend"
    ROAS = "roas"
    NEW_CUSTOMERS = "new_customers"
    CAC = "cac"


OF_SPEND = frozenset({Name.SPEND, Name.ROAS, Name.CAC})
"""The figures that need ad spend."""

OF_NEW = frozenset({Name.NEW_CUSTOMERS, Name.CAC})
"""The figures that need to know who is new."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What a period brought and cost, over all channels.

    Attributes:
        is_known: whether it can be said what the spend brought: no currency is left out, and some
            of the revenue is credited to a channel.
        paid_basis_minor: what the ratios count of the revenue of the channels with spend.
        new_customers: people whose first charge ever it is known to be.
        maybe_new_customers: people of whom it is not known.
        paid_new_customers: the new customers of the channels with spend.
        paid_maybe_new_customers: of those of whom it is not known, the same.
    """

    net_minor: int
    spend_minor: int = 0
    paid_basis_minor: int = 0
    new_customers: Decimal = Decimal(0)
    maybe_new_customers: Decimal = Decimal(0)
    paid_new_customers: Decimal = Decimal(0)
    paid_maybe_new_customers: Decimal = Decimal(0)
    is_known: bool = True

    @classmethod
    def of(cls, net_minor: int, channels: Iterable[Economics]) -> Sums:
        """The sums over channels that had `net_minor` together."""
        lines = list(channels)
        paid = [line for line in lines if line.spend_minor > 0]
        return cls(
            net_minor=net_minor,
            spend_minor=sum(line.spend_minor for line in lines),
            paid_basis_minor=sum(line.basis_minor for line in paid),
            new_customers=_sum(line.new_customers for line in lines),
            maybe_new_customers=_sum(line.maybe_new_customers for line in lines),
            paid_new_customers=_sum(line.new_customers for line in paid),
            paid_maybe_new_customers=_sum(line.maybe_new_customers for line in paid),
            is_known=all(line.is_credited and line.is_whole for line in lines),
        )

    def value(self, name: Name, unit: int) -> Decimal | None:
        """A figure; amounts in minor units, CAC in major ones, of which one has `unit` minor ones.

        None where it is not known: without spend, where it cannot be said what it brought, or where
        somebody may be new or not.
        """
        match name:
            case Name.NET_REVENUE:
                return Decimal(self.net_minor)
            case Name.SPEND:
                return Decimal(self.spend_minor) if self.spend_minor else None
            case Name.ROAS:
                return ratio(self.paid_basis_minor, self.spend_minor) if self.is_known else None
            case Name.NEW_CUSTOMERS:
                return None if self.maybe_new_customers else self.new_customers
            case Name.CAC:
                if not self.spend_minor or not self.is_known or self.paid_maybe_new_customers:
                    return None
                return ratio(self.spend_minor, self.paid_new_customers * unit)


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One total.

    Attributes:
        value: minor units of net revenue and spend, major units of CAC; None where not known.
        before: the same of the period before; None where `change` is.
        change: (value - before) / before.
        why_no_change: None where there is one.
    """

    name: Name
    value: Decimal | None
    before: Decimal | None = None
    change: Decimal | None = None
    why_no_change: NoChange | None = None


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """The totals of a period, and what they are made of.

    Attributes:
        before_start: the first day of the period before; None where its data is not whole.
        now: what the figures are made of.
    """

    figures: tuple[KeyFigure, ...]
    now: Sums
    before_start: date | None = None


def compared(
    now: Sums,
    before: Sums | None,
    unit: int,
    *,
    revenue_gap: NoChange | None,
    spend_gap: NoChange | None,
) -> tuple[KeyFigure, ...]:
    """The figures of `now`, each with its change against `before`.

    Args:
        now: of the period.
        before: of the one before; None where there is a gap in its revenue.
        unit: minor units of a major one.
        revenue_gap: why no figure can be compared.
        spend_gap: why those that need ad spend cannot be.
    """
    found = []
    for name in Name:
        value = now.value(name, unit)
        gap = revenue_gap or (spend_gap if name in OF_SPEND else None)
        earlier = before.value(name, unit) if before else None
        if gap is None and name in OF_NEW and _may_be_new(name, now, before):
            gap = NoChange.WHO_IS_NEW
        if gap is None and (value is None or earlier is None or earlier <= 0):
            gap = NoChange.NO_FIGURE
        if gap or value is None or earlier is None:
            found.append(KeyFigure(name, value, why_no_change=gap))
            continue
        found.append(KeyFigure(name, value, earlier, ratio(value - earlier, earlier)))
    return tuple(found)


def _may_be_new(name: Name, *sums: Sums | None) -> bool:
    """Whether it is not known of somebody whom the figure would count."""
    return any(
        each.maybe_new_customers if name is Name.NEW_CUSTOMERS else each.paid_maybe_new_customers
        for each in sums
        if each
    )


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    return sum(numbers, Decimal(0))
