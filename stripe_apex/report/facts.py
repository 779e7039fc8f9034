"""The facts that the report is made of: amounts in minor units, dates and counts of the marts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stripe_apex.report.audit import Audit
from stripe_apex.report.matched import Matched
from stripe_apex.report.payments import Payments
from stripe_apex.report.period import day_after, months_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from fractions import Fraction

    from stripe_apex.build_failures import BuildFailure
    from stripe_apex.report.cohorts import CohortAge, PaybackCohort
    from stripe_apex.report.economics import Economics
    from stripe_apex.report.key_figures import KeyFigures
    from stripe_apex.report.matched import NoVisitCredited, Unmatched

UNATTRIBUTED = "unattributed"


@dataclass(frozen=True, slots=True)
class Scope:
    """The days, currencies and channels that the report is about.

    Attributes:
        start: the first day.
        end: the day after the last one.
        as_of: the last day with revenue in the warehouse.
        attribution_model: how revenue is shared among touches.
        attribution_models: all models that the marts have.
        currency: the currency of all amounts that are added up over charges.
        reporting_currency: the currency of cohorts and experiments, whatever the scope is.
        converted: whether charges in other currencies are converted into `currency` and included.
        currencies: the currencies of the charges that are included; None includes all.
        channels: the channels that are included; None includes all.
        known_from: the first day with a charge in the warehouse.
        known_until: the last day with a charge in the warehouse.
        revenue_basis: the revenue that ROAS, LTV and payback count: `net` or `kept`, or its margin.
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
    known_from: date | None = None
    known_until: date | None = None
    revenue_basis: str = "net"

    @property
    def known_days(self) -> tuple[date, date]:
        """The first day and the day after the last, without days before or after all charges."""
        start, end = self.start, self.end
        if self.known_from and self.known_until:
            start, end = max(start, self.known_from), min(end, day_after(self.known_until))
        return start, end

    @property
    def months(self) -> Fraction:
        """The length of the period in months, without days before or after all charges."""
        return months_of(*self.known_days)


