"""The page's section on spend that leads to no visit, with URL parameters for the platforms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stripe_apex.report.audit import NO_SPEND, NONE, WAYS
from stripe_apex.report.formats import DASH
from stripe_apex.report.labels import clean, label, listed
from stripe_apex.report.matching import Help
from stripe_apex.report.missing import asked_for
from stripe_apex.report.sections import Section
from stripe_apex.report.tables import Table
from stripe_apex.report.url_parameters import parameters
from stripe_apex.report.words import WITHOUT_VISITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stripe_apex.report.audit import AuditedCampaign, AuditedPlatform
    from stripe_apex.report.facts import Report
    from stripe_apex.report.formats import Formats

_MOST_NAMES: Final = 5

_MAP: Final = """\
stripe-apex import --template campaign_map > map.csv
# write the utm_campaign beside each campaign that you know
stripe-apex import map.csv"""


def audit_section(report: Report, formats: Formats) -> Section:
    """How much of each platform's spend visits match, and which campaigns no visit names."""
    missing = _missing(report)
    note = ""
    if not missing:
        first = min(line.first_date for line in report.audit.spent)
        last = max(line.last_date for line in report.audit.spent)
        note = (
            f"All ad spend from {formats.day(first)} to {formats.day(last)}, whatever the period "
            "of the report is, in the currency in which it was billed. Spend counts as matched "
            "where a visit, a lead or a payment carries the campaign's name, its id, or the name "
            "that your campaign map gives it. A visit with nothing but a click id is of a "
            "platform, but of none of its campaigns."
        )
    return Section(
        "audit",
        WITHOUT_VISITS,
        unmatched(report, formats)
        or "Each campaign with spend is named by a visit, a lead or a payment",
        note,
        Table("", (), ()) if missing else _platforms(report, formats),
        empty=missing,
        remedies=() if missing else tuple(_remedies(report, formats)),
        shows_table=not missing,
        of_all_money=True,
        details=None if missing else _campaigns(report, formats),
    )


def unmatched(report: Report, formats: Formats) -> str:
    """How much spend leads to no visit; empty if there is none, or if it is not known."""
    lacking = report.audit.lacking
    if _missing(report) or not lacking:
        return ""
    sums = [
        f"{formats.money(one.unmatched_minor, one.currency)} of "
        f"{'spend without a platform' if one.platform == NONE else f'{label(one.platform)} spend'}"
        for one in lacking
    ]
    names = {(line.platform, line.campaign) for one in lacking for line in one.campaigns}
    number = len([name for _, name in names if name != NONE])
    campaigns = "1 campaign" if number == 1 else f"{formats.number(number)} campaigns"
    verb = "leads" if len(lacking) == 1 else "lead"
    return (
        f"{listed(sums, 3, ready=True)} {verb} to no visit that names its campaign"
        f"{f': {campaigns}' if number else ''}"
    )


def _missing(report: Report) -> str:
    """Why the section cannot say anything, and the remedy; empty if it can."""
    if report.audit.is_missing:
        return (
            "This warehouse was built before mart_spend_audit existed: `make run`, or `dbt build`, "
            "makes it."
        )
    if not report.audit.spent:
        return asked_for(report, "ad_spend") or "There is no ad spend in these currencies."
    return "" if report.audit.knows_names else asked_for(report, "touchpoints")


def _platforms(report: Report, formats: Formats) -> Table:
    columns = ("platform", "currency", "spend", "no visit", "by name", "by id", "by map")
    rows = tuple(
        (
            _name(one.platform),
            one.currency.upper(),
            *(
                formats.money(minor, one.currency)
                for minor in (
                    one.spend_minor,
                    one.unmatched_minor,
                    *(one.matched_minor[way] for way in WAYS),
                )
            ),
        )
        for one in report.audit.platforms
    )
    return Table("Ad spend by what it meets, all days", columns, rows, names=2)


def _campaigns(report: Report, formats: Formats) -> Table:
    columns = (
        "platform", "campaign", "found by", "utm_campaign", "currency", "spend", "visits",
        "first day", "last day",
    )  # fmt: skip
    rows = tuple(
        (
            _name(line.platform),
            "no campaign" if line.campaign == NONE else clean(line.campaign) or "(empty)",
            "no spend" if line.status == NO_SPEND else line.matched_by or "no visit",
            clean(line.utm_campaign) if line.utm_campaign else DASH,
            DASH if line.status == NO_SPEND else line.currency.upper(),
            DASH
            if line.status == NO_SPEND
            else formats.money(line.spend_minor, line.currency),
            formats.number(line.visits),
            formats.day(line.first_date),
            formats.day(line.last_date),
        )
        for line in report.audit.campaigns
    )  # fmt: skip
    caption = "Campaigns with spend, and campaigns of paid visits without spend, all days"
    return Table(caption, columns, rows, names=5)


def _remedies(report: Report, formats: Formats) -> Iterator[Help]:
    lacking = report.audit.lacking
    for platform in dict.fromkeys(one.platform for one in lacking):
        yield _tagging([one for one in lacking if one.platform == platform], formats)
    platforms = {one.platform for one in lacking}
    visited = [line for line in report.audit.visited if line.platform in platforms]
    if visited:
        yield Help(
            "Say which names are the same campaign",
            f"Paid visits of {'this platform' if len(platforms) == 1 else 'these platforms'} carry "
            f"names on which nothing was spent: {_names(visited)}. Where one of them is a campaign "
            "of the list above by another name, say so once. The template holds what is open:",
            _MAP,
        )


def _tagging(parts: list[AuditedPlatform], formats: Formats) -> Help:
    """How to make the visits from a platform name their campaigns."""
    platform = parts[0].platform
    lines = [line for one in parts for line in one.campaigns if line.campaign != NONE]
    sums = [formats.money(one.unmatched_minor, one.currency) for one in parts]
    name = f"{_name(platform)}: {listed(sums, len(sums), ready=True)}"
    if not lines or platform == NONE:
        lacks = "platform" if platform == NONE else "campaign"
        return Help(
            name,
            f"This spend says no {lacks}, so no visit can be matched with it. Import it again, or "
            f"load it, with a column that says the {lacks}.",
        )
    write = parameters(platform, has_ids=all(line.campaign_id for line in lines))
    return Help(
        name,
        f"No visit names {_names(lines)}. Write what stands below into {write.place}. "
        "From then on, each visit from these ads names its campaign.",
        write.text,
    )


def _names(lines: list[AuditedCampaign]) -> str:
    names = list(dict.fromkeys(f"“{clean(line.campaign)}”" for line in lines))
    return listed(names, _MOST_NAMES, ready=True)


def _name(platform: str) -> str:
    return "no platform" if platform == NONE else label(platform)
