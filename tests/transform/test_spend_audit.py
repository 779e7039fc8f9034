"""Does the spend meet the visits? Campaigns of ads and of visits, matched."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.transform.worlds import ANN, NOON, Mapped, Rate, Spend, Touchpoint, World, days

SPEND = Spend(spend_date=NOON.date(), campaign="Brand Search")
TOUCH = Touchpoint(
    touchpoint_id="t1", email="ann@example.com", occurred_at=NOON - days(1),
    utm_source="google", utm_medium="cpc", utm_campaign="brand search",
)  # fmt: skip
AUDIT = (
    "select platform, campaign, status, matched_by, visits, spend_minor, matched_minor, "
    "unmatched_minor from marts.mart_spend_audit order by platform, campaign, currency"
)


def touches(*campaigns, **fields):
    """One visit each, of visitors of their own."""
    return [
        replace(TOUCH, touchpoint_id=f"t{n}", email=f"{n}@example.com", utm_campaign=said, **fields)
        for n, said in enumerate(campaigns)
    ]


@pytest.fixture
def audit(default_project):
    """The audit of a world; what was spent is matched or not, to the minor unit."""

    def rows(**inputs):
        results = default_project.run(World(charges=[ANN], **inputs))
        assert results.failures() == []
        return results.rows(AUDIT)

    return rows


@pytest.mark.parametrize(
    "said", ["BRAND SEARCH", "brand+search", "Brand%20Search", " brand  search ", "brandsearch"]
)
def test_case_blanks_and_plus_make_no_difference(audit, said):
    assert audit(ad_spend=[SPEND], touchpoints=touches(said)) == [
        ("google_ads", "brand search", "matched", "name", 1, 10_000, 10_000, 0)
    ]


def test_spend_without_visits_and_visits_without_spend_are_told(audit):
    assert audit(ad_spend=[SPEND], touchpoints=touches("summer", "summer", "winter")) == [
        ("google_ads", "brand search", "spend_without_visits", None, 0, 10_000, 0, 10_000),
        ("google_ads", "summer", "visits_without_spend", None, 2, 0, 0, 0),
        ("google_ads", "winter", "visits_without_spend", None, 1, 0, 0, 0),
    ]


def test_a_campaign_is_matched_on_its_own_platform_alone(audit):
    meta = replace(SPEND, platform="meta_ads", utm_source="facebook")
    assert audit(ad_spend=[SPEND, meta], touchpoints=touches("brand search")) == [
        ("google_ads", "brand search", "matched", "name", 1, 10_000, 10_000, 0),
        ("meta_ads", "brand search", "spend_without_visits", None, 0, 10_000, 0, 10_000),
    ]


def test_a_click_id_tells_the_platform_of_a_visit_without_a_source(audit):
    found = audit(ad_spend=[SPEND], touchpoints=touches("brand search", utm_source=None, gclid="x"))
    assert [row[2:5] for row in found] == [("matched", "name", 1)]


def test_newsletters_and_organic_visits_miss_no_spend(audit):
    visits = touches("autumn", utm_source="newsletter", utm_medium="email")
    assert audit(touchpoints=visits) == []
    assert audit(touchpoints=touches("profile", utm_medium="organic")) == []


def test_what_the_user_says_of_a_campaign_is_all_that_counts_for_it(audit):
    said = [Mapped(platform="Google", campaign="Brand Search", utm_campaign="BS 2026")]
    found = audit(
        ad_spend=[SPEND], touchpoints=touches("bs+2026", "brand search"), campaign_map=said
    )
    assert found == [
        ("google_ads", "brand search", "visits_without_spend", None, 1, 0, 0, 0),
        ("google_ads", "brand search", "matched", "map", 1, 10_000, 10_000, 0),
    ]


def test_currencies_stand_apart(audit):
    both = [SPEND, replace(SPEND, currency="eur", spend=Decimal("0.07"))]
    rates = [Rate(rate_date=NOON.date(), from_currency="eur", to_currency="usd", rate=Decimal(2))]
    found = audit(ad_spend=both, touchpoints=touches("brand search"), fx_rates=rates)
    assert [row[4:] for row in found] == [
        (1, 7, 7, 0),
        (1, 10_000, 10_000, 0),
    ]


def roas(project, **inputs):
    """Revenue and spend of each campaign, of the last touch."""
    return project.run(World(charges=[ANN], **inputs)).rows(
        "select campaign, sum(revenue_minor), sum(spend_minor) from marts.mart_channels "
        "where attribution_model = 'last_touch' group by campaign order by campaign"
    )


def test_the_roas_of_a_campaign_uses_the_same_matching(default_project):
    said = [Mapped(platform="google_ads", campaign="Brand Search", utm_campaign="bs")]
    touch = replace(TOUCH, utm_campaign="BS")
    inputs = {"ad_spend": [SPEND], "touchpoints": [touch]}
    assert roas(default_project, **inputs) == [("brand search", 0, 10_000), ("bs", 10_000, 0)]
    assert roas(default_project, **inputs, campaign_map=said) == [("brand search", 10_000, 10_000)]


def test_campaigns_that_share_a_utm_campaign_have_one_roas(default_project):
    """Their visits cannot be told apart."""
    said = [
        Mapped(platform="google_ads", campaign=campaign, utm_campaign="search")
        for campaign in ("Brand Search", "Generic Search")
    ]
    spend = [SPEND, replace(SPEND, campaign="Generic Search")]
    found = roas(
        default_project, ad_spend=spend, campaign_map=said,
        touchpoints=[replace(TOUCH, utm_campaign="search")],
    )  # fmt: skip
    assert found == [("search", 10_000, 20_000)]
