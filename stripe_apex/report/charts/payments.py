"""Charts of payments alone: revenue by week, and bars with a name and a figure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import altair as alt

from stripe_apex.report.charts import kit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from stripe_apex.report.charts.kit import Chart, Easel
    from stripe_apex.report.payments import Payments, Week

NEW: Final = ("first payments", kit.BLUE)
RETURNING: Final = ("people who had paid before", kit.SKY)
NOT_KNOWN: Final = ("not known which", kit.SOFT)

NAMES_TAKE: Final = 190
LETTERS_A_PIXEL: Final = 28 / 190
"""About; a name that is longer than its room is cut."""

AS_FAR_AS_KNOWN: Final = ", as far as known"
"""Ends the name of an amount that is only partly known; if none is, the chart says "not known"."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A row: its name, the length of its bar, and the text at the bar's end."""

    name: str
    value: float
    text: str
    detail: str


def bars(easel: Easel, lines: Sequence[Bar], *, names_take: int = NAMES_TAKE) -> Chart:
    """A bar per line; the longest takes all of the room for bars.

    Args:
        easel: the report, formats and canvas of the chart.
        lines: the lines from top to bottom.
        names_take: the pixels for names left of the bars, if the canvas is wide.
    """
    narrow = easel.is_narrow
    above = -19 if narrow else 0
    letters = round(names_take * LETTERS_A_PIXEL)
    data = kit.rows(
        {
            "row": row,
            "name": kit.shortened(line.name, letters),
            "value": max(line.value, 0),
            "text": line.text,
            "detail": line.detail,
        }
        for row, line in enumerate(lines)
    )
    scale = alt.Scale(
        domain=[0, max([line.value for line in lines], default=1) or 1],
        range=[0, easel.width] if narrow else [names_take, easel.width - 310],
        nice=False,
    )
    base = alt.Chart(data).encode(y=alt.Y("row:O", axis=None))
    bar = base.mark_bar(height=14, color=kit.BLUE).encode(
        x=alt.X("value:Q", axis=None, scale=scale), tooltip=kit.tooltip("name", "text", "detail")
    )
    names = base.mark_text(**easel.text(dy=above)).encode(x=alt.XValue(0), text=alt.Text("name:N"))
    texts = base.mark_text(**easel.text(align="right", dy=above, fontWeight="bold")).encode(
        x=alt.XValue(easel.width if narrow else easel.width - 220), text=alt.Text("text:N")
    )
    details = base.mark_text(
        **easel.text(align="left" if narrow else "right", dy=19 if narrow else 0, fill=kit.MUTED)
    ).encode(x=alt.XValue(0 if narrow else easel.width), text=alt.Text("detail:N"))
    return kit.layer(
        bar, names, texts, details, width=easel.width, height=alt.Step(70 if narrow else 30)
    )


def weeks(easel: Easel) -> Chart:
    """Net revenue by week and by kind of customer, and below it refunds, disputes and fees."""
    report = easel.report
    lines = report.payments.weeks
    axis = list(_mondays(lines[0].week, lines[-1].week))
    together = _columns(
        easel,
        axis,
        "Net revenue",
        [
            (NEW, lambda line: line.new_revenue_minor),
            (RETURNING, lambda line: line.returning_revenue_minor),
            (NOT_KNOWN, lambda line: line.maybe_new_revenue_minor),
        ],
        easel.width,
        120 if easel.is_narrow else 160,
    )
    taken = list(_away(report.payments))
    columns = 1 if easel.is_narrow else len(taken)
    gap = 28
    width = (easel.width - gap * (columns - 1)) / columns
    away = [
        _columns(easel, axis, name, [((name, kit.VERMILION), value)], width, 60)
        for name, value in taken
    ]
    return kit.stack(
        together, kit.grid(*away, columns=columns, spacing={"row": 18, "column": gap}), spacing=28
    )


def _away(payments: Payments) -> Iterator[tuple[str, Callable[[Week], int]]]:
    """Deductions from revenue; disputes and fees are separate if the marts have them separately."""
    lines = payments.weeks
    yield "Refunded", lambda line: line.refunded_minor
    if payments.converted:
        yield f"Disputes and Stripe's fees{AS_FAR_AS_KNOWN}", lambda line: line.taken_minor
        return
    unread = any(line.charges_with_unread_dispute for line in lines)
    name = f"Disputed{AS_FAR_AS_KNOWN}" if unread else "Disputed"
    yield name, lambda line: line.taken_minor - (line.fee_minor or 0)
    unread = any(line.charges_without_fee for line in lines)
    name = f"Stripe's fees{AS_FAR_AS_KNOWN}" if unread else "Stripe's fees"
    yield name, lambda line: line.fee_minor or 0


