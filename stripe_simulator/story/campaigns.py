"""Where people come from: the campaigns and sources of the simulated company."""

from dataclasses import dataclass

from stripe_simulator.story.dice import Odds


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign or another source of visits to the company's site.

    Args:
        name: the `utm_campaign`, or a name of ours if its visits have no UTM fields.
        channel: the channel that a lead form would record.
        sources: spellings of `utm_source`; empty for visits without UTM fields.
        mediums: spellings of `utm_medium`.
        click_id: the URL parameter of the ad platform's click id.
        referrers: possible referrers of a visit.
        payers: the relative number of payers who come this way.
        prospects: the relative number of people who come this way and leave only an email.
        loyal: percent of payers who subscribe.
        churn: percent of subscribers who leave after any month.
        premium: percent of payers who take a more expensive plan than they otherwise would.
    """

    name: str
    channel: str
    sources: tuple[str, ...] = ()
    mediums: tuple[str, ...] = ("cpc",)
    click_id: str | None = None
    referrers: tuple[str, ...] = ("",)
    payers: int = 0
    prospects: int = 0
    loyal: int = 45
    churn: int = 8
    premium: int = 15


_GOOGLE = ("google", "google", "Google", "GOOGLE")
_FACEBOOK = ("facebook", "facebook", "Facebook", "fb")
_SEARCH = ("https://www.google.com/",)
_META = ("https://l.facebook.com/", "https://l.instagram.com/", "")

CAMPAIGNS = (
    Campaign(
        "brand_search",
        "paid_search",
        _GOOGLE,
        ("cpc", "cpc", "CPC"),
        "gclid",
        _SEARCH,
        payers=14,
        prospects=8,
        loyal=50,
        churn=6,
    ),
    Campaign(
        "generic_search",
        "paid_search",
        _GOOGLE,
        ("cpc", "ppc"),
        "gclid",
        _SEARCH,
        payers=9,
        prospects=9,
    ),
    Campaign(
        "generic_search_eu",
        "paid_search",
        ("google", "Google"),
        ("cpc",),
        "gclid",
        _SEARCH,
        payers=5,
        prospects=5,
    ),
    Campaign(
        "bing_search",
        "paid_search",
        ("bing", "Bing"),
        ("cpc",),
        "msclkid",
        ("https://www.bing.com/",),
        payers=2,
        prospects=2,
    ),
    Campaign(
        "prospecting",
        "paid_social",
        _FACEBOOK,
        ("paid_social", "paid-social", "cpc"),
        "fbclid",
        _META,
        payers=5,
        prospects=26,
        loyal=15,
        churn=22,
        premium=2,
    ),
    Campaign(
        "lookalike",
        "paid_social",
        ("instagram", "Instagram", "facebook"),
        ("paid_social", "Paid_Social"),
        "fbclid",
        _META,
        payers=3,
        prospects=12,
        loyal=15,
        churn=22,
        premium=2,
    ),
    Campaign(
        "abm_enterprise",
        "paid_social",
        ("linkedin", "LinkedIn"),
        ("paid_social", "cpc"),
        "li_fat_id",
        ("https://www.linkedin.com/",),
        payers=4,
        prospects=4,
        loyal=60,
        churn=6,
        premium=70,
    ),
    Campaign(
        "newsletter",
        "email",
        ("newsletter", "Newsletter", "mailchimp"),
        ("email", "Email"),
        referrers=("", "https://mail.google.com/"),
        payers=14,
        prospects=6,
        loyal=75,
        churn=4,
        premium=35,
    ),
    Campaign(
        "organic",
        "organic_search",
        referrers=("https://www.google.com/", "https://duckduckgo.com/", "https://www.bing.com/"),
        payers=20,
        prospects=14,
    ),
    Campaign(
        "social",
        "organic_social",
        referrers=("https://t.co/", "https://www.linkedin.com/", "https://www.instagram.com/"),
        payers=5,
        prospects=5,
        loyal=30,
    ),
    Campaign(
        "partners",
        "referral",
        ("partner", "Partner"),
        ("referral",),
        referrers=("https://partner.example.org/", "https://reviews.example.net/"),
        payers=7,
        prospects=3,
        loyal=50,
    ),
    Campaign("direct", "direct", payers=12, prospects=8),
)

BY_NAME = {campaign.name: campaign for campaign in CAMPAIGNS}
OF_PAYERS = Odds({campaign: campaign.payers for campaign in CAMPAIGNS})
OF_PROSPECTS = Odds({campaign: campaign.prospects for campaign in CAMPAIGNS})

# How people who already know the company come back.
OF_RETURNING = Odds(
    {
        BY_NAME["newsletter"]: 38,
        BY_NAME["direct"]: 26,
        BY_NAME["brand_search"]: 16,
        BY_NAME["organic"]: 12,
        BY_NAME["lookalike"]: 5,
        BY_NAME["social"]: 3,
    }
)
