"""Revenue by month, in total and below it by channel, with values on the columns.

Everything is laid out in pixels here, so that it is known what fits: a single month does not fill
the whole width; values stand on their columns if there is room; sixty months are labelled by year.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import altair as alt

from stripe_apex.report.charts import kit
from stripe_apex.report.facts import UNATTRIBUTED
from stripe_apex.report.labels import clean, label
from stripe_apex.report.period import months_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from stripe_apex.report.charts.kit import Chart, Easel
    from stripe_apex.report.facts import Report

MOST_CHANNELS: Final = 7

_WIDEST: Final = 88
"""The greatest width of a column in pixels."""

_LETTER: Final = 6.3
"""The approximate width of a letter in the small font, in pixels."""

_GAP: Final = 10
"""The least distance between two labels side by side, in pixels."""

Panel = tuple[str, dict["date", int], str]
"""A name, net revenue by month, and the colour of its columns."""


@dataclass(frozen=True, slots=True)
class Room:
    """The positions of a panel's columns, in pixels."""

    width: float
    height: float
    number: int

    @property
    def step(self) -> float:
        """The distance from one column to the next."""
        return min(self.width / self.number, _WIDEST / 0.82)

    def middle(self, index: int) -> float:
        """The middle of a column."""
        return (index + 0.5) * self.step

    def sides(self, index: int) -> tuple[float, float]:
        """The left and the right side of a column."""
        half = self.step * 0.41
        return self.middle(index) - half, self.middle(index) + half

    def fits(self, texts: Sequence[str]) -> bool:
        """Whether every text fits its column."""
        return all(_length(text) + _GAP <= self.step for text in texts)

    def kept_inside(self, index: int, text: str) -> float:
        """The middle of a text at a column, moved if needed so that the text stays in the panel."""
        half = _length(text) / 2
        return max(half, min(self.middle(index), self.width - half))

    def below(self, index: int, text: str) -> list[int]:
        """The columns below a text; it must stand above the highest of them to hide none."""
        at, half = self.kept_inside(index, text), _length(text) / 2
        sides = [self.sides(other) for other in range(self.number)]
        return [
            other
            for other, (left, right) in enumerate(sides)
            if other == index or (left < at + half and right > at - half)
        ]

    def apart(self, texts: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
        """The texts that do not overlap; of texts that would, the earlier in the list is kept."""
        shown: list[tuple[int, str]] = []
        for index, text in texts:
            at = self.kept_inside(index, text)
            if all(
                abs(at - self.kept_inside(other, words))
                >= (_length(text) + _length(words)) / 2 + _GAP
                for other, words in shown
            ):
                shown.append((index, text))
        return shown


def _length(text: str) -> float:
    return len(text) * _LETTER


def months(easel: Easel) -> Chart:
    """Total revenue by month, then each channel's; the channels share a scale of their own."""
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
    small = Room(width, 66 if easel.is_narrow else 76, len(axis))
    large = Room(easel.width, 120 if easel.is_narrow else 160, len(axis))
    charts = [_columns(easel, panel, axis, shared, small) for panel in panels]
    every: Panel = ("All revenue", together, kit.BLUE)
    whole = _columns(easel, every, axis, list(together.values()), large)
    return kit.stack(
        whole, kit.grid(*charts, columns=columns, spacing={"row": 22, "column": gap}), spacing=30
    )


def _panels(report: Report) -> list[Panel]:
    """The largest channels, all other channels together, and unmatched revenue."""
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
    easel: Easel, panel: Panel, axis: list[date], scaled_by: list[int], room: Room
) -> Chart:
    """A column per month; the last one is pale if its month is not over."""
    name, values, colour = panel
    currency = easel.report.scope.currency
    pale = None if easel.report.last_month_is_whole else axis[-1]
    low, high = min(0, *scaled_by, 0), max(*scaled_by, 1, 1)
    headroom = high * (1 + 16 / room.height)
    y_scale = alt.Scale(domain=[low, headroom], nice=False)
    x_scale = alt.Scale(domain=[0, room.width], range=[0, room.width], nice=False)
    x: dict[str, Any] = {"axis": None, "scale": x_scale}
    y: dict[str, Any] = {"axis": None, "scale": y_scale}
    data: list[dict[str, Any]] = []
    for index, month in enumerate(axis):
        left, right = room.sides(index)
        minor = values.get(month, 0)
        data.append(
            {
                "left": left,
                "right": right,
                "month": easel.formats.month(month),
                "minor": minor,
                "zero": 0,
                "amount": easel.formats.money(minor, currency),
                "opacity": 0.45 if month == pale else 1,
            }
        )
    bars = (
        alt.Chart(kit.rows(data))
        .mark_bar(color=colour)
        .encode(
            x=alt.X("left:Q", **x),
            x2=alt.X2("right:Q"),
            y=alt.Y("minor:Q", **y),
            y2=alt.Y2("zero:Q"),
            opacity=alt.Opacity("opacity:Q", scale=None),
            tooltip=kit.tooltip("month", "amount"),
        )
    )
    baseline = (
        alt.Chart(kit.rows([{"minor": 0}]))
        .mark_rule(stroke=kit.SOFT)
        .encode(x=alt.XValue(0), x2=alt.X2Value(room.width), y=alt.Y("minor:Q", **y))
    )
    title = easel.title(
        kit.shortened(name, 22 if easel.is_narrow else 28),
        subtitle=easel.formats.compact(sum(values.values()), currency),
        offset=4,
    )
    small = {"fontSize": 11, "align": "center"}
    amounts = (
        alt.Chart(kit.rows(_amounts(easel, values, axis, room)))
        .mark_text(**easel.text(**small, baseline="bottom", dy=-3))
        .encode(x=alt.X("at:Q", **x), y=alt.Y("minor:Q", **y), text=alt.Text("text:N"))
    )
    names = (
        alt.Chart(kit.rows(_names(easel, axis, room)))
        .mark_text(**easel.text(**small, fill=kit.MUTED, baseline="top", dy=5))
        .encode(x=alt.X("at:Q", **x), y=alt.YValue(room.height), text=alt.Text("text:N"))
    )
    return kit.layer(
        baseline, bars, amounts, names, title=title, width=room.width, height=room.height
    )


