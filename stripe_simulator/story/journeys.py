"""How people came: leads and touchpoints, as the company's own site recorded them."""

from collections.abc import Iterator
from typing import NamedTuple

from stripe_simulator.funds import DAY
from stripe_simulator.ids import bucket
from stripe_simulator.story.campaigns import OF_PROSPECTS, OF_RETURNING, Campaign
from stripe_simulator.story.dice import Dice, Odds
from stripe_simulator.story.history import Engagement, Story
from stripe_simulator.story.people import prospect_email, visitor_id
from stripe_simulator.story.span import HOUR, Rhythm

_JOURNEYS, _PROSPECTS, _PAGE_VIEWS = 2, 3, 6  # purposes of dice
_PROSPECTS_PERCENT = 40  # people who leave only an email, per hundred payers

_SITE = "https://www.store.example"  # a name that is reserved for examples
_PAGES = ("/", "/pricing", "/features", "/blog/roi", "/demo")
_TERMS = {
    "brand_search": ("simulated store",),
    "generic_search": ("revenue attribution", "marketing analytics"),
    "generic_search_eu": ("umsatz attribution", "marketing analytics"),
    "bing_search": ("marketing analytics",),
}
_CONTENTS = {"prospecting": ("video_a", "video_b"), "lookalike": ("carousel",)}
_CLICK_PREFIX = {"gclid": "Cj0K", "fbclid": "IwAR", "li_fat_id": "li", "msclkid": "ms"}

# Days from the form to the first payment; a few people fill in a form only after they paid.
_CONSIDERATION = Odds({(0, 0): 24, (1, 10): 38, (11, 60): 24, (61, 120): 11, (-20, -2): 3})


# Pages after the first one of a visit.
_MORE_PAGES = Odds({0: 55, 1: 20, 2: 15, 3: 10})


class Visit(NamedTuple):
    """A visit; `email` was entered in a form on its first page, if a form was sent."""

    at: int
    visitor: str
    campaign: Campaign
    email: str | None
    luck: int


class Touchpoint(NamedTuple):
    """A row of `touchpoints`: a page view."""

    occurred_at: int
    visitor_id: str
    email: str | None
    landing_page: str
    referrer: str | None
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    utm_term: str | None
    utm_content: str | None
    gclid: str | None
    fbclid: str | None
    li_fat_id: str | None
    msclkid: str | None


class Lead(NamedTuple):
    """A row of `leads`; `channel` is the one that the form recorded, if it did."""

    created_at: int
    email: str
    visitor_id: str
    channel: str | None
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    landing_page: str


