"""The periods that one page can show: the parts that follow the choice, and their style rules.

The page has no script. Each period is a radio button, and the style sheet hides the parts of all
other periods. A browser without `:has()` shows all periods one after the other, each with its days.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from stripe_apex.report.glance import days_of
from stripe_apex.report.sections import sections
from stripe_apex.report.tables import Tables
from stripe_apex.report.titles import Titles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stripe_apex.report.facts import Choice
    from stripe_apex.report.formats import Formats
    from stripe_apex.report.sections import Section
    from stripe_apex.report.tables import Table

FOLLOWS: Final = frozenset({"economics"})
"""The sections whose chart is drawn for each period."""


@dataclass(frozen=True, slots=True)
class Part:
    """A section for one period; `of` names the period, and is empty if there is only one."""

    section: Section
    of: str = ""
    days: str = ""


@dataclass(frozen=True, slots=True)
class Customers:
    """New and returning customers of a period; `of` names it, and is empty if there is only one."""

    id: str
    title: str
    note: str
    table: Table
    of: str
    days: str


def parts(section: Section, choices: Sequence[Choice], formats: Formats) -> Iterator[Part]:
    """A section of the report or, if it follows the choice, the section for each period."""
    if len(choices) == 1 or section.name not in FOLLOWS:
        yield Part(section)
        return
    for choice in choices:
        same = next(each for each in sections(choice.report, formats) if each.name == section.name)
        name = f"{section.name}-{choice.name}"
        yield Part(replace(same, name=name), choice.name, days_of(choice.report, formats))


def customers(choices: Sequence[Choice], formats: Formats) -> tuple[Customers, ...]:
    """New and returning customers of each period."""
    found = []
    for choice in choices:
        report, titles = choice.report, Titles(choice.report, formats)
        of = choice.name if len(choices) > 1 else ""
        found.append(
            Customers(
                f"customers-{of}" if of else "customers",
                titles.customers(),
                titles.how_to_know_who_is_new() if report.maybe_new_customers else "",
                Tables(report, formats).customers(),
                of,
                days_of(report, formats),
            )
        )
    return tuple(found) if any(part.table.rows for part in found) else ()


def style(choices: Sequence[Choice]) -> Markup:
    """Style rules that show only the chosen period."""
    if len(choices) == 1:
        return Markup()
    shown = ",\n".join(
        f":root:has(#period-{choice.name}:checked) .of-{choice.name}" for choice in choices
    )
    rules = f".of {{ display: none; }}\n{shown} {{ display: block; }}"
    return Markup(f"@supports selector(:has(*)) {{\n{rules}\n}}\n")  # noqa: S704 - names of ours