def _amounts(
    easel: Easel, values: dict[date, int], axis: list[date], room: Room
) -> Iterator[dict[str, Any]]:
    """The value on each column if all fit; else on the largest and, with room, on the last one."""
    currency = easel.report.scope.currency
    texts = [easel.formats.compact(values.get(month, 0), currency) for month in axis]
    wanted = [index for index, month in enumerate(axis) if values.get(month)]
    if not room.fits(texts):
        wanted = sorted(wanted, key=lambda index: -values[axis[index]])[:1] + wanted[-1:]
    for index, text in room.apart([(index, texts[index]) for index in wanted]):
        below = [values.get(axis[other], 0) for other in room.below(index, text)]
        yield {"at": room.kept_inside(index, text), "minor": max(0, *below), "text": text}


def _names(easel: Easel, axis: list[date], room: Room) -> Iterator[dict[str, Any]]:
    """Each month below its column if all fit; else both ends, the years, and some months."""
    formats, ends = easel.formats, [0, len(axis) - 1]
    texts = [formats.month(month) for month in axis]
    wanted = list(range(len(axis)))
    if not room.fits(texts):
        years = [index for index in wanted if axis[index].month == 1 and index not in ends]
        short = [formats.month_alone(month) for month in axis]
        between = wanted[1:-1] if room.fits(short) else []
        wanted = [*ends, *years, *(index for index in between if index not in years)]
        texts = [
            texts[index] if index in ends else str(month.year) if index in years else short[index]
            for index, month in enumerate(axis)
        ]
    for index, text in room.apart([(index, texts[index]) for index in wanted]):
        yield {"at": room.kept_inside(index, text), "text": text}
