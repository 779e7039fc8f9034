"""How much of the revenue found its person, and by what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from stripe_apex.report.economics import ratio
from stripe_apex.report.labels import listed

if TYPE_CHECKING:
    from stripe_apex.report.facts import Report
    from stripe_apex.report.formats import Formats

_WAYS: Final = {
    "direct": "by the email",
    "by_reference": "by a reference that the payment carries",
    "via_customer": "by another charge of the customer",
}


def coverage(report: Report, formats: Formats) -> str:
    """The share that is matched, by each way; empty where nothing is, or nothing came in."""
    ways = {
        words: revenue
        for status, words in _WAYS.items()
        if (revenue := report.matched_minor.get(status, 0)) > 0
    }
    if not ways or report.net_minor <= 0:
        return ""

    def share(minor: int) -> str:
        return formats.percent(ratio(minor, report.net_minor))

    each = listed([f"{share(minor)} {words}" for words, minor in ways.items()], ready=True)
    return f"{share(sum(ways.values()))} of net revenue is matched: {each}."
