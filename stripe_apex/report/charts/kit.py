"""What all charts share: colours, fonts, ticks and rendering to SVG."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

import altair as alt
import vl_convert
from altair.utils.schemapi import debug_mode
from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from stripe_apex.report.facts import Report
    from stripe_apex.report.formats import Formats

VEGA_LITE: Final = "6.4"

FONT: Final = "Helvetica, Arial, 'Liberation Sans', sans-serif"
"""Fonts with equal metrics on every system, so that a text fits wherever the page is shown."""

# Okabe and Ito's colours, which people with any colour vision can tell apart, and greys. The page's
# style sheet maps each of them to a variable, so that one drawing serves light and dark mode.
BLUE: Final = "#0072b2"
ORANGE: Final = "#e69f00"
GREEN: Final = "#009e73"
VERMILION: Final = "#d55e00"
SKY: Final = "#56b4e9"
PURPLE: Final = "#cc79a7"
INK: Final = "#1b1f24"
MUTED: Final = "#5b6470"
SOFT: Final = "#a3abb5"
GRID: Final = "#e1e5ea"
PAPER: Final = "#fffffe"

COLOURS: Final = {
    BLUE: "blue",
    ORANGE: "orange",
    GREEN: "green",
    VERMILION: "vermilion",
    SKY: "sky",
    PURPLE: "purple",
    INK: "ink",
    MUTED: "muted",
    SOFT: "soft",
    GRID: "grid",
    PAPER: "paper",
}
"""The name of each colour's variable in the page's style sheet."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """The size of a chart: each is drawn once for wide screens and once for telephones."""

    name: str
    width: int
    text: float


WIDE: Final = Canvas("wide", 940, 13)
NARROW: Final = Canvas("narrow", 346, 12.5)

Chart = Any
"""Any Altair chart, be it a layer, concatenation or facet; the generated types say little."""


@dataclass(frozen=True, slots=True)
class Easel:
    """The report, formats and canvas that a chart is drawn with."""

    report: Report
    formats: Formats
    canvas: Canvas

    @property
    def width(self) -> int:
        """The chart's width in pixels of the drawing, which the page may scale."""
        return self.canvas.width

    @property
    def is_narrow(self) -> bool:
        """Whether labels stand above what they name, since there is no room beside it."""
        return self.canvas.width < 500

    def text(self, **options: Any) -> dict[str, Any]:
        """Options of a text mark; an outline in the paper's colour keeps lines off the text."""
        return {
            "fontSize": self.canvas.text,
            "fill": INK,
            "stroke": PAPER,
            "strokeWidth": 5,
            "align": "left",
            "baseline": "middle",
            "font": FONT,
        } | options

    def title(self, name: str, **options: Any) -> alt.TitleParams:
        """The title of a panel."""
        style: dict[str, Any] = {
            "anchor": "start",
            "fontSize": self.canvas.text,
            "color": INK,
            "subtitleFontSize": self.canvas.text - 0.5,
            "subtitleColor": MUTED,
        }
        return alt.TitleParams(name, **(style | options))

    def names(self, names: Sequence[str], y: alt.Y, above: float | None = None) -> Chart:
        """The name of each row: on the left, or above the row on a narrow canvas."""
        above = (15 if self.is_narrow else 0) if above is None else above
        named = ({"row": row, "name": shortened(name, 28)} for row, name in enumerate(names))
        return (
            alt.Chart(rows(named))
            .mark_text(**self.text(dy=-above))
            .encode(x=alt.XValue(0), y=y, text=alt.Text("name:N"))
        )


# Altair's own classes copy each chart four times to lift its parameters; ours have no parameters.
class _Layers(alt.TopLevelMixin, alt.TopLevelLayerSpec):
    pass


class _Grid(alt.TopLevelMixin, alt.TopLevelConcatSpec):
    pass


class _Stack(alt.TopLevelMixin, alt.TopLevelVConcatSpec):
    pass


def layer(*charts: Chart, **options: Any) -> Chart:
    """Charts drawn on top of each other in one panel."""
    return _Layers(layer=list(charts), **options)


