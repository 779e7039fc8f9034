"""Channels: what they earn under each attribution model, and whether they earn back their spend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import altair as alt

from stripe_apex.report.charts import kit
from stripe_apex.report.judgement import Verdict, verdict
from stripe_apex.report.labels import NOT_MATCHED, label
from tap_stripe_apex import money

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from stripe_apex.report.charts.kit import Chart, Easel
    from stripe_apex.report.economics import Economics
    from stripe_apex.report.facts import Report

MOST_CHANNELS: Final = 12
MOST_LINES: Final = 24

MODELS: Final = {
    "first_touch": ("triangle-left", kit.VERMILION),
    "last_touch": ("triangle-right", kit.ORANGE),
    "last_non_direct": ("triangle-down", kit.PURPLE),
    "linear": ("square", kit.SKY),
    "position_based": ("diamond", kit.GREEN),
    "time_decay": ("triangle-up", kit.MUTED),
    "markov": ("cross", kit.INK),
}
"""A shape and a colour for each attribution model."""

RULES: Final = {
    "first_touch": "all to the first visit",
    "last_touch": "all to the last visit before the payment",
    "last_non_direct": "all to the last visit that was not direct",
    "linear": "the same to each visit",
    "position_based": "40% to the first, 40% to the last, the rest between",
    "time_decay": "more to later visits than to earlier ones",
    "markov": "to a channel by how many payments would be missing without it",
}
"""How each attribution model shares a payment."""

LANE: Final = 12
"""Height of the lane that each model has within a channel's row, in pixels."""

OTHER_MODEL: Final = ("circle", kit.BLUE)

VERDICTS: Final = {
    Verdict.PAYS: ("triangle-up", kit.GREEN, "earns back its spend"),
    Verdict.LOSES: ("triangle-down", kit.VERMILION, "does not earn it back"),
    Verdict.UNCLEAR: ("circle", kit.MUTED, "open"),
    Verdict.TOO_FEW: ("square", kit.SOFT, "too few payers to say"),
    Verdict.NOTHING: ("cross", kit.VERMILION, "brought nobody"),
}
"""A shape, a colour and words for each verdict on spend."""


def models(easel: Easel, shares: Mapping[str, Mapping[str, Decimal]]) -> Chart:
    """A row per channel with a symbol per attribution model: it shows how far models disagree."""
    chosen = easel.report.scope.attribution_model
    ranked = sorted(shares, key=lambda channel: (-shares[channel].get(chosen, 0), channel))
    ranked = ranked[:MOST_CHANNELS]
    ends = [float(share) for channel in ranked for share in shares[channel].values()]
    domain = (min(*ends, 0.0, 0.0), max(*ends, 0.01, 0.01) * 1.02)
    marks = kit.ticks(*domain, most=3 if easel.is_narrow else 6)
    x: dict[str, Any] = {
        "scale": alt.Scale(
            domain=list(domain),
            range=[6 if easel.is_narrow else 190, easel.width - 10],
            nice=False,
            zero=False,
        ),
        "axis": kit.top_axis({mark: easel.formats.percent(mark) for mark in marks}),
    }
    lanes = _lanes(easel.report)
    step = LANE * len(lanes) + (34 if easel.is_narrow else 16)
    height = {name: (lane - (len(lanes) - 1) / 2) * LANE / step for name, lane in lanes.items()}
    scale = alt.Scale(domain=[len(ranked) - 0.5, -0.5], nice=False, zero=False)
    y = alt.Y("row:Q", axis=None, scale=scale)
    spread = (
        alt.Chart(
            kit.rows(
                {
                    "row": row + min(height.values(), default=0) - 0.5 * LANE / step,
                    "end": row + max(height.values(), default=0) + 0.5 * LANE / step,
                    "low": float(min(shares[channel].values())),
                    "high": float(max(shares[channel].values())),
                }
                for row, channel in enumerate(ranked)
            )
        )
        .mark_rect(fill=kit.GRID, opacity=0.5)
        .encode(y=y, y2=alt.Y2("end:Q"), x=alt.X("low:Q", **x), x2=alt.X2("high:Q"))
    )
    symbols = (
        alt.Chart(kit.rows(_shares(easel, shares, ranked, height)))
        .mark_point(filled=True, opacity=1, stroke=kit.PAPER, strokeWidth=0.8)
        .encode(
            y=y,
            x=alt.X("share:Q", **x),
            shape=alt.Shape("shape:N", scale=None),
            color=alt.Color("colour:N", scale=None),
            size=alt.Size("size:Q", scale=None),
            tooltip=kit.tooltip("channel", "model", "text"),
        )
    )
    names = easel.names(
        [label(channel) for channel in ranked],
        y,
        above=LANE * len(lanes) / 2 + 8 if easel.is_narrow else 0,
    )
    return kit.layer(spread, symbols, names, width=easel.width, height=step * len(ranked))


