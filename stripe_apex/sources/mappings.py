"""Kinds that say what belongs together: campaigns and links, codes and channels."""

from __future__ import annotations

from typing import Final

from stripe_apex.sources.fields import Field, Kind

CAMPAIGN_MAP: Final = Kind(
    "campaign_map",
    "campaigns of ads and of visits",
    (
        Field("platform", "text", ("ad platform", "advertising platform"), needed=True),
        Field("campaign", "text", ("campaign name", "campaign id"), needed=True),
        Field("utm_campaign", "text", ("utmcampaign",), needed=True),
    ),
    key=("platform", "campaign"),
    unique=False,
    some_of=("utm_campaign",),
    example=("google_ads", "Brand Search", "brand_search"),
)

PROMOTION_CODES: Final = Kind(
    "promotion_codes",
    "promotion codes",
    (
        Field(
            "code",
            "text",
            (
                *("promotion code", "promo code", "discount code", "coupon code", "coupon"),
                *("voucher code", "voucher", "gutscheincode", "rabattcode", "code promo"),
            ),
            needed=True,
        ),
        Field("channel", "text", ("marketing channel", "kanal", "canal"), needed=True),
        Field("campaign", "text", ("campaign name", "utm campaign", "kampagne", "campagne")),
        Field(
            "partner",
            "text",
            ("partner name", "affiliate", "influencer", "creator", "publisher", "podcast"),
        ),
    ),
    key=("code",),
    unique=True,
    some_of=("code",),
    example=("PODCAST20", "podcast", "autumn_shows", "the_example_show"),
)
