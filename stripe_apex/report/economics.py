"""What a channel, a platform or a campaign brought and what it cost, with the ratios of both."""

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
    """What a channel, a platform in it or a campaign on it brought, and what it cost.

    Attributes:
        payers: people with credit, of however small a share.
        customers: shares of people who paid, each counted once in the period.
        new_customers: those whose first charge ever it is known to be.
        maybe_new_customers: those of whom it is not known whether they had paid before the charges
            that are loaded.
        revenue_minor: net.
        basis_minor: what the ratios count, by the scope's `revenue_basis`.
        new_revenue_minor: the part of the revenue from first charges of new customers.
        new_basis_minor: what the ratios count of that part.
        maybe_new_revenue_minor: the part from charges of which it is not known.
        error_minor: standard error of `basis_minor`, as if people came as independent arrivals:
            the root of the sum of the squares of what each of them brought.
        leads: None where they are not counted at this level.
        platform_conversions: what the platform claims for itself; None without spend.
        revenue_by_model: what the ratios count of the revenue that each attribution model credits.
        is_whole: whether no currency is left out, which may be what the spend brought.
        is_credited: whether any revenue of these days is credited to a channel; while none is,
            what the spend brought is not known.
        is_named: whether some visit, lead or payment names a campaign of it; while none does, what
            the spend brought is not known either.
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
        """What the ratios count of revenue / spend; None without spend, or where not known."""
        return ratio(self.basis_minor, self.spend_minor) if self.has_known_return else None

    @property
    def returning_revenue_minor(self) -> int:
        """The part of the revenue from people who had paid before."""
        return self.revenue_minor - self.new_revenue_minor - self.maybe_new_revenue_minor

    @property
    def knows_who_is_new(self) -> bool:
        """Whether it is known of everybody."""
        return not self.maybe_new_customers

    @property
    def new_roas(self) -> Decimal | None:
        """Revenue of first charges / spend; None where it is not known which are first."""
        if not self.knows_who_is_new or not self.has_known_return:
            return None
        return ratio(self.new_basis_minor, self.spend_minor)

    @property
    def roas_interval(self) -> tuple[Decimal, Decimal] | None:
        """A 95 % interval of the same; None where nobody paid, since nothing varies then."""
        if not self.payers:
            return None
        half = ratio(int(self.error_minor * Z_95), self.spend_minor)
        if self.roas is None or half is None:
            return None
        return self.roas - half, self.roas + half

    @property
    def roas_by_model(self) -> Mapping[str, Decimal]:
        """ROAS under each attribution model; empty without spend, or where it is not known."""
        if not self.has_known_return:
            return {}
        found = {
            model: ratio(revenue, self.spend_minor)
            for model, revenue in self.revenue_by_model.items()
        }
        return {model: roas for model, roas in found.items() if roas is not None}

    def cpl(self, unit: int) -> Decimal | None:
        """Spend / leads in major units, of which one has `unit` minor ones."""
        return ratio(self.spend_minor, (self.leads or 0) * unit)

    def cac(self, unit: int) -> Decimal | None:
        """Spend / new customers, in major units; None where it is not known who is new."""
        if not self.spend_minor or not self.knows_who_is_new:
            return None
        return ratio(self.spend_minor, self.new_customers * unit)

    def ltv(self, unit: int) -> Decimal | None:
        """The same / customers in the period, in major units: realised, not predicted."""
        return ratio(self.basis_minor, self.customers * unit)

    def payback_months(self, months: Fraction) -> Decimal | None:
        """CAC / (LTV / months), of a period of so many months."""
        if not self.spend_minor or not self.knows_who_is_new:
            return None
        return ratio(
            self.spend_minor * self.customers * months.numerator,
            self.new_customers * self.basis_minor * months.denominator,
        )


def unplaced(
    channels: Sequence[Economics], platforms: Sequence[Economics]
) -> tuple[Economics, ...]:
    """What channels with spend brought, but none of their platforms."""
    paid = {line.channel for line in channels if line.spend_minor > 0}
    return tuple(
        line
        for line in platforms
        if line.platform is None and line.channel in paid and line.revenue_minor
    )


def ratio(numerator: int | Decimal, denominator: int | Decimal) -> Decimal | None:
    """A quotient with six places, halves upwards as the marts round; None where there is none."""
    if denominator <= 0:
        return None
    return (Decimal(numerator) / Decimal(denominator)).quantize(
        Decimal("0.000001"), rounding=ROUND_HALF_UP
    )
