"""The page's sections: subject, finding, how to read them, and what they lack."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stripe_apex.report.charts import channels, kit, money, people
from stripe_apex.report.charts.months import months
from stripe_apex.report.facts import UNATTRIBUTED
from stripe_apex.report.judgement import verdict
from stripe_apex.report.labels import label, sentence
from stripe_apex.report.matching import Help, remedies
from stripe_apex.report.missing import asked_for
from stripe_apex.report.tables import Table, Tables
from stripe_apex.report.titles import Titles
from stripe_apex.report.words import WITHOUT_CHANNEL

if TYPE_CHECKING:
    from collections.abc import Callable

    from stripe_apex.report.facts import Report
    from stripe_apex.report.formats import Formats


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of a legend: a shape or a line in one of the page's colours, and its meaning."""

    shape: str
    colour: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page.

    Attributes:
        draw: a function that draws the chart on a canvas; None if there is nothing to draw.
        description: the chart in words, for people who cannot see it.
        empty: why there is nothing to show, and what to connect.
        remedies: hints on what to look at or to do.
        shows_table: whether the table is shown instead of a chart.
        of_all_money: whether it includes the currencies that the report's sums leave out.
        details: a second table with the rows that those of `table` add up.
    """

    name: str
    topic: str
    title: str
    note: str
    table: Table
    draw: Callable[[kit.Canvas], kit.Chart] | None = None
    description: str = ""
    legend: tuple[Key, ...] = ()
    empty: str = ""
    remedies: tuple[Help, ...] = ()
    shows_table: bool = False
    of_all_money: bool = False
    details: Table | None = None


def sections(report: Report, formats: Formats) -> tuple[Section, ...]:
    """All sections, including empty ones."""
    of = _Sections(report, formats)
    return (
        of.economics(),
        of.models(),
        of.months(),
        of.revenue(),
        of.cohorts(),
        of.experiments(),
        of.unmatched(),
    )


class _Sections:
    def __init__(self, report: Report, formats: Formats) -> None:
        self._report = report
        self._formats = formats
        self._titles = Titles(report, formats)
        self._tables = Tables(report, formats)

    def _easel(self, canvas: kit.Canvas) -> kit.Easel:
        return kit.Easel(self._report, self._formats, canvas)

    def economics(self) -> Section:
        report, _formats = self._report, self._formats
        title = self._titles.economics()
        spent = [line for line in report.channels if line.spend_minor > 0]
        lines = channels.paid_lines(report)
        used = {verdict(line) for _, line in lines}
        is_cut = any(channels.is_cut(line, channels.reach(lines)) for _, line in lines)
        legend = tuple(
            Key(shape, kit.COLOURS[colour], words)
            for one, (shape, colour, words) in channels.VERDICTS.items()
            if one in used
        )
        return Section(
            "economics",
            "Return on ad spend",
            title,
            f"What a unit of spend brought back in {report.scope.revenue_basis} revenue. The bar "
            "is the 95% interval: how far chance alone could have moved it. The thin ticks are "
            "the other models. Right of the dashed line the spend came back; other "
            "costs are left out."
            + self._titles.returns_of_a_part()
            + (
                " What brought revenue but matches no platform that was paid stands below the "
                "platforms, so that they add up to their channel."
                if report.unplaced
                else ""
            ),
            self._tables.economics(),
            (lambda canvas: channels.returns(self._easel(canvas)))
            if any(line.is_credited for line in spent)
            else None,
            f"{title}. ROAS by channel, platform and campaign, with 95% intervals.",
            (
                *legend,
                Key("line", "muted", "95% interval"),
                Key("tick", "soft", "other attribution models"),
                Key("dash", "ink", "spend comes back: 1×"),
                *((Key("arrow", "muted", "beyond the scale, with its value"),) if is_cut else ()),
            ),
            (
                asked_for(report, "leads", "touchpoints")
                or "No payer has a lead or a visit that counts."
            )
            if spent
            else (
                asked_for(report, "ad_spend")
                or "No ad spend is known for these days: import what the platforms billed for them."
            )
            + " Then each channel has ROAS and CAC.",
        )

    def models(self) -> Section:
        report, formats = self._report, self._formats
        shares = self._titles.model_shares()
        title = self._titles.models()
        chosen = report.scope.attribution_model
        legend = tuple(
            Key(
                shape,
                kit.COLOURS[colour],
                label(model)
                + (" (chosen)" if model == chosen else "")
                + f": {channels.RULES[model]}",
            )
            for model, (shape, colour) in channels.MODELS.items()
            if model in report.scope.attribution_models
        )
        note = (
            "Each model shares a payment among the visits before it by another rule, and has a "
            "line of its own. Where the symbols lie below each other, the rule does not matter; "
            "where they lie apart, it decides. "
            "Shares are of all net revenue, also of that without a channel."
        )
        if self._titles.stands_on_leads_alone:
            note = self._titles.why_on_leads_alone
        elif report.on_leads_alone_minor:
            alone = formats.money(report.on_leads_alone_minor, report.scope.currency)
            note += (
                f" {alone} of it stands on leads alone: no visit counts for these payments, so "
                "every model credits the channel that the lead came by."
            )
        return Section(
            "models",
            "Revenue by channel, under each attribution model",
            title,
            note,
            self._tables.models(),
            (lambda canvas: channels.models(self._easel(canvas), shares)) if shares else None,
            f"{title}. Share of net revenue by channel under each attribution model.",
            legend,
            "No revenue is credited to a channel in these days. "
            + (
                asked_for(report, "leads", "touchpoints")
                or "No payer of these days has a lead or a visit before the payment."
            ),
        )

    def months(self) -> Section:
        report, formats = self._report, self._formats
        title = self._titles.months()
        note = (
            f"Net revenue of each month, below it credited to channels by the model "
            f"“{label(report.scope.attribution_model)}”, all on one scale. Under each name stands "
            "its sum."
        )
        if report.months and not report.last_month_is_whole:
            note += f" The last month, drawn pale, goes to {formats.day(report.scope.as_of)} only."
        return Section(
            "months",
            "Revenue by month and channel",
            title,
            note,
            self._tables.months(),
            (lambda canvas: months(self._easel(canvas))) if report.months else None,
            f"{title}. Columns of net revenue by month, a panel for each channel.",
            empty="There is no revenue in these days. Widen date_range, or the report's --period.",
        )

    def revenue(self) -> Section:
        report, _formats = self._report, self._formats
        title = self._titles.revenue()
        note = " ".join(["Each currency has a scale of its own.", *self._titles.not_kept()])
        drawable = any(total.gross_minor > 0 for total in report.totals)
        return Section(
            "revenue",
            "Total revenue, from captured to kept",
            title,
            note,
            self._tables.revenue(),
            (lambda canvas: money.waterfall(self._easel(canvas))) if drawable else None,
            f"{title}. A waterfall from captured to kept for each currency.",
            empty="No charge in these days. Widen date_range, or see that Stripe has charges.",
            of_all_money=True,
        )

    def cohorts(self) -> Section:
        report, _formats = self._report, self._formats
        title = self._titles.cohorts()
        drawable = any(line.is_complete for line in report.cohorts)
        legend = [Key("line", "blue", "average steps, added")]
        if people.has_newer(report):
            legend += [
                Key("thin", "soft", "older months"),
                Key("dash", "orange", "newer months"),
            ]
        return Section(
            "cohorts",
            "What customers are worth, by month of first payment",
            title,
            "A line for each month's new customers: what one of them has brought so many months "
            f"later, in {report.scope.reporting_currency.upper()}, all currencies and channels "
            "together. Realised, not predicted. The title is about the months that are old enough. "
            "The bold line adds average steps of all months, so it differs from what the oldest "
            "ones brought.",
            self._tables.cohorts(),
            (lambda canvas: people.cohorts(self._easel(canvas))) if drawable else None,
            f"{title}. Cumulative net revenue per customer by age in months, a line a cohort.",
            tuple(legend),
            f"Some charges have no exchange rate. {self._titles.rates_help}"
            if any(line.cumulative_minor is None for line in report.cohorts)
            else "A cohort shows after its first whole month. Load more history: widen date_range.",
            of_all_money=True,
        )

    def experiments(self) -> Section:
        report, _formats = self._report, self._formats
        title = self._titles.experiments()
        lines = report.experiments
        used = {line.verdict for line in lines}
        legend = tuple(
            Key(shape, kit.COLOURS[colour], words)
            for one, (shape, colour, words) in people.VERDICTS.items()
            if one in used
        )
        return Section(
            "experiments",
            "What experiments really brought",
            title,
            self._titles.experiments_note(),
            self._tables.experiments(),
            (lambda canvas: people.experiments(self._easel(canvas))) if lines else None,
            f"{title}. Lift of revenue per visitor with 95% intervals.",
            (*legend, Key("dash", "ink", "no effect")),
            (f"{title}. {self._titles.rates_help}" if self._titles.experiments_lack_rates else "")
            or asked_for(report, "experiments", "experiment_exposures")
            or "No experiment ran in these days.",
            of_all_money=True,
        )

    def unmatched(self) -> Section:
        report, _formats = self._report, self._formats
        title = self._titles.unmatched()
        lost = any(not line.is_attributed_by_touches for line in report.unmatched)
        nobody = all(credit.channel == UNATTRIBUTED for credit in report.credits)
        empty = "Nothing is left over: each payment found its lead."
        if not report.totals:
            empty = "There is no revenue in these days, so nothing is left over."
        note = self._titles.why_without_channel()
        if report.too_old_minor:
            empty = f"{empty} {note}"
        if lost and nobody:
            note += f" {asked_for(report, 'leads') or 'No lead matches at all.'}"
        return Section(
            "unmatched",
            WITHOUT_CHANNEL,
            title,
            note,
            self._tables.unmatched(),
            (lambda canvas: money.unmatched(self._easel(canvas))) if lost else None,
            f"{title}. Net revenue without a lead before it, by reason.",
            empty=empty,
            remedies=tuple(remedies(report, self._formats))
            or tuple(
                Help(sentence(label(line.reason)), line.remedy or "")
                for line in report.unmatched
                if not line.is_attributed_by_touches
            ),
        )
