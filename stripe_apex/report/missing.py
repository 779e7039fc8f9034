"""Inputs that are missing, each by its own name, and names that the models do not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stripe_apex.report.labels import clean, label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stripe_apex.report.facts import Report, UnknownName
    from stripe_apex.report.formats import Formats

_INPUTS: Final = {
    "leads": "leads",
    "touchpoints": "visits",
    "ad_spend": "ad spend",
    "experiments": "experiments",
    "experiment_exposures": "exposures to experiments",
}
"""The inputs besides Stripe, as users call them."""

_MOST_NAMES: Final = 5


def asked_for(report: Report, *inputs: str) -> str:
    """A request for those of these inputs that have no rows; empty if all have some."""
    missing = [name for name in inputs if not report.coverage.inputs.get(name)]
    if not missing:
        return ""
    what = " and no ".join(_INPUTS[name] for name in missing)
    tables = f"table{'s' if len(missing) > 1 else ''} {' and '.join(missing)}"
    return (
        f"There {'is' if missing[0] == 'ad_spend' else 'are'} no {what} yet. Import a file with "
        f"`stripe-apex import`, or fill the {tables}."
    )


def unknown_names(report: Report, formats: Formats) -> Iterator[tuple[str, str]]:
    """For names that the models do not know: a sentence that lists them, and the consequence."""
    platforms = [line for line in report.unknown_names if line.kind == "ad_platform"]
    channels = [line for line in report.unknown_names if line.kind == "lead_channel"]
    if platforms:
        counts = f"{_amounts(platforms, formats)} of ad spend count in the channel"
        effect = f"“{label(platforms[0].channel)}”, so no return says what they brought."
        yield _which(platforms, "ad platform"), f"{counts} {effect} {_remedies(platforms)}"
    if channels:
        rows = formats.number(sum(line.row_count for line in channels))
        effect = f"Leads: {rows}. They stand in channels of their own, where no spend is."
        yield _which(channels, "channel of leads"), f"{effect} {_remedies(channels)}"


def _which(lines: list[UnknownName], noun: str) -> str:
    names = list(dict.fromkeys(line.name for line in lines))
    listed = ", ".join(
        "no name at all" if name == "(none)" else f"“{clean(name)}”" for name in names[:_MOST_NAMES]
    )
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    kind = noun if len(names) == 1 else noun.replace("channel", "channels")
    kind = kind if len(names) == 1 else kind.replace("platform", "platforms")
    return f"Unknown {kind}: {listed}{more}."


def _remedies(lines: list[UnknownName]) -> str:
    return " ".join(dict.fromkeys(line.remedy for line in lines))


def _amounts(lines: list[UnknownName], formats: Formats) -> str:
    """The number of rows, and their spend by currency."""
    rows = sum(line.row_count for line in lines)
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.currency] = sums.get(line.currency, 0) + (line.spend_minor or 0)
    spent = formats.list_separator.join(
        formats.money(minor, currency) for currency, minor in sorted(sums.items()) if minor
    )
    counted = f"{formats.number(rows)} row{'' if rows == 1 else 's'}"
    return f"{counted} with {spent}" if spent else counted