def visits(story: Story) -> Iterator[Visit]:
    """Every recorded visit before the end of the story, person by person."""
    payers = 0
    for engagement in story.engagements():
        payers += 1
        dice = Dice(story.seed, _JOURNEYS, engagement.payer.index)
        yield from _recorded(story, _payer_visits(story, engagement, dice))
    rhythm = Rhythm(story.start, story.now)
    for index in range(payers * _PROSPECTS_PERCENT // 100):
        dice = Dice(story.seed, _PROSPECTS, index)
        yield from _recorded(story, _prospect_visits(story, index, rhythm.moment(dice), dice))


def touchpoint(visit: Visit) -> Touchpoint:
    """The first page view of a visit as the tracking snippet records it."""
    campaign, luck = visit.campaign, visit.luck
    tagged = bool(campaign.sources)
    click = None
    if campaign.click_id is not None:
        click = f"{_CLICK_PREFIX[campaign.click_id]}{bucket(f'{visit.at}{luck}', 36**5):x}"
    return Touchpoint(
        visit.at,
        visit.visitor,
        visit.email,
        _page(luck),
        _choice(campaign.referrers, luck) or None,
        _choice(campaign.sources, luck),
        _choice(campaign.mediums, luck // 7) if tagged else None,
        campaign.name if tagged else None,
        _choice(_TERMS.get(campaign.name, ()), luck),
        _choice(_CONTENTS.get(campaign.name, ()), luck),
        *(click if name == campaign.click_id else None for name in _CLICK_PREFIX),
    )


def page_views(visit: Visit, now: int) -> Iterator[Touchpoint]:
    """All page views of a visit that the tracking snippet records."""
    first = touchpoint(visit)
    yield first
    dice = Dice(bucket(visit.visitor, 16**8), _PAGE_VIEWS, visit.at)
    at, page, more = visit.at, first.landing_page, dice.pick(_MORE_PAGES)
    for _ in range(more):
        at, before, page = at + dice.between(8, 240), page, _page(dice.below(len(_PAGES)))
        if at < now:
            yield Touchpoint(at, visit.visitor, None, page, before, *[None] * 9)


def lead(visit: Visit) -> Lead:
    """A visit with a form as a row of the company's list of leads."""
    seen = touchpoint(visit)
    return Lead(
        visit.at,
        visit.email or "",
        visit.visitor,
        # Older forms did not record the channel.
        visit.campaign.channel if visit.luck % 5 > 1 else None,
        seen.utm_source,
        seen.utm_medium,
        seen.utm_campaign,
        seen.landing_page,
    )


def _payer_visits(story: Story, engagement: Engagement, dice: Dice) -> Iterator[Visit]:
    payer, joined, first = engagement.payer, engagement.joined, engagement.visitor
    if not payer.is_lead:
        if dice.chance(35):
            yield Visit(joined - 900, first, payer.campaign, None, dice.below(9_973))
        return
    low, high = dice.pick(_CONSIDERATION)
    form_at = joined - (dice.between(low, high) * DAY + dice.between(300, 3_000))
    if dice.chance(25):
        earlier = form_at - dice.between(1, 40) * DAY - dice.below(6 * HOUR)
        yield Visit(earlier, first, payer.campaign, None, dice.below(9_973))
        yield Visit(form_at, first, dice.pick(OF_RETURNING), _typed(payer.email, dice), 0)
    else:
        yield Visit(form_at, first, payer.campaign, _typed(payer.email, dice), dice.below(9_973))
    second = visitor_id(story.seed, "payer", payer.index, 1) if dice.chance(30) else first
    if second != first and joined - form_at > 2 * DAY:
        # Another device is known to be theirs once they enter the email on it, too.
        known_at = dice.between(form_at + HOUR, joined - HOUR)
        yield Visit(known_at, second, dice.pick(OF_RETURNING), payer.email, dice.below(9_973))
    if joined - form_at > DAY and dice.chance(60):
        before = joined - dice.between(600, DAY)
        yield Visit(before, second, dice.pick(OF_RETURNING), None, dice.below(9_973))
    for charge in engagement.charges[1:]:
        if dice.chance(8):
            before = charge.at - dice.between(600, 5 * DAY)
            yield Visit(before, second, dice.pick(OF_RETURNING), None, dice.below(9_973))


def _prospect_visits(story: Story, index: int, at: int, dice: Dice) -> Iterator[Visit]:
    visitor = visitor_id(story.seed, "prospect", index)
    campaign, email = dice.pick(OF_PROSPECTS), prospect_email(index, dice)
    yield Visit(at, visitor, campaign, _typed(email, dice), dice.below(9_973))
    if dice.chance(35):
        later = at + dice.between(1, 30) * DAY + dice.below(DAY)
        again = _typed(email, dice) if dice.chance(15) else None
        yield Visit(later, visitor, dice.pick(OF_RETURNING), again, dice.below(9_973))


def _recorded(story: Story, made: Iterator[Visit]) -> Iterator[Visit]:
    return (visit for visit in made if visit.at < story.now)


def _typed(email: str, dice: Dice) -> str:
    """An email as people type it: sometimes with capitals or a space."""
    if dice.chance(90):
        return email
    return dice.one_of((email.upper(), email.title(), f"{email} "))


def _page(luck: int) -> str:
    return _SITE + _PAGES[luck % len(_PAGES)]


def _choice(options: tuple[str, ...], luck: int) -> str | None:
    return options[luck % len(options)] if options else None
