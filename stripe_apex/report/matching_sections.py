"""The page's sections on matching: how payments are matched, remedies, promotion codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stripe_apex.report import matching
from stripe_apex.report.charts import kit
from stripe_apex.report.charts import matching as charts
from stripe_apex.report.economics import ratio
from stripe_apex.report.formats import DASH
from stripe_apex.report.labels import clean, label
from stripe_apex.report.matched import NOT_MATCHED
from stripe_apex.report.sections import Key, Section
from stripe_apex.report.tables import Table, unit

if TYPE_CHECKING:
    from stripe_apex.report.facts import Report
    from stripe_apex.report.formats import Formats


def matching_section(report: Report, formats: Formats) -> Section:
    """How payments are matched to people, by month."""
    used = {line.way for line in report.matched.ways}
    title = matching.coverage(report, formats) or "No payment is matched to a person yet"
    note = (
        "A payment finds its person by a reference, else by its email; without one, by the email "
        "of another payment of the same customer. Without any of these, a campaign or a promotion "
        "code that it carries still names a channel. A column is a month's net revenue; the "
        "figure above it is the share that is matched."
    )
    return Section(
        "matching",
        "How payments find their people",
        title,
        " ".join(filter(None, (note, matching.missing(report)))),
        _months_table(report, formats),
        (lambda canvas: charts.months(kit.Easel(report, formats, canvas)))
        if used - {NOT_MATCHED}
        else None,
        f"{title}. Columns of shares of net revenue by month, a part for each way.",
        tuple(
            Key("square", kit.COLOURS[colour], matching.NAMES[way])
            for way, colour in charts.COLOURS.items()
            if way in used
        ),
        empty="No payment has a lead, a visit or a reference that names its person.",
        remedies=tuple(matching.to_look_at(report, formats)),
    )


def codes_section(report: Report, formats: Formats) -> Section:
    """The revenue of promotion codes, and which of them are assigned to no channel."""
    codes, currency = report.matched.codes, report.scope.currency
    lost = [line for line in codes if not line.has_channel]
    known = [line.revenue_minor for line in lost]
    title = "Each promotion code has a channel"
    if lost:
        money = formats.money(sum(minor or 0 for minor in known), currency)
        number = "1 promotion code" if len(lost) == 1 else f"{formats.number(len(lost))} codes"
        verb = "has" if len(lost) == 1 else "have"
        brought = "" if None in known else f", which brought {money} net,"
        title = f"{number}{brought} {verb} no channel"
    rows = tuple(
        (
            clean(line.promotion_code),
            label(line.channel) if line.channel else "none",
            label(line.campaign) if line.campaign else DASH,
            label(line.partner) if line.partner else DASH,
            formats.number(line.charges),
            DASH if line.revenue_minor is None else formats.money(line.revenue_minor, currency),
        )
        for line in codes
    )
    columns = ("code", "channel", "campaign", "partner", "charges", "net revenue")
    return Section(
        "codes",
        "Promotion codes",
        title,
        "What the payments brought in whose checkout a code was used, renewals of subscriptions "
        "that began there included, over all days. A code is a channel where a row of the table "
        "promotion_codes says so.",
        Table(f"Promotion codes, all days, {unit(report.scope)}", columns, rows, names=4),
        empty=matching.missing(report)
        or "No payment used a promotion code, as far as checkout sessions were read. Select the "
        "stream checkout_sessions to read them.",
        remedies=tuple(matching.of_codes(report, formats)),
        shows_table=bool(codes),
    )


def _months_table(report: Report, formats: Formats) -> Table:
    currency, lines = report.scope.currency, report.matched.ways
    used = [way for way in matching.NAMES if any(line.way == way for line in lines)]
    cells = {(line.month, line.way): line.revenue_minor for line in lines}
    rows = []
    for month in sorted({line.month for line in lines}):
        whole = sum(cells.get((month, way), 0) for way in used)
        matched = whole - cells.get((month, NOT_MATCHED), 0)
        rows.append(
            (
                formats.month(month),
                formats.percent(ratio(matched, whole), 1),
                *(formats.money(cells.get((month, way), 0), currency) for way in used),
                formats.number(sum(line.conflicts for line in lines if line.month == month)),
            )
        )
    names = (matching.NAMES[way] for way in used)
    columns = ("month", "matched", *names, "conflicts")
    return Table(f"Net revenue by way of matching, {unit(report.scope)}", columns, tuple(rows))