@dataclass(frozen=True, slots=True)
class Total:
    """Revenue in one currency, in its minor units.

    Attributes:
        net_reporting_minor: net revenue in the reporting currency; None if a charge has no rate.
        disputed_minor: the money taken by open and lost disputes; None if a dispute is not loaded.
        kept_minor: net revenue less disputes and fees, as far as these are known.
        charges_with_fee: number of charges whose Stripe fee is known; `fee_minor` is their sum.
        charges_without_fee: number of captured charges whose fee is not known.
        charges_with_unread_dispute: number of disputed charges whose dispute is not loaded; their
            net revenue is `unread_dispute_minor`.
    """

    currency: str
    charges: int
    gross_minor: int
    refunded_minor: int
    net_minor: int
    disputed_minor: int | None
    fee_minor: int
    kept_minor: int
    net_reporting_minor: int | None
    charges_with_fee: int
    charges_without_fee: int
    charges_with_unread_dispute: int
    unread_dispute_minor: int

    @property
    def kept_is_known(self) -> bool:
        """Whether all fees and disputes are known, so that `kept_minor` is exact."""
        return not self.charges_without_fee and not self.charges_with_unread_dispute


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A currency that all converted figures leave out, since some of its money has no rate.

    Attributes:
        charges: number of charges without a rate; their net revenue is `revenue_minor`.
        bills: number of rows of ad spend without a rate; their sum is `spend_minor`.
    """

    currency: str
    charges: int
    revenue_minor: int
    bills: int
    spend_minor: int


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


@dataclass(frozen=True, slots=True)
class Variant:
    """An experiment's variant compared with control; money in major units of `currency`.

    The intervals and the p-value are those that decide the verdict: always-valid ones while the
    experiment runs, corrected for the number of variants.

    Attributes:
        conversion_window_days: how long each visitor's revenue counts; None means until the end.
        lift_low: lower bound of the lift; None if control earned too little for a bound.
        visitors_of_several_variants: number of the experiment's visitors who saw several variants
            and are therefore left out.
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
    revenue_minor: int | None
    later_revenue_minor: int | None
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
class Check:
    """An identity that must hold; it passes if `found` equals `expected` to the minor unit."""

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
    """The contents of the warehouse, whatever the scope is.

    Attributes:
        rows: number of rows by mart.
        inputs: number of rows by input of the marts: `leads`, `ad_spend` and so on.
        updated_at: the time in UTC at which the newest version of a charge became valid.
        new_customers_known_from: the first day from which it is known of every customer whether
            they are new.
        charges_without_rate: number of charges that sums in the reporting currency leave out; the
            report shows experiments only if there are none.
        simulated_charges: number of loaded charges that come from the simulated account.
    """

    charges: int
    first_charge_at: datetime | None
    last_charge_at: datetime | None
    updated_at: datetime | None
    first_spend_date: date | None
    last_spend_date: date | None
    live_charges: int
    rows: Mapping[str, int]
    new_customers_known_from: date | None = None
    inputs: Mapping[str, int] = field(default_factory=dict)
    simulated_charges: int = 0
    charges_without_rate: int = 0

    @property
    def is_test(self) -> bool:
        """Whether there are charges, and all of them are from test mode."""
        return bool(self.charges) and not self.live_charges

    @property
    def is_simulated(self) -> bool:
        """Whether the charges come from the simulated account."""
        return self.is_test and bool(self.simulated_charges)


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A name of an ad platform or of a lead's channel that the models do not know, over all days.

    Attributes:
        kind: `ad_platform` or `lead_channel`.
        channel: the channel that its rows are counted in.
        spend_minor: its ad spend in minor units of `currency`; None for leads.
    """

    kind: str
    name: str
    channel: str
    currency: str
    row_count: int
    spend_minor: int | None
    remedy: str


@dataclass(frozen=True, slots=True)
class Report:
    """All facts of a report; the page, the text and the JSON are made of it.

    Attributes:
        totals: revenue of these days in each currency, including currencies that are left out.
        left_out: currencies that only `totals` includes.
        net_minor: net revenue of the scope over all channels.
        unattributed_minor: the part of `net_minor` that is credited to no channel.
        maybe_new_customers: number of people in the scope, over all channels, who may have paid
            before the charges that are loaded.
        on_leads_alone_minor: the part of `net_minor` without a visit that counts, credited to the
            lead's channel.
        too_old_minor: the part of `net_minor` that is credited to no channel since visits and lead
            are too old.
        no_visit_credited: payments that no visit is credited with, by reason.
        unplaced: results of channels with spend that match none of their platforms.
        charges_by_settled_rates: number of charges that are converted at the rate of other
            charges, which Stripe settled on the same day.
        bills_by_settled_rates: number of rows of ad spend that are converted in the same way.
        key_figures: the totals at the top, each with its change from the previous period.
        matched: how payments are matched to people, over all days of the scope.
        audit: which spend is matched by visits, over all days.
        payback: the cohorts of each month of first payment, all channels together first.
        build_failures: the models and tests that failed in the last build.
    """

    scope: Scope
    coverage: Coverage
    totals: tuple[Total, ...]
    left_out: tuple[LeftOut, ...]
    months: tuple[Month, ...]
    credits: tuple[Credit, ...]
    channels: tuple[Economics, ...]
    platforms: tuple[Economics, ...]
    campaigns: tuple[Economics, ...]
    cohorts: tuple[CohortAge, ...]
    experiments: tuple[Variant, ...]
    unmatched: tuple[Unmatched, ...]
    checks: tuple[Check, ...]
    key_figures: KeyFigures
    net_minor: int
    unattributed_minor: int
    on_leads_alone_minor: int
    too_old_minor: int
    no_visit_credited: tuple[NoVisitCredited, ...] = ()
    maybe_new_customers: int = 0
    unplaced: tuple[Economics, ...] = ()
    charges_by_settled_rates: int = 0
    bills_by_settled_rates: int = 0
    unknown_names: tuple[UnknownName, ...] = ()
    matched: Matched = field(default_factory=Matched)
    audit: Audit = field(default_factory=Audit)
    payback: tuple[PaybackCohort, ...] = ()
    build_failures: tuple[BuildFailure, ...] = ()
    payments: Payments = field(default_factory=Payments)

    @property
    def has_payments_alone(self) -> bool:
        """Whether there are payments, but neither leads nor visits nor ad spend."""
        others = map(self.coverage.inputs.get, ("leads", "touchpoints", "ad_spend"))
        nobody = all(line.channel == UNATTRIBUTED for line in self.channels)
        return bool(self.totals) and nobody and not any(others)

    @property
    def alone(self) -> str:
        """The currencies of the figures if others are left out, else empty."""
        codes = (self.scope.currencies or ()) if self.left_out else ()
        return ", ".join(code.upper() for code in codes)

    @property
    def last_month_is_whole(self) -> bool:
        """Whether the last month with revenue is complete: its last day has revenue."""
        return min(self.scope.end, day_after(self.scope.as_of)).day == 1


@dataclass(frozen=True, slots=True)
class Choice:
    """A period that the page can show, and its report."""

    name: str
    report: Report