def _lanes(report: Report) -> dict[str, int]:
    """The number of each attribution model's lane within a row, in the order of the legend."""
    known = report.scope.attribution_models
    ordered = [model for model in MODELS if model in known]
    ordered += [model for model in known if model not in MODELS]
    return {model: lane for lane, model in enumerate(ordered)}


def _shares(
    easel: Easel,
    shares: Mapping[str, Mapping[str, Decimal]],
    ranked: list[str],
    height: Mapping[str, float],
) -> Iterator[dict[str, Any]]:
    """A data row per symbol, in the lane of its model; the chosen model's symbol is larger."""
    chosen = easel.report.scope.attribution_model
    for row, channel in enumerate(ranked):
        for model, share in shares[channel].items():
            shape, colour = MODELS.get(model, OTHER_MODEL)
            yield {
                "row": row + height[model],
                "channel": label(channel),
                "model": label(model),
                "share": float(share),
                "text": easel.formats.percent(share, 1),
                "shape": shape,
                "colour": colour,
                "size": 120 if model == chosen else 64,
            }


def paid_lines(report: Report) -> list[tuple[int, Economics]]:
    """Channels with spend, each followed by its platforms and their campaigns, with the depth.

    A platform's only campaign is left out; so are all campaigns if there are too many rows.
    """
    for deepest in (2, 1, 0):
        lines = list(_outline(report, deepest))
        if len(lines) <= MOST_LINES:
            return lines
    return lines[:MOST_LINES]


def _outline(report: Report, deepest: int) -> Iterator[tuple[int, Economics]]:
    for channel in report.channels:
        if channel.spend_minor <= 0:
            continue
        yield 0, channel
        for platform in (*report.platforms, *report.unplaced):
            if platform.channel != channel.channel or not deepest:
                continue
            if platform.spend_minor <= 0 and not platform.basis_minor:
                continue
            yield 1, platform
            campaigns = [
                line
                for line in report.campaigns
                if (line.channel, line.platform) == (platform.channel, platform.platform)
                and line.spend_minor > 0
            ]
            if deepest == 2 and len(campaigns) > 1:
                yield from ((2, line) for line in campaigns)


def returns(easel: Easel) -> Chart:
    """ROAS with its interval, a tick per model and a line at 1, beside CAC."""
    lines = paid_lines(easel.report)
    high = reach(lines)
    marks = kit.ticks(0, high, most=3 if easel.is_narrow else 5)
    x: dict[str, Any] = {
        "scale": alt.Scale(
            domain=[0, high],
            range=[8, easel.width - 8] if easel.is_narrow else [200, easel.width - 310],
            nice=False,
            clamp=True,
        ),
        "axis": kit.top_axis(
            {mark: easel.formats.times(mark, 1 if mark % 1 else 0) for mark in marks}
        ),
    }
    y = alt.Y("row:O", axis=None, scale=alt.Scale(domain=list(range(len(lines)))))
    base = alt.Chart(
        kit.rows(
            _returns_row(easel, row, depth, line, high) for row, (depth, line) in enumerate(lines)
        )
    ).encode(y=y)
    models_of_all = (
        {"row": row, "roas": float(value)}
        for row, (_, line) in enumerate(lines)
        for value in line.roas_by_model.values()
        if value <= high
    )
    models_ticks = (
        alt.Chart(kit.rows(models_of_all))
        .mark_tick(thickness=1.5, height=13, color=kit.SOFT, opacity=1)
        .encode(y=y, x=alt.X("roas:Q", **x))
    )
    colour = alt.Color("colour:N", scale=None)
    rated = base.transform_filter("datum.shape !== ''")
    interval = (
        base.transform_filter("datum.high > datum.low")
        .mark_rule(strokeWidth=2.5)
        .encode(x=alt.X("low:Q", **x), x2=alt.X2("high:Q"), color=colour)
    )
    points = rated.mark_point(filled=True, opacity=1, size=110).encode(
        x=alt.X("roas:Q", **x),
        shape=alt.Shape("shape:N", scale=None),
        color=colour,
        tooltip=kit.tooltip("name", "times", "interval", "spend", "words"),
    )
    one = kit.threshold(1, x)
    beyond = base.mark_text(
        **easel.text(align="right", dx=-12, fontSize=12, fill=kit.MUTED)
    ).encode(x=alt.XValue(x["scale"].range[1]), text=alt.Text("beyond:N"))
    alone = base.mark_text(**easel.text(fontSize=12, fill=kit.MUTED, dx=4)).encode(
        x=alt.XValue(x["scale"].range[0]), text=alt.Text("alone:N")
    )
    layers = (models_ticks, one, interval, points, beyond, alone, *_figures(easel, base))
    return kit.layer(*layers, width=easel.width, height=alt.Step(46 if easel.is_narrow else 29))


