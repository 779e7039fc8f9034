"""Charts of customers and experiments: LTV by cohort, and the effect of each variant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import altair as alt

from stripe_apex.report.charts import kit
from stripe_apex.report.labels import label
from stripe_apex.report.words import ltv_curve
from tap_stripe_apex import money

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stripe_apex.report.charts.kit import Chart, Easel
    from stripe_apex.report.facts import Report, Variant

MOST_EXPERIMENTS: Final = 20
WIDEST_LIFT: Final = (-1.0, 3.0)

VERDICTS: Final = {
    "better": ("triangle-up", kit.GREEN, "raised revenue"),
    "worse": ("triangle-down", kit.VERMILION, "lowered revenue"),
    "inconclusive": ("circle", kit.MUTED, "no effect shown"),
    "not_enough_data": ("square", kit.SOFT, "not enough data"),
    "sample_ratio_mismatch": ("cross", kit.ORANGE, "uneven split: not to be trusted"),
    "missing_rate": ("square", kit.SOFT, "an exchange rate is missing"),
}
"""A shape, a colour and words for each verdict of the marts."""

SO_FAR: Final = {"better", "worse", "inconclusive"}
"""Verdicts that may change while an experiment runs."""


def has_newer(report: Report) -> bool:
    """Whether there are enough cohorts to tell older from newer ones."""
    return len({line.cohort_month for line in report.cohorts}) > 3


def cohorts(easel: Easel) -> Chart:
    """Revenue per customer by age: a thin line per cohort, and a bold one for their average."""
    lines = list(_cohort_points(easel))
    curve = [{"age": age, "ltv": float(value)} for age, value in ltv_curve(easel.report)]
    last = max([1, *(line["age"] for line in lines)])
    x, y = _cohort_axes(easel, last, max([0.01, *(line["ltv"] for line in lines)]))
    base = alt.Chart(kit.rows(lines)).encode(
        x=x, y=y, detail=alt.Detail("cohort:N"), tooltip=kit.tooltip("cohort", "age", "text")
    )
    older = base.transform_filter("!datum.newer").mark_line(stroke=kit.SOFT, strokeWidth=1.2)
    newer = base.transform_filter("datum.newer").mark_line(
        stroke=kit.ORANGE, strokeWidth=1.5, strokeDash=[4, 3]
    )
    average = alt.Chart(kit.rows(curve)).mark_line(stroke=kit.BLUE, strokeWidth=3).encode(x=x, y=y)
    ages = {3, 6, 12, 24, 36, last} - {last - 1, last - 2}
    named = [
        {**point, "text": easel.formats.major(point["ltv"], easel.report.scope.reporting_currency)}
        for point in curve
        if point["age"] in ages
    ]
    dots = (
        alt.Chart(kit.rows(named))
        .mark_point(filled=True, fill=kit.BLUE, stroke=kit.PAPER, opacity=1, size=70)
        .encode(x=x, y=y)
    )
    below = alt.Chart(kit.rows(named)).mark_text(
        **easel.text(align="right", baseline="top", dx=4, dy=9, fontWeight="bold")
    )
    return kit.layer(
        older,
        newer,
        average,
        dots,
        below.encode(x=x, y=y, text=alt.Text("text:N")),
        width=easel.width - 64,
        height=250 if easel.is_narrow else 320,
    )


def _cohort_points(easel: Easel) -> Iterator[dict[str, Any]]:
    report = easel.report
    currency = report.scope.reporting_currency
    unit = money.minor_per_major(currency)
    cohort_months = sorted({line.cohort_month for line in report.cohorts})
    newer = set(cohort_months[len(cohort_months) // 2 :]) if has_newer(report) else set()
    for line in report.cohorts:
        if line.is_complete and line.customers and line.cumulative_minor is not None:
            ltv = line.cumulative_minor / line.customers / unit
            yield {
                "cohort": easel.formats.month(line.cohort_month),
                "age": line.age_months,
                "ltv": ltv,
                "text": easel.formats.major(ltv, currency),
                "newer": line.cohort_month in newer,
            }


def _cohort_axes(easel: Easel, last: int, high: float) -> tuple[alt.X, alt.Y]:
    currency = easel.report.scope.reporting_currency
    step = next(step for step in (1, 3, 6, 12, 24, last) if last / step <= 7)
    ages = {age: str(age) for age in range(0, last + 1, step)}
    ages[0] = "first month"
    ages[max(ages)] = f"{max(ages)} months" if max(ages) > 1 else "1 month"
    money_ticks = kit.ticks(0, high, most=4)
    x = alt.X(
        "age:Q",
        scale=alt.Scale(domain=[0, last], nice=False),
        axis=alt.Axis(
            values=list(ages), labelExpr=kit.label_expr(ages), grid=False, labelPadding=8
        ),
    )
    y = alt.Y(
        "ltv:Q",
        scale=alt.Scale(domain=[0, high * 1.03], nice=False),
        axis=alt.Axis(
            values=money_ticks,
            labelExpr=kit.label_expr(
                {tick: easel.formats.plain(tick, currency) for tick in money_ticks}
            ),
            labelPadding=8,
        ),
    )
    return x, y


def experiments(easel: Easel) -> Chart:
    """Each variant's lift of revenue per visitor with its interval, and a line at no effect."""
    lines = list(easel.report.experiments)[-MOST_EXPERIMENTS:]
    domain = _lifts(lines)
    marks = kit.ticks(*domain, most=3 if easel.is_narrow else 5)
    x: dict[str, Any] = {
        "scale": alt.Scale(
            domain=list(domain),
            range=[8, easel.width - 8] if easel.is_narrow else [310, easel.width - 260],
            nice=False,
            zero=False,
            clamp=True,
        ),
        "axis": kit.top_axis({mark: easel.formats.change(mark) for mark in marks}),
    }
    y = alt.Y("row:O", axis=None, scale=alt.Scale(domain=list(range(len(lines)))))
    base = alt.Chart(
        kit.rows(_experiment_row(easel, row, line) for row, line in enumerate(lines))
    ).encode(y=y)
    colour = alt.Color("colour:N", scale=None)
    seen = base.transform_filter("isValid(datum.low)")
    interval = seen.mark_rule(strokeWidth=2.5).encode(
        x=alt.X("low:Q", **x), x2=alt.X2("high:Q"), color=colour
    )
    points = seen.mark_point(filled=True, opacity=1, size=120).encode(
        x=alt.X("lift:Q", **x),
        shape=alt.Shape("shape:N", scale=None),
        color=colour,
        tooltip=kit.tooltip("name", "text", "impact", "words"),
    )
    words = _wide_words(easel, base) if not easel.is_narrow else _narrow_words(easel, base)
    return kit.layer(
        kit.threshold(0, x),
        interval,
        points,
        *words,
        width=easel.width,
        height=alt.Step(92 if easel.is_narrow else 52),
    )


