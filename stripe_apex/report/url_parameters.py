"""The URL parameters of each ad platform that make a visit name its campaign."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Parameters:
    """The URL parameters of a platform's ads.

    Attributes:
        place: where they are entered on the platform.
        text: the text to enter; the platform fills in the name and the id of the campaign.
    """

    place: str
    text: str


_PARAMETERS: Final = {
    # support.google.com/google-ads/answer/6305348: {campaignid}; the name has no placeholder
    "google_ads": Parameters(
        "“Final URL suffix” in the settings of the account",
        "utm_source=google&utm_medium=cpc&utm_campaign={campaignid}",
    ),
    # developers.facebook.com/docs/instagram/ads-api/guides/url-tags-for-tracking: the name is that
    # under which the campaign was first published, so the id is added
    "meta_ads": Parameters(
        "“URL parameters” of each ad",
        "utm_source=facebook&utm_medium=paid_social&utm_campaign={{campaign.name}}"
        "&utm_id={{campaign.id}}",
    ),
    # learn.microsoft.com/en-us/linkedin/marketing/integrations/ads-reporting/dynamic-utm-tracking:
    # pairs of a key and a value; the value is fixed or chosen from a list
    "linkedin_ads": Parameters(
        "the tracking parameters of each campaign, where name and id of the campaign are chosen "
        "from the list of dynamic values",
        "utm_source    linkedin\n"
        "utm_medium    paid_social\n"
        "utm_campaign  CAMPAIGN_NAME\n"
        "utm_id        CAMPAIGN_ID",
    ),
    # help.ads.microsoft.com/apex/index/3/en/56799
    "microsoft_ads": Parameters(
        "“Final URL suffix” in the settings of the account",
        "utm_source=bing&utm_medium=cpc&utm_campaign={Campaign}&utm_id={CampaignId}",
    ),
    # ads.tiktok.com/help/article/track-offsite-web-events-with-utm-parameters
    "tiktok_ads": Parameters(
        "the address of each ad, after a `?`",
        "utm_source=tiktok&utm_medium=paid_social&utm_campaign=__CAMPAIGN_NAME__"
        "&utm_id=__CAMPAIGN_ID__",
    ),
}

_GOOGLE_BY_NAME: Final = Parameters(
    "“Final URL suffix” in the settings of the account. Google fills in ids alone, and your spend "
    "has none: give each campaign the custom parameter {_campaign} with its name",
    # developers.google.com/google-ads/api/docs/ads/upgraded-urls/overview: {_promoCode} and so on
    "utm_source=google&utm_medium=cpc&utm_campaign={_campaign}",
)

_OTHERS: Final = Parameters(
    "the address of each ad; SOURCE is the utm_source that the spend has, or the platform's name",
    "utm_source=SOURCE&utm_medium=cpc&utm_campaign=NAME_OF_THE_CAMPAIGN",
)


def parameters(platform: str, *, has_ids: bool) -> Parameters:
    """The parameters, and where to enter them, so that visits name campaigns as the spend does.

    Args:
        platform: the platform's name in the marts.
        has_ids: whether the spend has the ids of its campaigns.
    """
    if platform == "google_ads" and not has_ids:
        return _GOOGLE_BY_NAME
    return _PARAMETERS.get(platform, _OTHERS)
