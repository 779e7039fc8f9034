"""What the marts say, as values: whole minor units, dates, counts. The report is made of these."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from stripe_apex.report.period import day_after

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

UNATTRIBUTED = "unattributed"

Z_95 = Decimal("1.959964")
"""Half the width of a 95 % interval, in standard errors."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What the report is about.

    Attributes:
        start: first day.
        end: the day after the last one.
        as_of: the last day with revenue in the warehouse.
        attribution_model: how revenue is shared among touches.
        attribution_models: all that the marts have.
        currency: of all amounts that are added up over charges.
        reporting_currency: what cohorts and experiments are always said in.
        converted: amounts are converted into `currency`, not only those made in it.
        currencies: only charges in these; None: in all.
        channels: only these; None: all.
    """

    start: date
    end: date
    as_of: date
    attribution_model: str
    attribution_models: tuple[str, ...]
    currency: str
    reporting_currency: str
    converted: bool
    currencies: tuple[str, ...] | None = None
    channels: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """Revenue in one currency, in its minor units.

    Attributes:
        charges_with_fee: of how many charges Stripe's fee is known; `fee_minor` is their sum.
        charges_without_rate: which cannot be said in the reporting currency, for want of a rate.
    """

    currency: str
    charges: int
    gross_minor: int
    refunded_minor: int
    net_minor: int
    disputed_minor: int
    fee_minor: int
    kept_minor: int
    net_reporting_minor: int
    charges_with_fee: int
    charges_without_rate: int


@dataclass(frozen=True, slots=True)
class Month:
    """Net revenue of a channel in a month, credited by the attribution model of the scope."""

    month: date
    channel: str
    revenue_minor: int


@dataclass(frozen=True, slots=True)
class Credit:
    """Net revenue of a channel under an attribution model."""

    channel: str
    attribution_model: str
    revenue_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Economics:
    """What a channel, a platform in it or a campaign on it brought, and what it cost.

    Attributes:
        payers: people with credit, of however small a share.
        customers: shares of people who paid, each counted once in the period.
        new_customers: those whose first charge ever it was.
        error_minor: standard error of the revenue, as if people came as independent arrivals:
            the root of the sum of the squares of what each of them brought.
        leads: None where they are not counted at this level.
        platform_conversions: what the platform claims for itself; None without spend.
        revenue_by_model: the revenue that each attribution model credits.
    """

    channel: str
    platform: str | None = None
    campaign: str | None = None
    payers: int = 0
    customers: Decimal = Decimal(0)
    new_customers: Decimal = Decimal(0)
    revenue_minor: int = 0
    error_minor: int = 0
    spend_minor: int = 0
    leads: int | None = None
    platform_conversions: Decimal | None = None
    revenue_by_model: Mapping[str, int] = field(default_factory=dict)

    @property
    def roas(self) -> Decimal | None:
        """Revenue / spend; None without spend."""
        return ratio(self.revenue_minor, self.spend_minor)

    @property
    def roas_interval(self) -> tuple[Decimal, Decimal] | None:
        """A 95 % interval of the same."""
        half = ratio(int(self.error_minor * Z_95), self.spend_minor)
        if self.roas is None or half is None:
            return None
        return self.roas - half, self.roas + half

    @property
    def roas_by_model(self) -> Mapping[str, Decimal]:
        """ROAS under each attribution model; empty without spend."""
        found = {
            model: ratio(revenue, self.spend_minor)
            for model, revenue in self.revenue_by_model.items()
        }
        return {model: roas for model, roas in found.items() if roas is not None}

    def cpl(self, unit: int) -> Decimal | None:
        """Spend / leads in major units, of which one has `unit` minor ones."""
        return ratio(self.spend_minor, (self.leads or 0) * unit)

    def cac(self, unit: int) -> Decimal | None:
        """Spend / new customers, in major units."""
        return ratio(self.spend_minor, self.new_customers * unit) if self.spend_minor else None

    def ltv(self, unit: int) -> Decimal | None:
        """Revenue / customers in the period, in major units: realised, not predicted."""
        return ratio(self.revenue_minor, self.customers * unit)

    @property
    def payback_months(self) -> Decimal | None:
        """CAC / (LTV / 12)."""
        if not self.spend_minor:
            return None
        return ratio(
            12 * self.spend_minor * self.customers, self.new_customers * self.revenue_minor
        )


@dataclass(frozen=True, slots=True)
class CohortAge:
    """A month's new customers, so many months later; `cumulative_minor` is of all of them."""

    cohort_month: date
    age_months: int
    customers: int
    paying_customers: int
    cumulative_minor: int
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Variant:
    """An experiment's variant beside control; money in major units of `currency`.

    Intervals and p-value are those that decide the verdict: always-valid ones while it runs,
    corrected for the number of variants.

    Attributes:
        conversion_window_days: how long each visitor's revenue counts; None: until the end.
        lift_low: None where control earned too little for the lift to have bounds.
        visitors_of_several_variants: of the experiment; they are left out.
    """

    experiment_id: str
    name: str
    variant: str
    started_at: datetime
    ended_at: datetime | None
    is_running: bool
    conversion_window_days: int | None
    currency: str
    visitors: int
    visitors_of_several_variants: int
    payers: int
    revenue_minor: int
    later_revenue_minor: int
    control_visitors: int
    control_payers: int
    lift: float | None
    lift_low: float | None
    lift_high: float | None
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    p_value: float | None
    srm_p_value: float | None
    impact: float | None
    impact_low: float | None
    impact_high: float | None
    cost: float | None
    roi: float | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Charges without a lead before them; the payer's touches credit some all the same."""

    reason: str
    remedy: str
    is_attributed_by_touches: bool
    charges: int
    revenue_minor: int


@dataclass(frozen=True, slots=True)
class Check:
    """An identity that must hold: `passed` means that `expected` is `found`, to the minor unit."""

    name: str
    currency: str | None
    attribution_model: str | None
    expected: int
    found: int

    @property
    def passed(self) -> bool:
        """Whether it holds."""
        return self.expected == self.found


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the warehouse holds, whatever the scope is.

    Attributes:
        rows: number of rows, by mart.
        updated_at: when the newest version of a charge became true, UTC.
    """

    charges: int
    first_charge_at: datetime | None
    last_charge_at: datetime | None
    updated_at: datetime | None
    first_spend_date: date | None
    last_spend_date: date | None
    live_charges: int
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Report:
    """All that is known; every page, text and JSON is made of it.

    Attributes:
        net_minor: net revenue of the scope, over all channels.
        unattributed_minor: the part of it that no channel is credited with.
    """

    scope: Scope
    coverage: Coverage
    totals: tuple[Total, ...]
    months: tuple[Month, ...]
    credits: tuple[Credit, ...]
    channels: tuple[Economics, ...]
    platforms: tuple[Economics, ...]
    campaigns: tuple[Economics, ...]
    cohorts: tuple[CohortAge, ...]
    experiments: tuple[Variant, ...]
    unmatched: tuple[Unmatched, ...]
    checks: tuple[Check, ...]
    net_minor: int
    unattributed_minor: int

    @property
    def last_month_is_whole(self) -> bool:
        """Whether the last month with revenue has ended: its last day has some."""
        return min(self.scope.end, day_after(self.scope.as_of)).day == 1


def ratio(numerator: int | Decimal, denominator: int | Decimal) -> Decimal | None:
    """A quotient with six places, halves upwards as the marts round; None where there is none."""
    if denominator <= 0:
        return None
    return (Decimal(numerator) / Decimal(denominator)).quantize(
        Decimal("0.000001"), rounding=ROUND_HALF_UP
    )