def _lifts(lines: list[Variant]) -> tuple[float, float]:
    known = [(line.lift_low, line.lift_high) for line in lines]
    low = min([-0.1, *(low for low, _ in known if low is not None)])
    high = max([0.1, *(high for _, high in known if high is not None)])
    low, high = max(low, WIDEST_LIFT[0]), min(high, WIDEST_LIFT[1])
    margin = (high - low) * 0.05
    return low - margin, high + margin


def _wide_words(easel: Easel, base: Chart) -> Iterator[Chart]:
    """Name and visitors on the left, outcome and impact on the right."""
    muted = {"fontSize": 12, "fill": kit.MUTED, "dy": 9}
    yield _text(easel, base, "name", 0, dy=-8, fontWeight="bold")
    yield _text(easel, base, "detail", 0, **muted)
    yield _text(easel, base, "outcome", easel.width, align="right", dy=-8)
    yield _text(easel, base, "impact", easel.width, align="right", **muted)


def _narrow_words(easel: Easel, base: Chart) -> Iterator[Chart]:
    """Name above the interval, outcome below it."""
    yield _text(easel, base, "name", 0, dy=-23, fontWeight="bold")
    yield _text(easel, base, "outcome", 0, dy=19)
    yield _text(easel, base, "detail", easel.width, align="right", dy=19, fill=kit.MUTED)


def _text(easel: Easel, base: Chart, name: str, x: float, **options: Any) -> Chart:
    return base.mark_text(**easel.text(**options)).encode(
        x=alt.XValue(x), text=alt.Text(f"{name}:N")
    )


def _experiment_row(easel: Easel, row: int, line: Variant) -> dict[str, object]:
    formats = easel.formats
    shape, colour, words = VERDICTS.get(line.verdict, ("circle", kit.MUTED, label(line.verdict)))
    visitors = f"{formats.number(line.visitors + line.control_visitors)} visitors"
    variant = kit.shortened(label(line.variant), 16)
    cost = f", cost {formats.major(line.cost, line.currency)}" if line.cost else ""
    is_doubtful = line.verdict == "sample_ratio_mismatch" or line.lift_low is None
    words += " so far" if line.is_running and line.verdict in SO_FAR else ""
    return {
        "row": row,
        "name": kit.shortened(label(line.name), 40),
        "detail": visitors if easel.is_narrow else f"{variant}, {visitors}",
        "lift": line.lift,
        "low": line.lift_low,
        "high": line.lift_high,
        "text": formats.change(line.lift),
        "shape": shape,
        "colour": colour,
        "words": words,
        "outcome": words if is_doubtful else f"{formats.change(line.lift)}, {words}",
        "impact": f"impact {formats.major(line.impact, line.currency)}{cost}",
    }
