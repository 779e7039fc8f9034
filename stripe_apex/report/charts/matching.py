"""How payments are matched to people, by month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import altair as alt

from stripe_apex.report.charts import kit
from stripe_apex.report.matched import NOT_MATCHED
from stripe_apex.report.matching import NAMES
from stripe_apex.report.period import months_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from stripe_apex.report.charts.kit import Chart, Easel

COLOURS: Final = {
    "direct": kit.BLUE,
    "by_reference": kit.GREEN,
    "via_customer": kit.SKY,
    "by_touch": kit.ORANGE,
    "by_code": kit.PURPLE,
    NOT_MATCHED: kit.GRID,
}
"""The colour of each way of matching, from the bottom of a column to its top."""

_HEIGHT: Final = 130


def months(easel: Easel) -> Chart:
    """A column per month: the share of net revenue that was matched, by way of matching."""
    lines = easel.report.matched.ways
    axis = months_until(min(line.month for line in lines), max(line.month for line in lines))
    by_month = {
        month: {line.way: max(line.revenue_minor, 0) for line in lines if line.month == month}
        for month in axis
    }
    data: list[dict[str, Any]] = []
    tops: list[dict[str, Any]] = []
    room = easel.width / len(axis) > 34
    for index, month in enumerate(axis):
        whole, at = sum(by_month[month].values()), 0.0
        for way, colour in COLOURS.items():
            share = by_month[month].get(way, 0) / whole if whole else 0.0
            data.append(
                {
                    "index": index,
                    "month": easel.formats.month(month),
                    "way": NAMES[way],
                    "start": at,
                    "end": at + share,
                    "share": easel.formats.percent(share),
                    "colour": colour,
                }
            )
            at += share
        matched = 1 - by_month[month].get(NOT_MATCHED, 0) / whole if whole else 0.0
        shown = whole and (room or index in {0, len(axis) - 1})
        tops.append({"index": index, "text": easel.formats.percent(matched) if shown else ""})
    x = alt.X("index:O", axis=None, scale=alt.Scale(paddingInner=0.18, paddingOuter=0))
    y = alt.Y("start:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False))
    columns = (
        alt.Chart(kit.rows(data))
        .mark_bar()
        .encode(
            x=x,
            y=y,
            y2=alt.Y2("end:Q"),
            color=alt.Color("colour:N", scale=None),
            tooltip=kit.tooltip("month", "way", "share"),
        )
    )
    numbers = (
        alt.Chart(kit.rows(tops))
        .mark_text(**easel.text(align="center", baseline="bottom", dy=-5, fontSize=11.5))
        .encode(x=x, y=alt.YValue(0), text=alt.Text("text:N"))
    )
    return kit.layer(columns, numbers, *_ends(easel, axis), width=easel.width, height=_HEIGHT)


def _ends(easel: Easel, axis: list[date]) -> Iterator[Chart]:
    """Labels of the first and the last month, below the columns."""
    ends = [(axis[0], 0, "left")] + ([(axis[-1], easel.width, "right")] if len(axis) > 1 else [])
    for month, x, align in ends:
        yield (
            alt.Chart(kit.rows([{"label": easel.formats.month(month)}]))
            .mark_text(**easel.text(fontSize=11, fill=kit.MUTED, align=align, baseline="top", dy=6))
            .encode(x=alt.XValue(x), y=alt.YValue(_HEIGHT), text=alt.Text("label:N"))
        )