def grid(*charts: Chart, **options: Any) -> Chart:
    """Panels side by side, in rows of `columns` panels."""
    return _Grid(concat=list(charts), **options)


def stack(*charts: Chart, **options: Any) -> Chart:
    """Panels below each other."""
    return _Stack(vconcat=list(charts), **options)


def rows(values: Iterable[Mapping[str, Any]]) -> alt.InlineData:
    """Rows of data inside the chart.

    They are a tuple, which Altair does not copy; it would copy a list for each layer of each panel.
    """
    return alt.InlineData(values=tuple(dict(value) for value in values))


def tooltip(*names: str) -> list[alt.Tooltip]:
    """The tooltip that the pointer shows if the page has a script."""
    return [alt.Tooltip(f"{name}:N") for name in names]


def top_axis(labels: Mapping[float, str]) -> alt.Axis:
    """An axis above the rows, with a grid line at each label."""
    return alt.Axis(
        orient="top",
        values=list(labels),
        labelExpr=label_expr(labels),
        grid=True,
        labelFlush=False,
        labelPadding=6,
    )


def threshold(at: float, x: Mapping[str, Any]) -> Chart:
    """A dashed line at the value that everything is compared with."""
    return (
        alt.Chart(rows([{"at": at}]))
        .mark_rule(stroke=INK, strokeDash=[4, 3], strokeWidth=1.2)
        .encode(x=alt.X("at:Q", **x))
    )


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers from about `low` to about `high`, with zero if the range includes it."""
    span = high - low
    if span <= 0 or not math.isfinite(span):
        return [low]
    raw = span / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


def label_expr(labels: Mapping[Any, str]) -> str:
    """A Vega expression that shows the given labels, whatever the locale."""
    cases = "".join(
        f"abs(datum.value - {value!r}) < 1e-9 ? {_quoted(label)} : "
        for value, label in labels.items()
    )
    return f"{cases}''"


def _quoted(label: str) -> str:
    return "'" + label.replace("\\", "\\\\").replace("'", "\\'") + "'"


def drawn(draw: Callable[[Canvas], Chart], canvas: Canvas) -> dict[str, Any]:
    """The Vega-Lite specification of the chart that `draw` returns.

    Altair does not validate each part against its schema here, since that takes a quarter of a
    page's time; a test does it.
    """
    with debug_mode(arg=False):
        return _dressed(draw(canvas))


def _dressed(chart: Chart) -> dict[str, Any]:
    """The chart's Vega-Lite specification with the report's style."""
    # This is not done by configure(), since that copies the whole chart.
    chart.config = alt.Config(
        background="transparent",
        font=FONT,
        padding=0,
        aria=False,
        mark=alt.MarkConfig(aria=False),
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            domain=False,
            ticks=False,
            gridColor=GRID,
            labelColor=MUTED,
            labelFontSize=12,
            title=None,
        ),
        concat=alt.CompositionConfig(spacing=24),
    )
    spec: dict[str, Any] = chart.to_dict(validate=False)
    return spec


def svg(spec: Mapping[str, Any], *, name: str, description: str) -> Markup:
    """A chart as scalable inline SVG, with a description for people who cannot see it."""
    drawn = vl_convert.vegalite_to_svg(dict(spec), vl_version=VEGA_LITE)
    size = _SIZE.search(drawn)
    body = drawn[drawn.index(">") + 1 :]
    return _SVG.format(
        name=name,
        description=Markup(escape(description, {'"': "&quot;"})),  # noqa: S704 - escaped here
        size=Markup(size[0] if size else ""),  # noqa: S704 - vl-convert escapes text
        body=Markup(body),  # noqa: S704 - likewise
    )


_SIZE: Final = re.compile(r'width="[\d.]+" height="[\d.]+" viewBox="[^"]+"')
_SVG: Final = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" class="{name}" role="img" '
    'aria-label="{description}" {size} preserveAspectRatio="xMinYMin meet">{body}'
)


def shortened(name: str, most: int) -> str:
    """A label cut to at most `most` characters."""
    return name if len(name) <= most else f"{name[: most - 1].rstrip()}…"
