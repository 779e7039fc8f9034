"""Where the money goes, when it came, and what could not be matched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import altair as alt

from stripe_apex.report.charts import kit
from stripe_apex.report.facts import UNATTRIBUTED
from stripe_apex.report.labels import clean, label
from stripe_apex.report.period import months_until

if TYPE_CHECKING:
    from datetime import date

    from stripe_apex.report.charts.kit import Chart, Easel
    from stripe_apex.report.facts import Report, Total

MOST_CHANNELS: Final = 7
KEPT, AT_MOST = "kept", "kept, at most"

Panel = tuple[str, dict["date", int], str]
"""A name, net revenue by month, and the colour of its columns."""


def steps(total: Total) -> list[tuple[str, int, int]]:
    """From gross to what is kept: label, and where a bar starts and ends, in minor units."""
    at = total.gross_minor
    found = [("captured", 0, at)]
    for name, amount in (
        ("refunded", total.refunded_minor),
        ("disputed", total.disputed_minor),
        ("Stripe's fees", total.fee_minor),
    ):
        if amount:
            found.append((name, at - amount, at))
            at -= amount
    if len(found) > 1:
        kept = KEPT if total.kept_is_known else AT_MOST
        found.append((kept, min(at, 0), max(at, 0)))
    return found


def waterfall(easel: Easel) -> Chart:
    """One waterfall for each currency, each on a scale of its own."""
    totals = [total for total in easel.report.totals if total.gross_minor > 0]
    columns = 1 if easel.is_narrow or len(totals) == 1 else 2
    width = (easel.width - (columns - 1) * 56) / columns
    panels = [_one_waterfall(easel, total, width) for total in totals]
    return alt.concat(*panels, columns=columns, spacing={"row": 26, "column": 56})


def _one_waterfall(easel: Easel, total: Total, width: float) -> Chart:
    bars = steps(total)
    scale = alt.Scale(
        domain=[min(0, *(start for _, start, _ in bars)), total.gross_minor],
        range=[96, width - 124],
        nice=False,
        zero=False,
    )
    data = kit.rows(
        {
            "row": row,
            "step": name,
            "start": start,
            "end": end,
            "amount": _signed(easel, name, end - start, total.currency),
            "colour": {"captured": kit.BLUE, KEPT: kit.GREEN, AT_MOST: kit.GREEN}.get(
                name, kit.VERMILLION
            ),
        }
        for row, (name, start, end) in enumerate(bars)
    )
    base = alt.Chart(data).encode(y=alt.Y("row:O", axis=None))
    bar = base.mark_bar(height=15).encode(
        x=alt.X("start:Q", axis=None, scale=scale),
        x2="end:Q",
        color=alt.Color("colour:N", scale=None),
        tooltip=kit.tooltip("step", "amount"),
    )
    names = base.mark_text(**easel.text()).encode(x=alt.value(0), text="step:N")
    amounts = base.mark_text(**easel.text(align="right")).encode(
        x=alt.value(width), text="amount:N"
    )
    title = easel.title(total.currency.upper(), offset=4)
    return alt.layer(bar, names, amounts, title=title).properties(width=width, height=alt.Step(24))


def _signed(easel: Easel, name: str, minor: int, currency: str) -> str:
    taken = name not in {"captured", KEPT, AT_MOST}
    return easel.formats.money(-minor if taken else minor, currency)


def months(easel: Easel) -> Chart:
    """All revenue by month, then each channel's on one scale of their own."""
    panels = _panels(easel.report)
    together: dict[date, int] = {}
    for _, values, _ in panels:
        for month, minor in values.items():
            together[month] = together.get(month, 0) + minor
    axis = months_until(min(together), max(together))
    columns = 2 if easel.is_narrow else 4
    gap = 20 if easel.is_narrow else 28
    width = (easel.width - gap * (columns - 1)) / columns
    shared = [minor for _, values, _ in panels for minor in values.values()]
    charts = [
        _columns(easel, panel, axis, shared, width, 62 if easel.is_narrow else 72)
        for panel in panels
    ]
    every: Panel = ("All revenue", together, kit.BLUE)
    whole = _columns(
        easel, every, axis, list(together.values()), easel.width, 110 if easel.is_narrow else 150
    )
    return alt.vconcat(
        whole, alt.concat(*charts, columns=columns, spacing={"row": 22, "column": gap}), spacing=30
    )


def _panels(report: Report) -> list[Panel]:
    """The largest channels, all others together, and what is unmatched."""
    by_channel: dict[str, dict[date, int]] = {}
    for line in report.months:
        by_channel.setdefault(line.channel, {})[line.month] = line.revenue_minor
    unmatched = by_channel.pop(UNATTRIBUTED, None)
    ranked = sorted(by_channel, key=lambda channel: (-sum(by_channel[channel].values()), channel))
    most = MOST_CHANNELS if len(ranked) <= MOST_CHANNELS else MOST_CHANNELS - 1
    panels = [(clean(label(channel)), by_channel[channel], kit.BLUE) for channel in ranked[:most]]
    if rest := ranked[most:]:
        others: dict[date, int] = {}
        for channel in rest:
            for month, minor in by_channel[channel].items():
                others[month] = others.get(month, 0) + minor
        panels.append((f"{len(rest)} other channels", others, kit.SKY))
    if unmatched is not None:
        panels.append((label(UNATTRIBUTED), unmatched, kit.SOFT))
    return panels


