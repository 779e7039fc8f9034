"""The table under each section's chart; JSON has the same figures to the last digit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stripe_apex.report.facts import UNATTRIBUTED
from stripe_apex.report.formats import DASH
from stripe_apex.report.judgement import verdict
from stripe_apex.report.labels import NOT_MATCHED, clean, label
from stripe_apex.report.verdicts import EXPERIMENT_VERDICTS, NOT_KNOWN, VERDICTS
from stripe_apex.report.words import ltv_curve
from tap_stripe_apex import money

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from stripe_apex.report.economics import Economics
    from stripe_apex.report.facts import Report, Scope
    from stripe_apex.report.formats import Formats


@dataclass(frozen=True, slots=True)
class Table:
    """Formatted cells; the first `names` columns are text, the others are figures."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: int = 1


class Tables:
    """The tables of a report."""

    def __init__(self, report: Report, formats: Formats) -> None:
        self._report = report
        self._formats = formats
        self._currency = report.scope.currency
        self._unit = unit(report.scope)

    def revenue(self) -> Table:
        """From gross to net by currency."""
        formats = self._formats
        columns = ("currency", "charges", "captured", "refunded", "net", "disputed", "fees", "kept")
        rows = []
        for total in self._report.totals:
            gross, refunded, net, fees, kept = (
                formats.money(amount, total.currency)
                for amount in (
                    total.gross_minor,
                    total.refunded_minor,
                    total.net_minor,
                    total.fee_minor,
                    total.kept_minor,
                )
            )
            disputed = (
                DASH
                if total.disputed_minor is None
                else formats.money(total.disputed_minor, total.currency)
            )
            if total.charges_without_fee:
                fees = f"at least {fees}" if total.charges_with_fee else DASH
            if not total.kept_is_known:
                kept = f"at most {kept}"
            charges = formats.number(total.charges)
            rows.append(
                (total.currency.upper(), charges, gross, refunded, net, disputed, fees, kept)
            )
        return Table("Revenue by currency", columns, tuple(rows))

    def months(self) -> Table:
        """Net revenue by month and channel: months down, channels across."""
        lines = self._report.months
        by_channel: dict[str, int] = {}
        for line in lines:
            by_channel[line.channel] = by_channel.get(line.channel, 0) + line.revenue_minor
        channels = sorted(
            by_channel, key=lambda name: (name == UNATTRIBUTED, -by_channel[name], name)
        )
        cells = {(line.month, line.channel): line.revenue_minor for line in lines}
        months = sorted({line.month for line in lines})
        rows = [
            (
                self._formats.month(month),
                *(self._amount(cells.get((month, channel), 0)) for channel in channels),
                self._amount(sum(cells.get((month, channel), 0) for channel in channels)),
            )
            for month in months
        ]
        columns = ("month", *(clean(label(channel)) for channel in channels), "total")
        return Table(f"Net revenue by month and channel, {self._unit}", columns, tuple(rows))

    def models(self) -> Table:
        """Net revenue by channel under each attribution model."""
        models = self._report.scope.attribution_models
        cells = {
            (credit.channel, credit.attribution_model): credit.revenue_minor
            for credit in self._report.credits
        }
        chosen = self._report.scope.attribution_model
        channels = sorted(
            {credit.channel for credit in self._report.credits},
            key=lambda name: (name == UNATTRIBUTED, -cells.get((name, chosen), 0), name),
        )
        rows = [
            (label(channel), *(self._amount(cells.get((channel, model), 0)) for model in models))
            for channel in channels
        ]
        columns = ("channel", *(label(model) for model in models))
        return Table(f"Net revenue by attribution model, {self._unit}", columns, tuple(rows))

    def economics(self) -> Table:
        """Cost and revenue of each channel, platform and campaign."""
        columns = (
            "channel", "platform", "campaign", "spend", "revenue", "ROAS", "95% interval",
            "by attribution model", "leads", "CPL", "new customers", "CAC", "LTV",
            "CAC / monthly revenue per customer", "verdict", "conversions the platform counts",
        )  # fmt: skip
        report = self._report
        lines = (*report.channels, *report.platforms, *report.campaigns, *report.unplaced)
        ordered = sorted(
            (line for line in lines if line.channel != UNATTRIBUTED), key=self._outline()
        )
        rows = tuple(self._economics_row(line) for line in ordered)
        caption = (
            f"Unit economics, {self._unit}. A platform counts conversions by rules of its own: "
            "they are actions, not customers."
        )
        return Table(caption, columns, rows, names=3)

    def customers(self) -> Table:
        """Revenue of first and later payments by channel, and of payments that may be either."""
        formats = self._formats
        may_be_either = bool(self._report.maybe_new_customers)
        columns = (
            "channel", "net revenue", "first payments", "later payments",
            *(("not known which",) if may_be_either else ()), "new customers",
            *(("perhaps new",) if may_be_either else ()), "spend", "ROAS", "ROAS of first payments",
        )  # fmt: skip
        rows = []
        for line in self._report.channels:
            maybe_revenue = self._amount(line.maybe_new_revenue_minor)
            maybe_new = formats.number(line.maybe_new_customers, 1)
            rows.append(
                (
                    label(line.channel),
                    self._amount(line.revenue_minor),
                    self._amount(line.new_revenue_minor),
                    self._amount(line.returning_revenue_minor),
                    *((maybe_revenue,) if may_be_either else ()),
                    formats.number(line.new_customers, 1),
                    *((maybe_new,) if may_be_either else ()),
                    self._amount(line.spend_minor) if line.spend_minor else DASH,
                    formats.times(line.roas),
                    formats.times(line.new_roas),
                )
            )
        return Table(f"New and returning customers, {self._unit}", columns, tuple(rows))

    def _outline(self) -> Callable[[Economics], Any]:
        """A sort key: channels by revenue, each followed by its platforms and their campaigns."""
        rank = {line.channel: index for index, line in enumerate(self._report.channels)}
        return lambda line: (
            rank.get(line.channel, len(rank)),
            line.channel,
            line in self._report.unplaced,
            line.platform or "",
            line.campaign is not None,
            -line.revenue_minor,
            line.campaign or "",
        )

    def _economics_row(self, line: Economics) -> tuple[str, ...]:
        formats, currency = self._formats, self._currency
        unit = money.minor_per_major(currency)
        interval = line.roas_interval
        spread = line.roas_by_model.values()
        return (
            label(line.channel),
            label(line.platform)
            if line.platform
            else NOT_MATCHED
            if line in self._report.unplaced
            else DASH,
            label(line.campaign) if line.campaign else DASH,
            self._amount(line.spend_minor),
            self._amount(line.revenue_minor),
            formats.times(line.roas),
            f"{formats.times(interval[0])} to {formats.times(interval[1])}" if interval else DASH,
            f"{formats.times(min(spread))} to {formats.times(max(spread))}" if spread else DASH,
            DASH if line.leads is None else formats.number(line.leads),
            formats.major(line.cpl(unit), currency) if line.spend_minor else DASH,
            formats.number(line.new_customers, 1),
            formats.major(line.cac(unit), currency),
            formats.major(line.ltv(unit), currency),
            formats.number(line.payback_months(self._report.scope.months), 1),
            VERDICTS[verdict(line)] if line.is_credited or not line.spend_minor else NOT_KNOWN,
            formats.number(line.platform_conversions),
        )

    def cohorts(self) -> Table:
        """Cumulative net revenue per customer: cohorts down, ages across."""
        report, formats = self._report, self._formats
        currency = report.scope.reporting_currency
        unit = money.minor_per_major(currency)
        ages = sorted({line.age_months for line in report.cohorts})
        cells = {(line.cohort_month, line.age_months): line for line in report.cohorts}
        curve = dict(ltv_curve(report))
        rows = [
            (
                "average steps, added",
                DASH,
                *(formats.major(curve.get(age), currency) for age in ages),
            ),
        ]
        for month in sorted({line.cohort_month for line in report.cohorts}):
            row = [formats.month(month), formats.number(cells[month, 0].customers)]
            for age in ages:
                line = cells.get((month, age))
                if line is None or not line.customers:
                    row.append("")
                    continue
                if line.cumulative_minor is None:
                    row.append(DASH)
                    continue
                ltv = line.cumulative_minor / line.customers / unit
                cell = formats.major(ltv, currency)
                row.append(cell if line.is_complete else f"{cell}*")
            rows.append(tuple(row))
        columns = ("first payment", "customers", *(f"{age}" for age in ages))
        caption = (
            f"Net revenue per customer by months since the first payment, {currency.upper()}; "
            f"* that month is not over yet; {DASH} some of it has no exchange rate"
        )
        is_known = any(line.cumulative_minor is not None for line in report.cohorts)
        return Table(caption, columns, tuple(rows) if is_known else ())

    def experiments(self) -> Table:
        """Each variant compared with control."""
        formats = self._formats
        columns = (
            "experiment", "variant", "from", "to", "visitors", "in control", "saw several",
            "payers", "net revenue after the window", "lift", "95% interval", "p", "p of the split",
            "impact", "95% interval of impact", "cost", "ROI", "verdict",
        )  # fmt: skip
        rows = [
            (
                label(line.name),
                label(line.variant),
                formats.day(line.started_at.date()),
                formats.day(line.ended_at.date()) if line.ended_at else "running",
                formats.number(line.visitors),
                formats.number(line.control_visitors),
                formats.number(line.visitors_of_several_variants),
                formats.number(line.payers),
                DASH
                if line.later_revenue_minor is None
                else formats.money(line.later_revenue_minor, line.currency),
                formats.change(line.lift, 1),
                _range(formats.change(line.lift_low, 1), formats.change(line.lift_high, 1)),
                formats.probability(line.p_value),
                formats.probability(line.srm_p_value),
                formats.major(line.impact, line.currency),
                _range(
                    formats.major(line.impact_low, line.currency),
                    formats.major(line.impact_high, line.currency),
                ),
                formats.major(line.cost, line.currency),
                formats.times(line.roi),
                EXPERIMENT_VERDICTS.get(line.verdict, label(line.verdict))
                + (" (still runs)" if line.is_running else ""),
            )
            for line in self._report.experiments
        ]
        caption = f"Experiments, money in {self._report.scope.reporting_currency.upper()}"
        return Table(caption, columns, tuple(rows), names=2)

    def unmatched(self) -> Table:
        """Charges without a lead, and what would match them."""
        rows = tuple(
            (
                label(line.reason),
                line.remedy or "see the remedies",
                "by touches" if line.is_attributed_by_touches else "no",
                self._formats.number(line.charges),
                self._amount(line.revenue_minor),
                self._formats.percent(
                    line.revenue_minor / self._report.net_minor if self._report.net_minor else None,
                    1,
                ),
            )
            for line in self._report.unmatched
        )
        columns = (
            "reason",
            "what to do",
            "credited all the same",
            "charges",
            "net revenue",
            "share",
        )
        return Table(f"Charges without a lead, {self._unit}", columns, rows, names=3)

    def _amount(self, minor: int) -> str:
        return self._formats.money(minor, self._currency)


def unit(scope: Scope) -> str:
    """The currency of a table's amounts, with a note if they were converted into it."""
    return f"in {scope.currency.upper()}" + (", converted" if scope.converted else "")


def _range(low: str, high: str) -> str:
    return DASH if DASH in {low, high} else f"{low} to {high}"
