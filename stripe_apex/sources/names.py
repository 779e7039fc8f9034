"""Ad platforms and channels in people's words, and their names in the models."""

from __future__ import annotations

import re
from typing import Final

_PLATFORMS: Final = {
    "google_ads": (
        *("google", "google ads", "googleads", "google adwords", "adwords", "gads"),
        *("google cpc", "google search", "google search ads"),
    ),
    "meta_ads": (
        *("meta", "meta ads", "facebook", "facebook ads", "facebook instagram", "fb", "fb ads"),
        *("instagram", "instagram ads", "ig", "facebook cpc", "facebook paid", "meta cpc"),
    ),
    "linkedin_ads": ("linkedin", "linkedin ads", "linkedin campaign manager", "li", "li ads"),
    "microsoft_ads": (
        *("microsoft", "microsoft ads", "microsoft advertising", "bing", "bing ads", "bing cpc"),
        *("msads", "ms ads"),
    ),
    "tiktok_ads": ("tiktok", "tiktok ads", "tik tok", "tik tok ads"),
}

_CHANNELS: Final = {
    "paid_search": ("paid search", "sem", "ppc", "google ads", "adwords"),
    "paid_social": ("paid social", "facebook ads", "linkedin ads"),
    "paid_video": ("paid video", "video ads"),
    "paid_other": ("paid other", "cross network", "paid shopping"),
    "organic_search": ("organic search", "seo", "search engine"),
    "organic_social": ("organic social", "social media", "social"),
    "email": ("email", "e mail", "email marketing", "newsletter"),
    "direct": ("direct", "direct traffic"),
    "referral": ("referral", "referrals", "ai referrals"),
    "affiliate": ("affiliate", "affiliates"),
    "display": ("display", "display ads"),
    "sms": ("sms",),
    "other": ("other", "other campaigns", "offline sources", "offline"),
}

_UTM_SOURCES: Final = {
    "google_ads": "google",
    "meta_ads": "facebook",
    "linkedin_ads": "linkedin",
    "microsoft_ads": "bing",
    "tiktok_ads": "tiktok",
}

PLATFORMS: Final = tuple(_PLATFORMS)


def platform(text: str) -> str | None:
    """The platform that is meant, as the models call it; None where it is none that they know."""
    return _BY_PLATFORM_WORD.get(_plain(text))


def channel(text: str) -> str | None:
    """The channel that is meant, as the models call it; None where it is none that they know."""
    return _BY_CHANNEL_WORD.get(_plain(text))


def utm_source(platform_name: str) -> str | None:
    """The `utm_source` that links of a platform's ads usually carry."""
    return _UTM_SOURCES.get(platform_name)


def snake_case(text: str) -> str:
    """A name that is not known, in the form of those that are."""
    return _plain(text).replace(" ", "_")


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.replace("_", " ").casefold()))


def _by_word(names: dict[str, tuple[str, ...]]) -> dict[str, str]:
    words = {word: name for name, words in names.items() for word in words}
    return words | {_plain(name): name for name in names}


_BY_PLATFORM_WORD: Final = _by_word(_PLATFORMS)
_BY_CHANNEL_WORD: Final = _by_word(_CHANNELS)
