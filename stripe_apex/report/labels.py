"""Names from the warehouse, made fit to print: whoever set a UTM tag may have written anything."""

from __future__ import annotations

import re
import unicodedata

from stripe_apex.report.facts import UNATTRIBUTED

MAX_LENGTH = 80

NOT_MATCHED = "not matched to a platform"
"""What a channel brought that none of its platforms did, so that the parts add up to it."""

_BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ISOLATE, _POP = "\u2068", "\u2069"

_PROPER = {
    "google_ads": "Google Ads",
    "linkedin_ads": "LinkedIn Ads",
    "meta_ads": "Meta Ads",
    "microsoft_ads": "Microsoft Ads",
    "ideal": "iDEAL",
    "sepa_debit": "SEPA debit",
    "us_bank_account": "US bank account",
    "tiktok_ads": "TikTok Ads",
    "(none)": "no campaign",
    UNATTRIBUTED: "no channel",
}


def clean(name: str) -> str:
    """`name` without control characters and marks that turn the text around it, at most so long."""
    visible = "".join(
        " " if unicodedata.category(character) in {"Cc", "Zl", "Zp", "Cs"} else character
        for character in _BIDI_CONTROLS.sub("", name)
    )
    short = " ".join(visible.split())
    return short if len(short) <= MAX_LENGTH else f"{short[: MAX_LENGTH - 1]}…"


def label(name: str) -> str:
    """A snake case name in plain words: `paid_search` is paid search."""
    if name in _PROPER:
        return _PROPER[name]
    return clean(name.replace("_", " ")) or "(empty)"


def quoted(name: str) -> str:
    """A label inside a sentence: one that runs from right to left does not turn the rest around."""
    text = label(name)
    return text if text.isascii() else f"{_ISOLATE}{text}{_POP}"


def listed(names: list[str], most: int = 3, *, ready: bool = False) -> str:
    """Labels as a list in words: a, b and 3 more.

    Args:
        names: of the warehouse, or as they are to be shown.
        most: names before "and 3 more".
        ready: the names are to be shown as they are.
    """
    shown = names[:most] if ready else [quoted(name) for name in names[:most]]
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def sentence(text: str) -> str:
    """With a capital letter first."""
    return text[:1].upper() + text[1:]
