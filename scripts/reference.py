"""Renews the tables of the documentation that are made from code, in place.

Each table is in a page of docs/ between two marks, and is made from the settings in `--about` and
from the catalog. site.py makes whole pages (marts, commands), for the site only.
"""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tap_stripe_apex.streams import STREAMS
from tap_stripe_apex.tap import TapStripeApex
from target_apex.target import TargetApex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from singer_sdk.plugin_base import PluginBase

ROOT: Final = Path(__file__).resolve().parent.parent
PAGES: Final = (ROOT / "docs/settings.md", ROOT / "docs/streams.md")

_PART: Final = re.compile(
    r"(?P<start><!-- made by `make reference`: (?P<name>.+?) -->\n\n).*?(?P<end>\n\n<!-- end -->)",
    flags=re.DOTALL,
)


def renewed(markdown: str) -> str:
    """A page in which each marked part is made anew from the code.

    Raises:
        KeyError: the page marks a part that does not exist.
    """
    return _PART.sub(lambda part: f"{part['start']}{PARTS[part['name']]()}{part['end']}", markdown)


def table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(text: str) -> str:
    """A text in the form of a table's cell, on one line."""
    return " ".join(text.split()).replace("|", "\\|")


def kind(schema: dict[str, Any]) -> str:
    """The type of a column, in the words of docs/streams.md."""
    if schema.get("format") == "date-time":
        return "time"
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    (type_,) = {*types} - {"null"}
    return str(schema.get("x-sql-datatype", type_))


def settings(plugin: type[PluginBase]) -> str:
    """The table of all settings that `--about` lists, including those of the SDK."""
    about = io.StringIO()
    with redirect_stdout(about):
        plugin.print_about(output_format="json")
    properties = json.loads(about.getvalue())["settings"]["properties"]
    rows = [
        (f"`{name}`", _default(schema), cell(schema["description"]))
        for name, schema in properties.items()
    ]
    return table(("setting", "default", "meaning"), rows)


def _default(schema: dict[str, Any]) -> str:
    default = schema.get("default")
    if default is None:
        return ""
    return f"`{default if isinstance(default, str) else json.dumps(default)}`"


def columns(schema: dict[str, Any]) -> str:
    """The table of all columns of a stream, from the catalog."""
    rows = [
        (f"`{name}`", kind(column), cell(column["description"]))
        for name, column in schema["properties"].items()
    ]
    return table(("column", "type", "meaning"), rows)


PARTS: Final[dict[str, Callable[[], str]]] = {
    "settings of tap-stripe-apex": partial(settings, TapStripeApex),
    "settings of target-apex": partial(settings, TargetApex),
    **{f"columns of {stream.name}": partial(columns, stream.schema) for stream in STREAMS},
}


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(renewed(page.read_text()))
