"""What a header says: its words, and the currency that it names."""

import pytest

from stripe_apex.sources import names
from stripe_apex.sources.headers import heading


@pytest.mark.parametrize(
    ("text", "plain", "currency"),
    [
        ("Amount spent (USD)", "amount spent", "usd"),
        ("Kosten (€)", "kosten", "eur"),
        ("spend_usd", "spend", "usd"),
        ("Cost EUR", "cost", "eur"),
        ("Kosten in €", "kosten", "eur"),
        ("Kosten €", "kosten", "eur"),
        ("Clicks (all)", "clicks", None),
        ("Cost (all)", "cost", None),
        ("Cost (ALL)", "cost", "all"),
        ("Start Date (in UTC)", "start date", None),
        ("CampaignName", "campaign name", None),
        ("SPEND_DATE", "spend date", None),
        ("metrics__costMicros", "metrics cost micros", None),
        ("USD", "usd", None),
        ("Währungscode", "währungscode", None),
    ],
)
def test_a_header_is_read_without_case_brackets_and_punctuation(text, plain, currency):
    found = heading(text)
    assert (found.plain, found.currency) == (plain, currency)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Facebook", "meta_ads"),
        ("IG", "meta_ads"),
        ("Google AdWords", "google_ads"),
        ("google / cpc", "google_ads"),
        ("Bing Ads", "microsoft_ads"),
        ("linkedin_ads", "linkedin_ads"),
        ("Tik-Tok", "tiktok_ads"),
        ("Microsoft Advertising", "microsoft_ads"),
        ("Pinterest", "pinterest_ads"),
        ("Fazebook", None),
    ],
)
def test_a_platform_is_known_in_peoples_words(words, name):
    assert names.platform(words) == name


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Direct Traffic", "direct"),
        ("PAID_SEARCH", "paid_search"),
        ("Email Marketing", "email"),
        ("Cross-network", "paid_other"),
        ("Other Campaigns", "other"),
        ("Partner Referral", None),
    ],
)
def test_a_channel_is_known_in_peoples_words(words, name):
    assert names.channel(words) == name
