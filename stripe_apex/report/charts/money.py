"""Charts of the way from gross to kept revenue, and of unmatched revenue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from stripe_apex.report.charts import kit
from stripe_apex.report.economics import ratio
from stripe_apex.report.labels import label

if TYPE_CHECKING:
    from stripe_apex.report.charts.kit import Chart, Easel
    from stripe_apex.report.facts import Total


KEPT, AT_MOST = "kept", "kept, at most"


def steps(total: Total) -> list[tuple[str, int, int]]:
    """The bars from gross to kept revenue: label, start and end in minor units."""
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
    """One waterfall per currency, each on its own scale."""
    totals = [total for total in easel.report.totals if total.gross_minor > 0]
    columns = 1 if easel.is_narrow or len(totals) == 1 else 2
    width = (easel.width - (columns - 1) * 56) / columns
    panels = [_one_waterfall(easel, total, width) for total in totals]
    return kit.grid(*panels, columns=columns, spacing={"row": 26, "column": 56})


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
                name, kit.VERMILION
            ),
        }
        for row, (name, start, end) in enumerate(bars)
    )
    base = alt.Chart(data).encode(y=alt.Y("row:O", axis=None))
    bar = base.mark_bar(height=15).encode(
        x=alt.X("start:Q", axis=None, scale=scale),
        x2=alt.X2("end:Q"),
        color=alt.Color("colour:N", scale=None),
        tooltip=kit.tooltip("step", "amount"),
    )
    names = base.mark_text(**easel.text()).encode(x=alt.XValue(0), text=alt.Text("step:N"))
    amounts = base.mark_text(**easel.text(align="right")).encode(
        x=alt.XValue(width), text=alt.Text("amount:N")
    )
    title = easel.title(total.currency.upper(), offset=4)
    return kit.layer(bar, names, amounts, title=title, width=width, height=alt.Step(24))


def _signed(easel: Easel, name: str, minor: int, currency: str) -> str:
    taken = name not in {"captured", KEPT, AT_MOST}
    return easel.formats.money(-minor if taken else minor, currency)


def unmatched(easel: Easel) -> Chart:
    """Revenue without a lead before it, by reason, each as a share of all of that."""
    lines = [line for line in easel.report.unmatched if not line.is_attributed_by_touches]
    total = sum(line.revenue_minor for line in lines) or 1
    narrow = easel.is_narrow
    part = ratio(total, easel.report.net_minor)
    whole = f" of the {easel.formats.percent(part)}" if part else ""
    data = kit.rows(
        {
            "row": row,
            "reason": label(line.reason),
            "minor": max(line.revenue_minor, 0),
            "amount": easel.formats.money(line.revenue_minor, easel.report.scope.currency),
            "share": f"{easel.formats.percent(line.revenue_minor / total)}{whole}",
            "charges": f"{easel.formats.number(line.charges)} charges",
        }
        for row, line in enumerate(lines)
    )
    scale = alt.Scale(
        domain=[0, max((line.revenue_minor for line in lines), default=1) or 1],
        range=[0, easel.width] if narrow else [190, easel.width - 250],
        nice=False,
    )
    above = -19 if narrow else 0
    base = alt.Chart(data).encode(y=alt.Y("row:O", axis=None))
    bars = base.mark_bar(height=14, color=kit.SOFT).encode(
        x=alt.X("minor:Q", axis=None, scale=scale),
        tooltip=kit.tooltip("reason", "amount", "charges"),
    )
    names = base.mark_text(**easel.text(dy=above)).encode(
        x=alt.XValue(0), text=alt.Text("reason:N")
    )
    shares = base.mark_text(**easel.text(align="right", dy=above)).encode(
        x=alt.XValue(easel.width), text=alt.Text("share:N")
    )
    amounts = base.mark_text(**easel.text(align="right", dy=above)).encode(
        x=alt.XValue(easel.width - 112), text=alt.Text("amount:N")
    )
    return kit.layer(
        bars, names, amounts, shares, width=easel.width, height=alt.Step(52 if narrow else 30)
    )
