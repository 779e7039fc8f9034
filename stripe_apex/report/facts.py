"""What the marts say, as values: whole minor units, dates, counts. The report is made of these."""

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
        known_from: the first day with a charge in the warehouse.
        known_until: the last one.
        revenue_basis: what ROAS, LTV and payback count: `net` or `kept`, or its margin.
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
        """The first day and the day after the last one, without days of which nothing is known."""
        start, end = self.start, self.end
        if self.known_from and self.known_until:
            start, end = max(start, self.known_from), min(end, day_after(self.known_until))
        return start, end

    @property
    def months(self) -> Fraction:
        """The length of the period in months, without days of which nothing is known."""
        return months_of(*self.known_days)


@dataclass(frozen=True, slots=True)
class Total:
    """Revenue in one currency, in its minor units.

    Attributes:
        net_reporting_minor: net in the reporting currency; None where a charge has no rate.
        disputed_minor: taken by open and lost disputes; None where a dispute is not loaded.
        kept_minor: net less disputes and fees, as far as these are known.
        charges_with_fee: of how many charges Stripe's fee is known; `fee_minor` is their sum.
        charges_without_fee: captured charges of which it is not.
        charges_with_unread_dispute: disputed charges whose dispute is not loaded, of
            `unread_dispute_minor` net.
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
        """Whether no less can have been kept than `kept_minor`."""
        return not self.charges_without_fee and not self.charges_with_unread_dispute


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A currency that no converted figure holds, since some of its money has no exchange rate.

    Attributes:
        charges: those without a rate, which brought `revenue_minor` net.
        bills: rows of ad spend without a rate, of `spend_minor`.
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
        inputs: number of rows that the marts are made of, by `leads`, `ad_spend` and so on.
        updated_at: when the newest version of a charge became true, UTC.
        new_customers_known_from: the first day from which it is known of everybody who is new.
        charges_without_rate: charges that no sum in the reporting currency holds; experiments are
            left out while there are any.
        simulated_charges: how many of the loaded charges the simulated account served.
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
        """Whether there are charges, and none of them is live."""
        return bool(self.charges) and not self.live_charges

    @property
    def is_simulated(self) -> bool:
        """Whether the simulated account served them."""
        return self.is_test and bool(self.simulated_charges)


@dataclass(frozen=True, slots=True)
class UnknownName:
    """An ad platform or a channel of leads that the models do not know, over all days.

    Attributes:
        kind: `ad_platform` or `lead_channel`.
        channel: where it counts.
        spend_minor: minor units of `currency`; None for leads.
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
    """All that is known; every page, text and JSON is made of it.

    Attributes:
        totals: of each currency in these days, those that are left out included.
        left_out: currencies that are in no figure but `totals`.
        net_minor: net revenue of the scope, over all channels.
        unattributed_minor: the part of it that no channel is credited with.
        maybe_new_customers: people of the scope, over all channels, of whom it is not known whether
            they had paid before the charges that are loaded.
        on_leads_alone_minor: the part that no visit led to, credited to the lead's channel.
        too_old_minor: the part that is credited to none, since visits and lead are too old.
        no_visit_credited: payments that no visit is credited with, by reason.
        unplaced: what channels with spend brought that matches none of their platforms.
        charges_by_settled_rates: charges that are converted at the rate of other charges, which
            Stripe settled on the same day.
        bills_by_settled_rates: rows of ad spend that are.
        key_figures: the totals at the top, each with its change against the period before.
        matched: how payments found their people, over all days of the scope.
        audit: whether spend meets visits, over all days.
        payback: of each month of first payment, all channels first.
        build_failures: what failed when the models were built and tested.
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
        """Whether there are payments, and neither leads nor visits nor ad spend."""
        others = map(self.coverage.inputs.get, ("leads", "touchpoints", "ad_spend"))
        nobody = all(line.channel == UNATTRIBUTED for line in self.channels)
        return bool(self.totals) and nobody and not any(others)

    @property
    def alone(self) -> str:
        """The currencies that the figures are of while others are left out; else empty."""
        codes = (self.scope.currencies or ()) if self.left_out else ()
        return ", ".join(code.upper() for code in codes)

    @property
    def last_month_is_whole(self) -> bool:
        """Whether the last month with revenue has ended: its last day has some."""
        return min(self.scope.end, day_after(self.scope.as_of)).day == 1


@dataclass(frozen=True, slots=True)
class Choice:
    """A period that the page can show, and the report of it."""

    name: str
    report: Report
