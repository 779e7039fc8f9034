"""Collect the pages of the documentation site in a folder: site.py FOLDER.

Pages of docs/ are copied unchanged, except for links that leave the folder. README, changelog,
benchmarks and the contributors' page are elsewhere; the pages of commands and marts come from code.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import sys
from pathlib import Path

import click
import yaml

from scripts.reference import cell, table
from stripe_apex.cli import COMMANDS, main
from tap_stripe_apex.tap import TapStripeApex
from target_apex.target import TargetApex

ROOT = Path(__file__).resolve().parent.parent
ELSEWHERE = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "benchmarks/RESULTS.md": "benchmarks.md",
}
"""Pages outside docs/: the path in the repository, and the path on the site."""

_LINK = re.compile(r"(?P<start>!?\[(?P<text>[^\]]*)\]\()(?P<path>[^)#:\s]+)(?P<anchor>#[^)\s]*)?\)")


def lay_out(folder: Path) -> None:
    """Write all pages and pictures into a folder, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "docs", folder)
    pages = {page.relative_to(ROOT).as_posix(): page.name for page in (ROOT / "docs").glob("*.md")}
    for origin, page in (pages | ELSEWHERE).items():
        (folder / page).write_text(on_the_site((ROOT / origin).read_text(), origin))
    (folder / "reference").mkdir()
    for name, make in {"commands": commands, "marts": marts}.items():
        (folder / "reference" / f"{name}.md").write_text(make())


def on_the_site(markdown: str, origin: str) -> str:
    """A page of the repository with its links changed to those of the site.

    A diagram is shown as its source text, since drawing it would need a script from another host.
    """
    there = _LINK.sub(lambda link: _link(link, origin), markdown)
    return there.replace("```mermaid\n", "```text\n")


def _link(link: re.Match[str], origin: str) -> str:
    """A link as it is on the site; only its text if the site does not have the linked file."""
    target = posixpath.normpath(posixpath.join(posixpath.dirname(origin), link["path"]))
    found = ELSEWHERE.get(target, target.removeprefix("docs/"))
    if found == target:
        return link["text"]
    return f"{link['start']}{found}{link['anchor'] or ''})"


def commands() -> str:
    """The page with the `--help` of tap, target and each command of `stripe-apex`."""
    parts = ["# Commands", "What each of them prints with `--help`."]
    helps: dict[str, click.Command] = {
        "tap-stripe-apex": TapStripeApex.cli,
        "target-apex": TargetApex.cli,
    }
    context = click.Context(main, info_name="stripe-apex")
    for name in sorted(COMMANDS):
        command = main.get_command(context, name)
        assert command is not None  # noqa: S101 - for the type checker
        helps[f"stripe-apex {name}"] = command
    for name, command in helps.items():
        within = click.Context(command, info_name=name, terminal_width=96, max_content_width=96)
        parts += [f"## {name}", f"```text\n{command.get_help(within)}\n```"]
    return "\n\n".join(parts) + "\n"


def marts() -> str:
    """The page of all marts with grain and columns, as dbt documents them."""
    parts = ["# Marts", "Tables of the schema `marts`, and what their columns mean."]
    for path in sorted((ROOT / "transform/models/marts").glob("*.yml")):
        for model in yaml.safe_load(path.read_text()).get("models", ()):
            rows = [
                (f"`{column['name']}`", column.get("data_type", ""), cell(column["description"]))
                for column in model["columns"]
            ]
            columns = table(("column", "type", "meaning"), rows)
            parts += [f"## {model['name']}", model["description"].strip(), columns]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    lay_out(Path(sys.argv[1]))