def reach(lines: list[tuple[int, Economics]]) -> float:
    """The end of the scale: a single return of 80 must not squeeze all others together."""
    roas = sorted(float(line.roas) for _, line in lines if line.roas is not None) or [0.0]
    ends = [float(line.roas_interval[1]) for _, line in lines if line.roas_interval]
    return max(1.25, min(max(ends, default=1.25), max(6 * roas[len(roas) // 2], 5.0)))


def is_cut(line: Economics, reach: float) -> bool:
    """Whether a return or the end of its interval lies beyond the scale."""
    return float((line.roas_interval or (0, line.roas or 0))[1]) > reach


def _returns_row(
    easel: Easel, row: int, depth: int, line: Economics, reach: float
) -> dict[str, Any]:
    """The figures of a line; those beyond the scale are drawn as an arrow with the value."""
    formats, currency = easel.formats, easel.report.scope.currency
    unit = money.minor_per_major(currency)
    shape, colour, words = VERDICTS.get(verdict(line), ("", kit.MUTED, ""))
    roas = line.roas or 0
    low, high = line.roas_interval or (roas, roas)
    name = kit.shortened(
        label((line.channel, line.platform or "", line.campaign or "")[depth]),
        (20 if easel.is_narrow else 26) - 2 * depth,
    )
    if line in easel.report.unplaced:
        name = NOT_MATCHED
    beyond, alone = "", ""
    if roas > reach:
        beyond = f"{formats.times(roas)} →"
    elif is_cut(line, reach):
        beyond = f"to {formats.times(high)} →"
    if not line.is_named:
        alone = "no visit names it"
    elif line.roas is None:
        alone = f"{formats.compact(line.basis_minor, currency)}, no spend"
    return {
        "row": row,
        "beyond": beyond,
        "alone": alone,
        "name": name,
        "depth": depth,
        "roas": float(roas),
        "low": max(float(low), 0.0),
        "high": float(high),
        "shape": shape,
        "colour": colour,
        "words": words,
        "times": formats.times(line.roas),
        "interval": f"{formats.times(max(low, 0))} to {formats.times(high)}"
        if line.roas_interval
        else "nobody paid",
        "cac": formats.major(line.cac(unit), currency),
        "spend": formats.money(line.spend_minor, currency),
        "brought": formats.compact(line.basis_minor, currency),
        "cost": formats.compact(line.spend_minor, currency),
        "both": f"{formats.compact(line.basis_minor, currency)} / "
        f"{formats.compact(line.spend_minor, currency)}",
    }


def _figures(easel: Easel, base: Chart) -> Iterator[Chart]:
    """Names on the left; revenue, spend and ROAS on the right, and more if there is room."""
    above = -15 if easel.is_narrow else 0
    for depth, weight in enumerate(("bold", "normal", "normal")):
        yield (
            base.transform_filter(f"datum.depth === {depth}")
            .mark_text(**easel.text(dy=above, fontWeight=weight))
            .encode(x=alt.XValue(14 * depth), text=alt.Text("name:N"))
        )
    columns = [("both", easel.width - 52, "revenue / spend"), ("times", easel.width, "ROAS")]
    if not easel.is_narrow:
        columns = [
            ("brought", easel.width - 230, "revenue"),
            ("cost", easel.width - 152, "spend"),
            ("times", easel.width - 78, "ROAS"),
            ("cac", easel.width, "CAC"),
        ]
    for name, x, title in columns:
        yield base.mark_text(**easel.text(align="right", dy=above)).encode(
            x=alt.XValue(x), text=alt.Text(f"{name}:N")
        )
        yield (
            alt.Chart(kit.rows([{"title": title}]))
            .mark_text(**easel.text(align="right", fontSize=12, fill=kit.MUTED, baseline="bottom"))
            .encode(
                x=alt.XValue(x),
                y=alt.YValue(-22 if easel.is_narrow else -4),
                text=alt.Text("title:N"),
            )
        )