Part = tuple[tuple[str, str], "Callable[[Week], int]"]


def _columns(
    easel: Easel, axis: list[date], name: str, parts: Sequence[Part], *size: float
) -> Chart:
    """A column per week, with its parts stacked."""
    width, height = size
    by_week = {line.week: line for line in easel.report.payments.weeks}
    currency, scope = easel.report.scope.currency, easel.report.scope
    whole = {line.week for line in easel.report.payments.whole_weeks(*scope.known_days)}
    data: list[dict[str, Any]] = []
    highest = 1
    for index, week in enumerate(axis):
        line, at = by_week.get(week), 0
        for (part, colour), value in parts:
            minor = max(value(line), 0) if line else 0
            data.append(
                {
                    "index": index,
                    "week": easel.formats.day(week),
                    "part": part,
                    "start": at,
                    "end": at + minor,
                    "amount": easel.formats.money(minor, currency),
                    "colour": colour,
                    "opacity": 1 if week in whole or line is None else 0.45,
                }
            )
            at += minor
        highest = max(highest, at)
    y: dict[str, Any] = {"axis": None, "scale": alt.Scale(domain=[0, highest], nice=False)}
    gap = 0.18 if len(axis) < width / 6 else 0
    columns = (
        alt.Chart(kit.rows(data))
        .mark_bar()
        .encode(
            x=alt.X("index:O", axis=None, scale=alt.Scale(paddingInner=gap, paddingOuter=0)),
            y=alt.Y("start:Q", **y),
            y2=alt.Y2("end:Q"),
            color=alt.Color("colour:N", scale=None),
            opacity=alt.Opacity("opacity:Q", scale=None),
            tooltip=kit.tooltip("week", "part", "amount"),
        )
    )
    total = sum(line["end"] - line["start"] for line in data)
    known = total or not name.endswith(AS_FAR_AS_KNOWN)
    subtitle = easel.formats.compact(total, currency) if known else "not known"
    title = easel.title(
        name.removesuffix("" if known else AS_FAR_AS_KNOWN), subtitle=subtitle, offset=4
    )
    marks = _marks(easel, highest, width, y) if total else ()
    layers = [*marks, columns, *_ends(easel, axis, width, height)]
    return kit.layer(*layers, title=title, width=width, height=height)


def _marks(easel: Easel, highest: int, width: float, y: dict[str, Any]) -> Iterator[Chart]:
    """Lines at zero and at a round amount."""
    mark = kit.ticks(0, highest, 2)[-1]
    for minor, colour in ((0, kit.SOFT), (mark, kit.GRID)):
        yield (
            alt.Chart(kit.rows([{"start": minor}]))
            .mark_rule(stroke=colour)
            .encode(x=alt.XValue(0), x2=alt.X2Value(width), y=alt.Y("start:Q", **y))
        )
    text = easel.formats.compact(int(mark), easel.report.scope.currency)
    yield (
        alt.Chart(kit.rows([{"start": mark, "text": text}]))
        .mark_text(**easel.text(fontSize=10.5, fill=kit.MUTED, baseline="bottom", dy=-2))
        .encode(x=alt.XValue(0), y=alt.Y("start:Q", **y), text=alt.Text("text:N"))
    )


def _ends(easel: Easel, axis: list[date], width: float, height: float) -> Iterator[Chart]:
    """Labels of the Mondays of the first and the last week, below the columns."""
    ends = [(axis[0], 0.0, "left")] + ([(axis[-1], width, "right")] if len(axis) > 2 else [])
    for week, x, align in ends:
        yield (
            alt.Chart(kit.rows([{"label": easel.formats.day(week)}]))
            .mark_text(**easel.text(fontSize=11, fill=kit.MUTED, align=align, baseline="top", dy=5))
            .encode(x=alt.XValue(x), y=alt.YValue(height), text=alt.Text("label:N"))
        )


def _mondays(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=7)