def _columns(
    easel: Easel, panel: Panel, axis: list[date], scaled_by: list[int], *size: float
) -> Chart:
    """A column for each month; the last one is pale where its month is not over."""
    name, values, colour = panel
    width, height = size
    currency = easel.report.scope.currency
    pale = None if easel.report.last_month_is_whole else axis[-1]
    low, high = min(0, *scaled_by, 0), max(*scaled_by, 1, 1)
    y = alt.Y("minor:Q", axis=None, scale=alt.Scale(domain=[low, high], nice=False))
    data: list[dict[str, Any]] = [
        {
            "index": index,
            "month": easel.formats.month(month),
            "minor": values.get(month, 0),
            "amount": easel.formats.money(values.get(month, 0), currency),
            "opacity": 0.45 if month == pale else 1,
        }
        for index, month in enumerate(axis)
    ]
    bars = (
        alt.Chart(kit.rows(data))
        .mark_bar(color=colour)
        .encode(
            x=alt.X("index:O", axis=None, scale=alt.Scale(paddingInner=0.18, paddingOuter=0)),
            y=y,
            opacity=alt.Opacity("opacity:Q", scale=None),
            tooltip=kit.tooltip("month", "amount"),
        )
    )
    title = easel.title(
        kit.shortened(name, 22 if easel.is_narrow else 28),
        subtitle=easel.formats.compact(sum(values.values()), currency),
        offset=4,
    )
    layers = [*_grid(easel, kit.ticks(0, high, 2)[-1], width, y), bars]
    layers += _ends(easel, axis, width, height)
    return alt.layer(*layers, title=title).properties(width=width, height=height)


def _grid(easel: Easel, mark: float, width: float, y: Any) -> list[Chart]:
    """The line at nothing, and one at a round amount that says how much that is."""
    amount = easel.formats.compact(int(mark), easel.report.scope.currency)
    lines = [
        alt.Chart(kit.rows([{"minor": minor}]))
        .mark_rule(stroke=colour)
        .encode(x=alt.value(0), x2=alt.value(width), y=y)
        for minor, colour in ((0, kit.SOFT), (mark, kit.GRID))
    ]
    words = (
        alt.Chart(kit.rows([{"minor": mark, "text": amount}]))
        .mark_text(**easel.text(fontSize=10.5, fill=kit.MUTED, baseline="bottom", dy=-2))
        .encode(x=alt.value(0), y=y, text="text:N")
    )
    return [*lines, words]


def _ends(easel: Easel, axis: list[date], width: float, height: float) -> list[Chart]:
    """The first and the last month below the columns."""
    ends = [(axis[0], 0.0, "left")]
    if len(axis) > 1:
        ends.append((axis[-1], width, "right"))
    return [
        alt.Chart(kit.rows([{"label": easel.formats.month(month)}]))
        .mark_text(**easel.text(fontSize=11, fill=kit.MUTED, align=align, baseline="top", dy=5))
        .encode(x=alt.value(x), y=alt.value(height), text="label:N")
        for month, x, align in ends
    ]


def unmatched(easel: Easel) -> Chart:
    """Unmatched revenue by reason."""
    lines = [line for line in easel.report.unmatched if not line.is_attributed_by_touches]
    total = sum(line.revenue_minor for line in lines) or 1
    narrow = easel.is_narrow
    data = kit.rows(
        {
            "row": row,
            "reason": label(line.reason),
            "minor": max(line.revenue_minor, 0),
            "amount": easel.formats.money(line.revenue_minor, easel.report.scope.currency),
            "share": easel.formats.percent(line.revenue_minor / total),
            "charges": f"{easel.formats.number(line.charges)} charges",
        }
        for row, line in enumerate(lines)
    )
    scale = alt.Scale(
        domain=[0, max((line.revenue_minor for line in lines), default=1) or 1],
        range=[0, easel.width] if narrow else [190, easel.width - 190],
        nice=False,
    )
    above = -19 if narrow else 0
    base = alt.Chart(data).encode(y=alt.Y("row:O", axis=None))
    bars = base.mark_bar(height=14, color=kit.SOFT).encode(
        x=alt.X("minor:Q", axis=None, scale=scale),
        tooltip=kit.tooltip("reason", "amount", "charges"),
    )
    names = base.mark_text(**easel.text(dy=above)).encode(x=alt.value(0), text="reason:N")
    shares = base.mark_text(**easel.text(align="right", dy=above)).encode(
        x=alt.value(easel.width), text="share:N"
    )
    amounts = base.mark_text(**easel.text(align="right", dy=above)).encode(
        x=alt.value(easel.width - 52), text="amount:N"
    )
    return alt.layer(bars, names, amounts, shares).properties(
        width=easel.width, height=alt.Step(52 if narrow else 30)
    )
