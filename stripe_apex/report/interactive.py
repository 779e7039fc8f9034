"""The script of `--interactive`: Vega is embedded in the page, which still loads nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import vl_convert
from markupsafe import Markup

from stripe_apex.report.charts.kit import VEGA_LITE

if TYPE_CHECKING:
    from collections.abc import Mapping

# Expressions are interpreted (`ast`), so the page's policy need not allow eval. Vega's tooltip
# uses the page's own element, inside <main>, and only the page's style: its own is too pale.
_START = """
const charts = JSON.parse(document.getElementById("charts").textContent);
for (const place of document.querySelectorAll("[data-chart]")) {
  const drawing = place.querySelector("svg");
  vegaEmbed(document.createElement("div"), charts[place.dataset.chart], {
    actions: false, ast: true, renderer: "svg", mode: "vega-lite",
    tooltip: {disableDefaultStyle: true}
  }).then(({view}) => {
    const live = view.container().querySelector("svg");
    for (const name of ["class", "role", "aria-label", "preserveAspectRatio"])
      live.setAttribute(name, drawing.getAttribute(name));
    place.replaceChildren(view.container());
  });
}
"""


@dataclass(frozen=True, slots=True)
class Script:
    """Vega with the code that starts it, its hash for the page's policy, and the charts as JSON."""

    code: Markup
    hash: str
    charts: Markup


def script(specs: Mapping[str, Mapping[str, Any]]) -> Script:
    """The script that draws the charts of `specs`, which are given by name."""
    code = _bundle().replace("</script", "<\\/script")
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    charts = json.dumps(specs, ensure_ascii=True, sort_keys=True).replace("<", "\\u003c")
    return Script(Markup(code), f"sha256-{digest}", Markup(charts))  # noqa: S704 - no < is left


@cache
def _bundle() -> str:
    return vl_convert.javascript_bundle(_START, vl_version=VEGA_LITE)
