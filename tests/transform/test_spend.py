"""Which channel spend belongs to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.transform.comparison import agreed
from tests.transform.worlds import ANN, NOON, Spend, Touchpoint, World, days


def test_spend_without_a_source_or_a_platform_is_spend(default_project, default_settings):
    spend = Spend(spend_date=NOON.date(), utm_source=None, platform=None)
    world = World(charges=[ANN], ad_spend=[spend, replace(spend, platform="google_ads")])
    results = agreed(default_project, default_settings, world)
    assert results.rows(
        "select platform, source, channel, spend_minor from marts.mart_ad_spend order by platform"
    ) == [
        ("(none)", "(none)", "paid_other", 10_000),
        ("google_ads", "(none)", "paid_search", 10_000),
    ]


@pytest.mark.parametrize(
    ("platform", "source", "channel"),
    [
        ("google_ads", "youtube", "paid_video"),
        ("google_ads", "Google", "paid_search"),
        ("bing_ads", "bing", "paid_search"),
        ("Bing Ads", None, "paid_search"),
        ("meta_ads", "instagram", "paid_social"),
        ("reddit_ads", "reddit", "paid_social"),
        ("meta_ads", "audience_network", "paid_social"),
        ("google_ads", "direct", "paid_search"),
        ("sponsoring", "newsletter", "email"),
        ("sponsoring", "google_ads", "paid_search"),
        ("sponsoring", "podcast", "paid_other"),
        (None, None, "paid_other"),
    ],
)
def test_spend_follows_the_source_of_its_record(spent, platform, source, channel):
    """Where the source says nothing, the platform decides."""
    assert spent[platform, source] == channel


@pytest.fixture(scope="module")
def spent(default_project):
    """The channels of all spend of the table above, by platform and source, from one run."""
    cases = test_spend_follows_the_source_of_its_record.pytestmark[0].args[1]
    world = World(
        ad_spend=[
            Spend(spend_date=NOON.date(), platform=platform, utm_source=source, campaign=str(n))
            for n, (platform, source, _) in enumerate(cases)
        ]
    )
    found = dict(
        default_project.run(world).rows("select campaign, channel from marts.mart_ad_spend")
    )
    return {(platform, source): found[str(n)] for n, (platform, source, _) in enumerate(cases)}


def test_what_a_source_costs_and_brings_is_in_one_channel(default_project, default_settings):
    touch = Touchpoint(
        touchpoint_id="t1", email="ann@example.com", occurred_at=NOON - days(1),
        utm_source="YouTube", utm_medium="cpc",
    )  # fmt: skip
    spend = Spend(spend_date=NOON.date(), platform="google_ads", utm_source="youtube")
    world = World(charges=[ANN], touchpoints=[touch], ad_spend=[spend])
    results = agreed(default_project, default_settings, world)
    assert results.rows(
        "select channel, spend_minor, roas from marts.mart_channel_periods"
        " where period = 'month' and attribution_model = 'linear'"
    ) == [("paid_video", 10_000, 1)]
