"""Visits take credit, and not page views; a lead takes it while it is recent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.transform.comparison import agreed
from tests.transform.worlds import ANN, NOON, Charge, Lead, Touchpoint, World, days

SHOP = "https://www.shop.example"
AD = {"landing_page": f"{SHOP}/?utm_source=google&utm_medium=cpc&gclid=a"}
NEWSLETTER = {"landing_page": f"{SHOP}/?utm_source=newsletter&utm_medium=email"}
SEARCH = {"landing_page": f"{SHOP}/", "referrer": "https://www.google.com/"}
TWEET = {"landing_page": f"{SHOP}/", "referrer": "https://t.co/"}
INSIDE = {"landing_page": f"{SHOP}/pricing", "referrer": f"{SHOP}/"}
HELP = {"landing_page": "https://help.shop.example/faq", "referrer": f"{SHOP}/pricing"}
BACK = {"landing_page": f"{SHOP}/", "referrer": "https://help.shop.example/faq"}

# Page views with the seconds since the one before, and the channels of the visits that they are.
CASES = [
    pytest.param(
        [(0, AD), (60, INSIDE), (60, INSIDE), (60, INSIDE)], ["paid_search"],
        id="internal pages are of the visit that the ad brought",
    ),
    pytest.param(
        [(0, AD), (60, INSIDE), (60, AD), (60, AD | {"referrer": f"{SHOP}/"})], ["paid_search"],
        id="a reload and an internal link that keeps the campaign start nothing",
    ),
    pytest.param(
        [(0, AD | SEARCH | {"utm_source": "google", "utm_medium": "cpc"}), (60, SEARCH)],
        ["paid_search"],
        id="a single-page app that repeats the referrer starts nothing",
    ),
    pytest.param(
        [(0, NEWSLETTER), (1799, INSIDE), (1799, INSIDE)], ["email"],
        id="a visit is as long as its page views follow each other",
    ),
    pytest.param(
        [(0, NEWSLETTER), (1800, INSIDE)], ["email", "direct"],
        id="a pause of exactly the timeout ends it, and its next page is no referral",
    ),
    pytest.param(
        [(0, AD), (9, NEWSLETTER), (9, AD)], ["paid_search", "email", "paid_search"],
        id="another campaign starts a visit, also one that was there before",
    ),
    pytest.param(
        [(0, AD), (9, {"landing_page": f"{SHOP}/?gclid=b"}), (9, {"gclid": "B"})],
        ["paid_search", "paid_search"],
        id="another click id starts a visit",
    ),
    pytest.param(
        [(0, SEARCH), (9, TWEET), (9, INSIDE)], ["organic_search", "organic_social"],
        id="another foreign host starts a visit",
    ),
    pytest.param(
        [(0, SEARCH), (60, INSIDE), (60, HELP), (60, BACK)], ["organic_search"],
        id="own hosts are found from the landing pages",
    ),
    pytest.param(
        [(0, NEWSLETTER), (0, INSIDE), (1800, INSIDE), (0, NEWSLETTER)],
        ["email", "direct", "email"],
        id="page views of one moment are in the order of their ids",
    ),
    pytest.param(
        [(0, AD), *[(1, INSIDE)] * 600], ["paid_search"],
        id="however many page views are no shared mailbox",
    ),
]  # fmt: skip


def case_world() -> World:
    """Each case is a customer, who leaves the email on the last page view."""
    charges, touchpoints = [], []
    for number, case in enumerate(CASES):
        email, moment = f"{number}@example.com", NOON - days(2)
        charges.append(Charge(id=f"ch_{number}", customer_email=email))
        page_views = case.values[0]
        for place, (seconds, page_view) in enumerate(page_views):
            moment += timedelta(seconds=seconds)
            touch = Touchpoint(
                touchpoint_id=f"t{number:02}_{place:03}", visitor_id=f"v{number}",
                email=email if place == len(page_views) - 1 else None, occurred_at=moment,
            )  # fmt: skip
            touchpoints.append(replace(touch, **page_view))
    return World(charges=charges, touchpoints=touchpoints)


@pytest.fixture(scope="module")
def channels_of(default_project, default_settings):
    """The channels on the path of each case, from one run that agrees with the reference."""
    results = agreed(default_project, default_settings, case_world())
    paths: dict[str, list[str]] = {}
    for charge, channel in results.rows(
        "select charge_id, channel from marts.fct_attribution"
        " where attribution_model = 'linear' order by charge_id, touch_position"
    ):
        paths.setdefault(charge, []).append(channel)
    return paths


@pytest.mark.parametrize(
    ("number", "channels"),
    [
        pytest.param(number, case.values[1], id=case.id, marks=case.marks)
        for number, case in enumerate(CASES)
    ],
)
def test_a_visit_is(channels_of, number, channels):
    assert channels_of[f"ch_{number}"] == channels


def test_a_visit_is_known_by_its_first_page_view_and_every_email_links(
    default_project, default_settings
):
    """Without a cookie, the email tells whose page views they are."""
    world = World(
        charges=[ANN, Charge(id="ch_bob", customer_email="bob@example.com")],
        touchpoints=[
            Touchpoint(touchpoint_id="t1", visitor_id="v", occurred_at=NOON - days(1), **AD),
            Touchpoint(
                touchpoint_id="t2", visitor_id="v", occurred_at=NOON - days(1), **INSIDE,
                email="ann@example.com",
            ),
            Touchpoint(
                touchpoint_id="t3", visitor_id="v", occurred_at=NOON - days(1), **INSIDE,
                email="ann@home.example",
            ),
            *(
                Touchpoint(
                    touchpoint_id=name, email=email, occurred_at=NOON - days(1), **NEWSLETTER
                )
                for name, email in [("t4", "bob@example.com"), ("t5", "BOB@example.com")]
            ),
            Touchpoint(
                touchpoint_id="t6", occurred_at=NOON - days(1), email="ann@home.example", **INSIDE
            ),
        ],
    )  # fmt: skip
    results = agreed(default_project, default_settings, world)
    assert results.rows(
        "select charge_id, touchpoint_id from marts.fct_attribution"
        " where attribution_model = 'linear' order by charge_id, touch_position"
    ) == [("ch_ann", "t1"), ("ch_ann", "t6"), ("ch_bob", "t4")]


def test_a_lead_takes_credit_until_it_is_as_old_as_its_window(default_project, default_settings):
    """What stands on leads alone is told, and what has only an old lead is nobody's."""
    ages = {"young": days(90) - timedelta(seconds=1), "old": days(90)}
    world = World(
        charges=[
            Charge(id=name, customer_email=f"{name}@example.com", amount_refunded=4_000)
            for name in ages
        ],
        leads=[
            Lead(
                lead_id=name, email=f"{name}@example.com", channel="email",
                created_at=NOON - age,
            )
            for name, age in ages.items()
        ],
    )  # fmt: skip
    results = agreed(default_project, default_settings, world)
    assert results.rows(
        "select charge_id, channel, reason from marts.fct_attribution"
        " where attribution_model = 'linear' order by charge_id"
    ) == [("old", "unattributed", "lead_too_old"), ("young", "email", "lead_channel")]
    assert results.rows(
        "select channel, lead_revenue_minor, lead_revenue_reporting_minor"
        " from marts.mart_channels where attribution_model = 'markov' and revenue_minor > 0"
        " order by channel"
    ) == [("email", 6_000, 6_000), ("unattributed", 0, 0)]
    assert results.rows("select count(*) from marts.mart_unmatched") == [(0,)]
