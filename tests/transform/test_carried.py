"""A payment may carry its own touch: a campaign, a click id, or a promotion code with a channel."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.transform.comparison import agreed
from tests.transform.test_references import carrying, matches_of
from tests.transform.worlds import (
    NOON,
    Charge,
    Lead,
    PromotionCode,
    Session,
    Touchpoint,
    World,
    days,
)

OPENED = NOON - timedelta(minutes=5)
GOOGLE = {"utm_source": "Google", "utm_medium": "CPC", "utm_campaign": "Spring "}


def paths_of(results):
    """The touches of each charge in order: what it is, and its channel, source and campaign."""
    found = {}
    for charge, *touch in results.rows("""
        select charge_id, touchpoint_id, channel, source, campaign
        from marts.fct_attribution where attribution_model = 'linear'
        order by charge_id, touch_position"""):
        found.setdefault(charge, []).append(tuple(touch))
    return found


def test_a_shop_without_any_table_has_its_channels_from_stripe(default_project, default_settings):
    world = World(
        charges=[
            Charge(id="tagged", metadata=carrying(**GOOGLE)),
            Charge(id="clicked", metadata=carrying(msclkid="M1")),
            Charge(id="in_session"),
            Charge(id="bought", customer_id="c", customer_metadata=carrying(fbclid="f")),
            Charge(id="subscribed", customer_id="d"),
            Charge(id="renewed", customer_id="d", created=NOON + days(30)),
            Charge(id="termed", metadata=carrying(utm_term="shoes", utm_source=" ", order="utm_")),
        ],
        checkout_sessions=[
            Session(
                id="cs_1", created=OPENED, payment_intent_id="pi_in_session",
                metadata=carrying(li_fat_id="l"),
            ),
            Session(
                id="cs_2", created=OPENED, customer_id="d",
                metadata=carrying(utm_source="newsletter", utm_medium="email"),
            ),
            Session(
                id="cs_3", created=OPENED, payment_intent_id="pi_termed", status="expired",
                metadata=carrying(**GOOGLE),
            ),
        ],
    )  # fmt: skip
    results = agreed(default_project, default_settings, world)

    newsletter = ("session cs_2", "email", "newsletter", None)
    assert paths_of(results) == {
        "tagged": [("charge tagged", "paid_search", "google", "spring")],
        "clicked": [("charge clicked", "paid_search", None, None)],
        "in_session": [("session cs_1", "paid_social", None, None)],
        "bought": [("customer c", "paid_social", None, None)],
        "subscribed": [newsletter],
        "renewed": [newsletter],
        "termed": [(None, "unattributed", None, None)],
    }
    assert matches_of(results) == {
        "tagged": ("by_touch", "utm_source"),
        "clicked": ("by_touch", "msclkid"),
        "in_session": ("by_touch", "li_fat_id"),
        "bought": ("by_touch", "fbclid"),
        "subscribed": ("by_touch", "utm_source"),
        "renewed": ("by_touch", "utm_source"),
        "termed": ("none", None),
    }


def test_the_moment_is_that_of_the_session_else_of_the_charge_or_of_the_customer(
    default_project, default_settings
):
    at = {"customer_id": "c", "customer_metadata": carrying(**GOOGLE)}
    world = World(
        charges=[
            Charge(id="paid_later", metadata=carrying(**GOOGLE)),
            Charge(id="alone", metadata=carrying(gclid="g")),
            Charge(id="old", customer_created=NOON - days(40), **at),
            Charge(id="new", customer_id="d", customer_metadata=carrying(gclid="h")),
            Charge(id="newer", customer_id="d", created=NOON + days(1)),
        ],
        checkout_sessions=[
            Session(id="cs", created=NOON - days(2), payment_intent_id="pi_paid_later")
        ],
    )
    results = agreed(default_project, default_settings, world)

    assert dict(
        results.rows("select touchpoint_id, occurred_at from intermediate.int_carried__visits")
    ) == {
        "charge paid_later": NOON - days(2),
        "charge alone": NOON,
        "customer c": NOON - days(40),
        "customer d": NOON,
    }


def test_what_is_said_several_times_at_once_is_one_touch(default_project, default_settings):
    charge = Charge(
        id="ch", customer_id="c", customer_created=OPENED + timedelta(minutes=1),
        metadata=carrying(**GOOGLE), customer_metadata=carrying(**GOOGLE, gclid="g"),
    )  # fmt: skip
    session = Session(
        id="cs", created=OPENED, payment_intent_id="pi_ch", metadata=carrying(**GOOGLE)
    )
    again = replace(charge, id="again", created=NOON + days(20))
    world = World(charges=[charge, again], checkout_sessions=[session])
    results = agreed(default_project, default_settings, world)

    first = ("charge ch", "paid_search", "google", "spring")
    assert paths_of(results) == {
        "ch": [first],
        "again": [first, ("charge again", *first[1:])],
    }


def seen(*touchpoints, **said):
    """Somebody's visits, and a payment of theirs that carries these fields."""
    return World(
        leads=[Lead(lead_id="l", email="ann@example.com", visitor_id="v", created_at=NOON)],
        touchpoints=[
            Touchpoint(touchpoint_id=f"t{number}", visitor_id="v", **touch)
            for number, touch in enumerate(touchpoints)
        ],
        charges=[
            Charge(id="ch", customer_email="ann@example.com", metadata=carrying(**said)),
        ],
        checkout_sessions=[Session(id="cs", created=OPENED, payment_intent_id="pi_ch")],
    )


