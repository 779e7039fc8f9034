"""What the company's advertising cost, day by day and campaign by campaign."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from stripe_simulator.funds import DAY
from stripe_simulator.story.dice import Dice
from stripe_simulator.story.history import Story

_SPEND = 21  # a purpose of dice, one for each budget


@dataclass(frozen=True, slots=True)
class Budget:
    """A campaign's budget: `daily` minor units in the middle of a story of 20,000 charges."""

    platform: str
    account_id: str
    campaign: str
    utm_source: str
    currency: str
    daily: int
    click_cost: int
    first_day: int = 0
    last_day: int = 10_000


_BUDGETS = (
    Budget("google_ads", "111-222-3333", "brand_search", "google", "usd", 9_500, 180),
    Budget("google_ads", "111-222-3333", "generic_search", "google", "usd", 12_500, 320),
    Budget("google_ads", "444-555-6666", "generic_search_eu", "google", "eur", 6_500, 260),
    Budget("meta_ads", "act_1001", "prospecting", "facebook", "usd", 16_000, 95),
    Budget("meta_ads", "act_1001", "lookalike", "instagram", "usd", 8_000, 85),
    Budget("linkedin_ads", "507001", "abm_enterprise", "linkedin", "usd", 11_000, 780),
    # This spend earns nothing: nobody followed these banners.
    Budget("google_ads", "111-222-3333", "display_awareness", "google", "usd", 5_200, 60, 300, 390),
)


class Spend(NamedTuple):
    """A row of `ad_spend`; `spend` in minor units."""

    spend_date: int
    platform: str
    account_id: str
    campaign: str
    utm_source: str
    currency: str
    spend: int
    impressions: int
    clicks: int
    conversions: int


def ad_spend(story: Story) -> Iterator[Spend]:
    """The spend of every day of the story and every campaign that ran on it."""
    days = (story.now - story.start) // DAY
    dice = [Dice(story.seed, _SPEND + number) for number in range(len(_BUDGETS))]
    for day in range(days):
        for budget, chance in zip(_BUDGETS, dice, strict=True):
            noise = chance.between(70, 130)
            rate = chance.between(60, 160)
            if budget.first_day <= day < budget.last_day:
                # The budget grows from half to one and a half of `daily`, as the company does.
                grown = budget.daily * (days + 2 * day) // (2 * days)
                spend = grown * noise * story.charges // 2_000_000
                yield _day(budget, story.start + day * DAY, spend, noise, rate)


def _day(budget: Budget, at: int, spend: int, noise: int, rate: int) -> Spend:
    clicks = spend * 100 // (budget.click_cost * noise)
    wasted = budget.campaign == "display_awareness"
    return Spend(
        at,
        budget.platform,
        budget.account_id,
        budget.campaign,
        budget.utm_source,
        budget.currency,
        spend,
        clicks * rate,
        clicks,
        0 if wasted else clicks * 4 // 100,
    )
