"""Revenue and cost of a channel, a platform or a campaign, and the ratios of both."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

Z_95 = Decimal("1.959964")
"""Half the width of a 95 % interval, in standard errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Economics:
    """Revenue and cost of a channel, of a platform in it, or of a campaign on that platform.

    Attributes:
        payers: number of people whose payments are credited to it, however small the share.
        customers: people who paid, counted once in the period, by the share credited to it.
        new_customers: the part of `customers` who are known to have made their first charge ever.
        maybe_new_customers: the part of `customers` who may have paid before the charges that are
            loaded.
        revenue_minor: net revenue.
        basis_minor: the revenue that the ratios count, by the scope's `revenue_basis`.
        new_revenue_minor: the part of the revenue from first charges of new customers.
        new_basis_minor: that part as the ratios count it.
        maybe_new_revenue_minor: the part from charges that may be somebody's first or not.
        error_minor: standard error of `basis_minor`, if people are independent arrivals: the root
            of the sum of the squares of what each of them brought.
        leads: number of leads; None if they are not counted at this level.
        platform_conversions: conversions that the platform claims; None without spend.
        revenue_by_model: the revenue credited by each attribution model, as the ratios count it.
        is_whole: whether all currencies are included; the spend may have earned those left out.
        is_credited: whether any revenue of these days is credited to a channel; if none is, the
            return of the spend is not known.
        is_named: whether any visit, lead or payment names one of its campaigns; if none does, the
            return of the spend is not known, either.
    """

    channel: str
    platform: str | None = None
    campaign: str | None = None
    payers: int = 0
    customers: Decimal = Decimal(0)
    new_customers: Decimal = Decimal(0)
    maybe_new_customers: Decimal = Decimal(0)
    revenue_minor: int = 0
    basis_minor: int = 0
    new_revenue_minor: int = 0
    new_basis_minor: int = 0
    maybe_new_revenue_minor: int = 0
    error_minor: int = 0
    spend_minor: int = 0
    leads: int | None = None
    platform_conversions: Decimal | None = None
    revenue_by_model: Mapping[str, int] = field(default_factory=dict)
    is_whole: bool = True
    is_credited: bool = True
    is_named: bool = True

    @property
    def has_known_return(self) -> bool:
        """Whether what the spend brought is known."""
        return self.is_credited and self.is_named

    @property
    def roas(self) -> Decimal | None:
        """Revenue, as the ratios count it, / spend; None without spend, or if it is not known."""
        return ratio(self.basis_minor, self.spend_minor) if self.has_known_return else None

    @property
    def returning_revenue_minor(self) -> int:
        """The part of the revenue from people who had paid before."""
        return self.revenue_minor - self.new_revenue_minor - self.maybe_new_revenue_minor

    @property
    def knows_who_is_new(self) -> bool:
        """Whether it is known of every customer whether they are new."""
        return not self.maybe_new_customers

    @property
    def new_roas(self) -> Decimal | None:
        """Revenue of first charges / spend; None if it is not known which charges are first."""
        if not self.knows_who_is_new or not self.has_known_return:
            return None
        return ratio(self.new_basis_minor, self.spend_minor)

    @property
    def roas_interval(self) -> tuple[Decimal, Decimal] | None:
        """The 95 % interval of ROAS; None if nobody paid, since nothing varies then."""
        if not self.payers:
            return None
        half = ratio(int(self.error_minor * Z_95), self.spend_minor)
        if self.roas is None or half is None:
            return None
        return self.roas - half, self.roas + half

    @property
    def roas_by_model(self) -> Mapping[str, Decimal]:
        """ROAS under each attribution model; empty without spend, or if ROAS is not known."""
        if not self.has_known_return:
            return {}
        found = {
            model: ratio(revenue, self.spend_minor)
            for model, revenue in self.revenue_by_model.items()
        }
        return {model: roas for model, roas in found.items() if roas is not None}

    def cpl(self, unit: int) -> Decimal | None:
        """Cost per lead in major units; `unit` is the number of minor units in a major one."""
        return ratio(self.spend_minor, (self.leads or 0) * unit)

    def cac(self, unit: int) -> Decimal | None:
        """Spend / new customers, in major units; None if it is not known who is new."""
        if not self.spend_minor or not self.knows_who_is_new:
            return None
        return ratio(self.spend_minor, self.new_customers * unit)

    def ltv(self, unit: int) -> Decimal | None:
        """Revenue, as the ratios count it, / customers, in major units: realised, not predicted."""
        return ratio(self.basis_minor, self.customers * unit)

    def payback_months(self, months: Fraction) -> Decimal | None:
        """CAC / (LTV / months), where `months` is the length of the period."""
        if not self.spend_minor or not self.knows_who_is_new:
            return None
        return ratio(
            self.spend_minor * self.customers * months.numerator,
            self.new_customers * self.basis_minor * months.denominator,
        )


def unplaced(
    channels: Sequence[Economics], platforms: Sequence[Economics]
) -> tuple[Economics, ...]:
    """The results of channels with spend that match none of their platforms."""
    paid = {line.channel for line in channels if line.spend_minor > 0}
    return tuple(
        line
        for line in platforms
        if line.platform is None and line.channel in paid and line.revenue_minor
    )


def ratio(numerator: int | Decimal, denominator: int | Decimal) -> Decimal | None:
    """A quotient with six places, rounded half up as in the marts; None if it divides by 0."""
    if denominator <= 0:
        return None
    return (Decimal(numerator) / Decimal(denominator)).quantize(
        Decimal("0.000001"), rounding=ROUND_HALF_UP
    )