def test_a_visit_that_is_in_touchpoints_counts_once(default_project, default_settings):
    def touches(world):
        results = agreed(default_project, default_settings, world)
        return [touch for touch, *_ in paths_of(results)["ch"]]

    google = {"utm_source": "google", "utm_medium": "cpc", "utm_campaign": "spring"}
    page = "https://shop.example/?utm_source=google&utm_medium=cpc&utm_campaign=Spring"
    for same in (
        {**google, "occurred_at": NOON - days(9)},
        {"landing_page": page, "occurred_at": OPENED},
    ):
        assert touches(seen(same, **GOOGLE)) == ["t0"]
    click = {"gclid": "ABC", "occurred_at": NOON - days(9)}
    assert touches(seen(click, gclid="abc")) == ["t0"]
    later = {"occurred_at": NOON - days(1)}
    assert touches(seen(click, later, gclid="abc", utm_source="google")) == ["t0", "t1"]

    for other in (
        {**google, "utm_campaign": "brand", "occurred_at": NOON - days(9)},
        {**google, "occurred_at": OPENED - days(90)},
        {"gclid": "x", "occurred_at": NOON - days(9)},
    ):
        assert touches(seen(other, **GOOGLE))[-1] == "charge ch"
    after = {**google, "occurred_at": OPENED + timedelta(seconds=1)}
    assert touches(seen(after, **GOOGLE)) == ["charge ch", "t0"]


CODES = [
    PromotionCode(code="podcast20", channel="Podcast", campaign="Autumn", partner="The Show"),
    PromotionCode(code="promo_2", channel="E-Mail"),
    PromotionCode(code="half-off", channel="partner"),
    PromotionCode(code="NOWHERE", channel=" "),
]


def test_a_promotion_code_is_a_touch_where_a_row_gives_it_a_channel(
    default_project, default_settings
):
    sessions = {
        "typed": {"promotion_code": "PODCAST20", "promotion_code_id": "promo_2"},
        "id_alone": {"promotion_code_id": "promo_2", "coupon_id": "half-off"},
        "given": {"coupon_id": "half-off"},
        "of_a_coupon": {"promotion_code": "SUMMER", "coupon_id": "half-off"},
        "unknown": {"promotion_code": "NOWHERE", "promotion_code_id": "promo_9"},
    }
    world = World(
        promotion_codes=CODES,
        charges=[
            *(Charge(id=name) for name in sessions),
            Charge(id="first", customer_id="c"),
            Charge(id="second", customer_id="c", created=NOON + days(30)),
            Charge(id="third", customer_id="c", created=NOON + days(60)),
        ],
        checkout_sessions=[
            *(
                Session(id=name, created=OPENED, payment_intent_id=f"pi_{name}", **fields)
                for name, fields in sessions.items()
            ),
            Session(id="begun", created=OPENED, customer_id="c", promotion_code="Podcast20"),
            Session(id="begun_again", created=NOON + days(59), customer_id="c"),
        ],
    )
    results = agreed(default_project, default_settings, world)

    podcast = ("podcast", "the show", "autumn")
    assert paths_of(results) == {
        "typed": [("code typed", *podcast)],
        "id_alone": [("code id_alone", "email", None, None)],
        "given": [("code given", "partner", None, None)],
        "of_a_coupon": [("code of_a_coupon", "partner", None, None)],
        "unknown": [(None, "unattributed", None, None)],
        **{name: [("code begun", *podcast)] for name in ("first", "second", "third")},
    }
    assert results.rows("""
        select promotion_code, charges, net_minor, channel, has_channel
        from marts.mart_promotion_codes order by promotion_code""") == [
        ("NOWHERE", 1, 10_000, None, False),
        ("PODCAST20", 1, 10_000, "podcast", True),
        ("Podcast20", 2, 20_000, "podcast", True),
        ("SUMMER", 1, 10_000, "partner", True),
        ("half-off", 1, 10_000, "partner", True),
        ("promo_2", 1, 10_000, "email", True),
    ]
    assert set(matches_of(results).values()) == {("by_touch", "promotion_code"), ("none", None)}


def test_each_unmatched_payment_has_the_remedy_of_which_it_gives_evidence(
    default_project, default_settings
):
    most = default_settings.max_people_per_reference
    world = World(
        leads=[
            Lead(lead_id="l", email="ann@example.com", visitor_id="v", created_at=NOON + days(1))
        ],
        charges=[
            Charge(id="code", metadata=carrying(visitor_id="unknown")),
            Charge(id="unknown", metadata=carrying(visitor_id="unknown")),
            Charge(id="nameless"),
            Charge(id="other", customer_email="other@example.com"),
            Charge(id="late", customer_email="ann@example.com"),
            *(Charge(id=f"ch_{n}", metadata=carrying(visitor_id="v")) for n in range(most + 1)),
        ],
        checkout_sessions=[Session(id="cs", payment_intent_id="pi_code", promotion_code="X")],
    )
    results = agreed(default_project, default_settings, world)
    assert dict(results.rows("select remedy, charges from marts.mart_match_remedies")) == {
        "add_promotion_code": 1,
        "import_visits": 1,
        "send_personal_reference": most + 1,
        "ask_email": 1,
        "send_reference": 2,
    }
    nobody = agreed(default_project, default_settings, replace(world, leads=[]))
    remedies = dict(nobody.rows("select charge_id, remedy_kind from marts.mart_unmatched"))
    assert remedies["other"] == remedies["late"] == "import_leads"
