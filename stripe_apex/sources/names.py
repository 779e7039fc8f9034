"""Ad platforms and channels in people's words, and their names in the models."""

from __future__ import annotations

import re
from typing import Final

_PLATFORMS: Final = {
    "google_ads": (
        *("google", "google adwords", "adwords", "gads", "google cpc", "google search"),
        *("google search ads", "google ppc"),
    ),
    "meta_ads": (
        *("meta", "facebook", "facebook ads", "facebook instagram", "fb", "fb ads", "instagram"),
        *("instagram ads", "ig", "facebook cpc", "facebook paid", "meta cpc", "meta ads manager"),
    ),
    "linkedin_ads": ("linkedin", "linkedin campaign manager", "li", "li ads", "linkedin cpc"),
    "microsoft_ads": (
        *("microsoft", "microsoft advertising", "bing", "bing ads", "bing cpc", "msads"),
        *("microsoft bing",),
    ),
    "tiktok_ads": ("tiktok", "tiktok for business", "tiktok ads manager"),
    "pinterest_ads": ("pinterest",),
    "reddit_ads": ("reddit",),
    "snapchat_ads": ("snapchat", "snap", "snap ads"),
    "x_ads": ("x", "twitter", "twitter ads"),
    "quora_ads": ("quora",),
}

_CHANNELS: Final = {
    "paid_search": ("sem", "ppc", "google ads", "adwords", "bing ads"),
    "paid_social": ("facebook ads", "linkedin ads", "meta ads", "social ads"),
    "paid_video": ("video ads",),
    "paid_other": ("cross network", "paid shopping", "audio"),
    "organic_search": ("seo", "search engine", "organic shopping"),
    "organic_social": ("social media", "social", "organic video"),
    "email": ("e mail", "email marketing", "newsletter"),
    "direct": ("direct traffic",),
    "referral": ("referrals", "ai referrals", "external referral", "employee referral"),
    "affiliate": ("affiliates",),
    "display": ("display ads", "banner"),
    "sms": ("text message",),
    "other": (
        *("other campaigns", "offline sources", "offline", "unassigned"),
        *("mobile push notifications",),
    ),
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
    return PLATFORMS_BY_WORD.get(squeezed(text))


def channel(text: str) -> str | None:
    """The channel that is meant, as the models call it; None where it is none that they know."""
    return CHANNELS_BY_WORD.get(squeezed(text))


def utm_source(platform_name: str) -> str | None:
    """The `utm_source` that links of a platform's ads usually carry."""
    return _UTM_SOURCES.get(platform_name)


def squeezed(text: str) -> str:
    """A name as it is compared: without case, blanks and punctuation."""
    return re.sub(r"[\W_]+", "", text.casefold())


def snake_case(text: str) -> str:
    """A name that is not known, in the form of those that are."""
    return _plain(text).replace(" ", "_")


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.replace("_", " ").casefold()))


def _by_word(names: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {squeezed(word): name for name, words in names.items() for word in (name, *words)}


PLATFORMS_BY_WORD: Final = _by_word(_PLATFORMS)
"""The models' names of ad platforms by people's words, as in the seed `ad_platform_names`."""

CHANNELS_BY_WORD: Final = _by_word(_CHANNELS)
"""The models' names of channels by people's words, as in the seed `channel_names`."""
