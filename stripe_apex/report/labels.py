"""Makes names from the warehouse printable: anybody can write anything into a UTM tag."""

from __future__ import annotations

import re
import unicodedata

from stripe_apex.report.facts import UNATTRIBUTED

MAX_LENGTH = 80

NOT_MATCHED = "not matched to a platform"
"""Stands for a channel's results outside of its platforms, so that the parts add up to it."""

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
    """`name`, cut to a length, without control characters and marks that change text direction."""
    visible = "".join(
        " " if unicodedata.category(character) in {"Cc", "Zl", "Zp", "Cs"} else character
        for character in _BIDI_CONTROLS.sub("", name)
    )
    short = " ".join(visible.split())
    return short if len(short) <= MAX_LENGTH else f"{short[: MAX_LENGTH - 1]}…"


def label(name: str) -> str:
    """A snake case name in plain words: `paid_search` becomes "paid search"."""
    if name in _PROPER:
        return _PROPER[name]
    return clean(name.replace("_", " ")) or "(empty)"


def quoted(name: str) -> str:
    """A label for use inside a sentence, isolated so that right-to-left text does not affect it."""
    text = label(name)
    return text if text.isascii() else f"{_ISOLATE}{text}{_POP}"


def listed(names: list[str], most: int = 3, *, ready: bool = False) -> str:
    """A list of labels in words: a, b and 3 more.

    Args:
        names: names from the warehouse, or texts to show as they are.
        most: the number of names before "and 3 more".
        ready: whether the names are texts to show as they are.
    """
    shown = names[:most] if ready else [quoted(name) for name in names[:most]]
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def sentence(text: str) -> str:
    """A text with its first letter capitalised."""
    return text[:1].upper() + text[1:]
