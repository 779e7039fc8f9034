"""The page's sections on payments, which need neither leads nor visits nor ad spend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stripe_apex.report.attempt_sections import countries_section, failures_section
from stripe_apex.report.charts import kit
from stripe_apex.report.charts import payments as charts
from stripe_apex.report.economics import ratio
from stripe_apex.report.formats import DASH
from stripe_apex.report.labels import label
from stripe_apex.report.payment_words import PaymentWords
from stripe_apex.report.sections import Key, Section
from stripe_apex.report.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stripe_apex.report.charts.payments import Bar
    from stripe_apex.report.facts import Report
    from stripe_apex.report.formats import Formats
    from stripe_apex.report.payments import Week


def payment_sections(report: Report, formats: Formats) -> tuple[Section, ...]:
    """Revenue by week, later payments, methods, countries, failures and the largest customers."""
    if not report.payments.weeks:
        return ()
    of = _PaymentSections(report, formats)
    return tuple(of.all())


class _PaymentSections:
    def __init__(self, report: Report, formats: Formats) -> None:
        self._report = report
        self._formats = formats
        self._words = PaymentWords(report, formats)
        converted = ", converted" if report.payments.converted else ""
        self._unit = f"in {report.scope.currency.upper()}{converted}"

    def all(self) -> Iterator[Section]:
        """The sections that have data."""
        yield self.weeks()
        if self._report.payments.ages:
            yield self.ages()
        yield self.methods()
        yield countries_section(self._report, self._formats)
        if self._report.payments.payers.net_minor > 0:
            yield self.largest()
        yield failures_section(self._report, self._formats)

    def weeks(self) -> Section:
        lines = self._report.payments.weeks
        legend = [charts.NEW, charts.RETURNING]
        if any(line.maybe_new_revenue_minor for line in lines):
            legend.append(charts.NOT_KNOWN)
        title = self._words.weeks()
        return Section(
            "weeks",
            "Revenue by week, and who paid it",
            title,
            "Net revenue is what was captured less what was refunded. Each week, from Monday on, "
            "holds its charges with what has gone back of them since, whenever that was. A week "
            "of which some days lie outside these days is pale.",
            self._weeks_table(),
            lambda canvas: charts.weeks(kit.Easel(self._report, self._formats, canvas)),
            f"{title}. Columns of net revenue by week, first payments apart from later ones; "
            "below them refunds, disputes and fees.",
            tuple(Key("square", kit.COLOURS[colour], name) for name, colour in legend),
        )

    def _weeks_table(self) -> Table:
        apart = not self._report.payments.converted
        may_be_either = any(line.maybe_new_customers for line in self._report.payments.weeks)
        columns = (
            "week from", "charges", "captured", "refunded", "net",
            *(("disputed", "fees") if apart else ("disputes and fees",)), "kept",
            "first payments", "of people who had paid before",
            *(("not known which",) if may_be_either else ()),
            "new customers", "returning customers", *(("perhaps new",) if may_be_either else ()),
        )  # fmt: skip
        rows = tuple(
            self._week(line, apart=apart, may_be_either=may_be_either)
            for line in self._report.payments.weeks
        )
        return Table(f"Revenue by week, {self._unit}", columns, rows)

    def _week(self, line: Week, *, apart: bool, may_be_either: bool) -> tuple[str, ...]:
        formats = self._formats
        at_least = "" if line.kept_is_known else "at least "
        kept = self._money(line.kept_minor)
        taken: tuple[str, ...]
        if apart:
            fees = self._money(line.fee_minor or 0)
            if line.charges_without_fee:
                fees = f"at least {fees}" if line.fee_minor else DASH
            disputed = DASH if line.disputed_minor is None else self._money(line.disputed_minor)
            taken = (disputed, fees)
        else:
            taken = (
                f"at least {self._money(line.taken_minor)}"
                if at_least
                else self._money(line.taken_minor),
            )
        return (
            formats.day(line.week),
            formats.number(line.charges),
            self._money(line.gross_minor),
            self._money(line.refunded_minor),
            self._money(line.net_minor),
            *taken,
            f"at most {kept}" if at_least else kept,
            self._money(line.new_revenue_minor),
            self._money(line.returning_revenue_minor),
            *((self._money(line.maybe_new_revenue_minor),) if may_be_either else ()),
            formats.number(line.new_customers),
            formats.number(line.returning_customers),
            *((formats.number(line.maybe_new_customers),) if may_be_either else ()),
        )

    def ages(self) -> Section:
        formats, lines = self._formats, self._report.payments.ages
        title = self._words.ages()
        rows = tuple(
            (
                _age(line.age_days),
                formats.number(line.customers),
                formats.number(line.paid_again),
                formats.percent(ratio(line.paid_again, line.customers), 1),
                self._words.worth(line),
            )
            for line in lines
        )
        columns = (
            "after the first payment",
            "customers",
            "paid again",
            "share",
            "net revenue of one",
        )
        bars = [
            charts.Bar(
                _age(line.age_days),
                float(ratio(line.net_minor, line.customers) or 0),
                self._words.worth(line),
                f"{formats.percent(ratio(line.paid_again, line.customers))} of "
                f"{formats.number(line.customers)} paid again",
            )
            for line in lines
        ]
        return self._bars(
            "again",
            "What a customer is worth, and who pays again",
            title,
            note="What one new customer of these days had brought so many days after the first "
            "payment, on average, and how many had paid a second time by then. Each row counts "
            "only customers whose first payment is at least so old, so the rows are not of the "
            "same people. Realised, not predicted.",
            table=Table(f"New customers after their first payment, {self._unit}", columns, rows),
            lines=bars,
        )

    def methods(self) -> Section:
        formats, lines = self._formats, self._report.payments.methods
        rows = tuple(
            (
                label(line.method),
                formats.number(line.charges),
                formats.number(line.customers),
                self._money(line.gross_minor),
                self._money(line.gross_minor - line.net_minor),
                self._money(line.net_minor),
                formats.percent(ratio(line.net_minor, self._report.net_minor), 1),
                formats.number(line.disputed_charges),
            )
            for line in lines
        )
        columns = (
            "payment method", "charges", "customers", "captured", "refunded", "net", "share",
            "disputed charges",
        )  # fmt: skip
        bars = [
            charts.Bar(
                label(line.method),
                line.net_minor,
                formats.percent(ratio(line.net_minor, self._report.net_minor)),
                f"{self._money(line.net_minor)}, {formats.number(line.charges)} "
                f"{'charge' if line.charges == 1 else 'charges'}",
            )
            for line in lines[:12]
        ]
        return self._bars(
            "methods",
            "How people pay",
            self._words.methods(),
            note="Net revenue by payment method. A disputed charge is counted however the dispute "
            "ended.",
            table=Table(f"Revenue by payment method, {self._unit}", columns, rows),
            lines=bars,
        )

    def largest(self) -> Section:
        payers, formats = self._report.payments.payers, self._formats
        parts = [("all customers", payers.customers, payers.net_minor)]
        if payers.customers > 10:
            parts.append(("the largest tenth", payers.customers // 10, payers.top_tenth_minor))
            parts.append(("the ten largest", 10, payers.top_ten_minor))
        if payers.customers > 1:
            parts.append(("the largest customer", 1, payers.largest_minor))
        parts.sort(key=lambda part: part[1])
        shares = [ratio(minor, payers.net_minor) for _, _, minor in parts]
        rows = tuple(
            (name, formats.number(people), self._money(minor), formats.percent(share, 1))
            for (name, people, minor), share in zip(parts, shares, strict=True)
        )
        bars = [
            charts.Bar(name, minor, formats.percent(share), self._money(minor))
            for (name, _, minor), share in zip(parts, shares, strict=True)
        ]
        again = formats.percent(ratio(payers.repeat_customers, payers.customers))
        return self._bars(
            "largest",
            "How much hangs on the largest customers",
            self._words.largest(),
            note=f"Of {formats.number(payers.customers)} "
            f"{'customer' if payers.customers == 1 else 'customers'}, {again} paid more than once "
            "in these days. A customer is a person, whatever address or card they used, as far as "
            "payments show it.",
            table=Table(
                f"Net revenue of the largest customers, {self._unit}",
                ("customers", "people", "net revenue", "share"),
                rows,
            ),
            lines=bars,
        )

    def _bars(
        self,
        name: str,
        topic: str,
        title: str,
        *,
        note: str,
        table: Table,
        lines: list[Bar],
    ) -> Section:
        return Section(
            name,
            topic,
            title,
            note,
            table,
            lambda canvas: charts.bars(kit.Easel(self._report, self._formats, canvas), lines),
            f"{title}. {topic}.",
        )

    def _money(self, minor: int) -> str:
        return self._formats.money(minor, self._report.scope.currency)


def _age(days: int) -> str:
    return "first day" if not days else f"{days} days"
