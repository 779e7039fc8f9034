"""The totals at the top of a report, each compared with the equally long period before."""

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
    """Why a figure has no change.

    Attributes:
        NOT_OVER: the period goes on after the last day with revenue.
        CHARGES_BEGIN_LATER: the previous period starts before the first charge that is loaded.
        SPEND_BEGINS_LATER: the previous period starts before the first day of ad spend.
        SPEND_ENDS_EARLIER: ad spend is not known to the end of the period.
        OTHER_MONEY: the previous period has money that cannot be converted.
        WHO_IS_NEW: it is not known of every customer whether they are new.
        NO_FIGURE: the figure is not known in one of the periods, or it was 0 in the previous one.
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
"""The figures that depend on who is a new customer."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Revenue and cost of a period over all channels.

    Attributes:
        is_known: whether the return of the spend is known: no currency is left out, and some of
            the revenue is credited to a channel.
        paid_basis_minor: revenue of the channels with spend, as the ratios count it.
        new_customers: people who are known to have made their first charge ever.
        maybe_new_customers: people of whom it is not known whether they are new.
        paid_new_customers: the part of `new_customers` from channels with spend.
        paid_maybe_new_customers: the part of `maybe_new_customers` from channels with spend.
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
        """The sums over channels whose total net revenue is `net_minor`."""
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
        """A figure in minor units; CAC in major units, each of `unit` minor ones.

        It is None if it is not known: there is no spend, its return is not known, or it is not
        known whether somebody is new.
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
    """A total and its change from the previous period.

    Attributes:
        value: minor units for net revenue and spend, major units for CAC; None if not known.
        before: the value of the previous period; None if `change` is.
        change: (value - before) / before; None if it cannot be computed.
        why_no_change: the reason why `change` is None, else None.
    """

    name: Name
    value: Decimal | None
    before: Decimal | None = None
    change: Decimal | None = None
    why_no_change: NoChange | None = None


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """The totals of a period, and the sums that they are made of.

    Attributes:
        now: the sums of this period.
        before_start: the first day of the previous period; None if its data are incomplete.
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
    """The figures of `now`, each with its change from `before`.

    Args:
        now: the sums of the period.
        before: the sums of the previous period; None if its revenue is incomplete.
        unit: the number of minor units in a major one.
        revenue_gap: why no figure can be compared, if that is so.
        spend_gap: why the figures that need ad spend cannot be compared, if that is so.
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
    """Whether the figure depends on people of whom it is not known whether they are new."""
    return any(
        each.maybe_new_customers if name is Name.NEW_CUSTOMERS else each.paid_maybe_new_customers
        for each in sums
        if each
    )


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    return sum(numbers, Decimal(0))
