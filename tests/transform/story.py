"""A small world with one case of each: refunded, converted, inherited, late, tagged, unknown."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tests.transform.worlds import (
    NOON,
    Charge,
    Dispute,
    Experiment,
    Exposure,
    FailedCharge,
    Lead,
    PromotionCode,
    Rate,
    Refund,
    Session,
    Spend,
    World,
    days,
)
from tests.transform.worlds import Touchpoint as Touch

EVERYTHING = World(
    charges=[
        Charge(
            id="ch_three", customer_email="ann@example.com", amount=9_999, customer_id="c1",
            customer_created=NOON - days(5), metadata='{"gclid": "G"}',
        ),
        Charge(
            id="ch_new", customer_email="kim@example.com", created=NOON + days(20),
            customer_created=NOON + days(20),
        ),
        Charge(
            id="ch_nameless", customer_id="c1", created=NOON + days(100), amount_refunded=3_333,
            disputed=True,
        ),
        Charge(
            id="ch_euro", customer_email="zoe\u0308@example.com", currency="eur",
            settled_currency="usd", settled_amount=11_111, fee=300, created=NOON + days(2),
            card_country="DE", billing_country="AT",
        ),
        Charge(id="ch_early", customer_email="late@example.com", created=NOON - days(1)),
        Charge(id="ch_unknown"),
        Charge(id="ch_void", customer_email="void@example.com", captured=False),
        Charge(
            id="ch_tagged", created=NOON + days(20), customer_created=NOON,
            metadata='{"utm_source": "google", "utm_medium": "cpc"}',
        ),
        Charge(id="ch_coded", created=NOON + days(21)),
        Charge(id="ch_renewal", customer_email="zo\u00eb@example.com", created=NOON + days(90.5)),
    ],
    refunds=[
        Refund(
            id="re", charge_id="ch_nameless", created=NOON + days(140), amount=3_333,
            updated_at=NOON + days(141),
        )
    ],
    disputes=[Dispute(id="du", charge_id="ch_nameless", amount=6_667)],
    checkout_sessions=[
        Session(id="cs_tagged", created=NOON + days(2), payment_intent_id="pi_ch_tagged"),
        Session(
            id="cs_coded", created=NOON + days(21), payment_intent_id="pi_ch_coded",
            promotion_code="PODCAST",
        ),
    ],
    failed_charges=[
        FailedCharge(id="ch_no_1", payment_intent_id="pi_ch_euro", currency="eur", amount=7_000),
        FailedCharge(
            id="ch_no_2", payment_intent_id="pi_ch_euro", currency="eur", amount=7_000,
            created=NOON + days(1), outcome_type="blocked", outcome_reason="rule",
        ),
        FailedCharge(id="ch_no_3", payment_intent_id="pi_ch_early"),
        FailedCharge(
            id="ch_no_4", outcome_type="authorized", outcome_reason="elevated_risk_level",
            failure_code="account_closed",
        ),
    ],
    promotion_codes=[PromotionCode(code="podcast", channel="podcast")],
    leads=[
        Lead(lead_id="l1", email="Ann@Example.com", visitor_id="v1", created_at=NOON - days(9)),
        Lead(lead_id="l2", email="zo\u00eb@example.com", visitor_id="v2"),
        Lead(lead_id="l3", email="late@example.com", visitor_id="v3"),
        Lead(lead_id="l4", email="kim@example.com", channel="paid_search"),
    ],
    touchpoints=[
        Touch(touchpoint_id="t0", visitor_id="v1", occurred_at=NOON - days(90.5)),
        Touch(touchpoint_id="t5", visitor_id="v1", occurred_at=NOON - days(30)),
        Touch(touchpoint_id="t1", visitor_id="v1", occurred_at=NOON - days(9), gclid="g"),
        Touch(
            touchpoint_id="t1a", visitor_id="v1", landing_page="https://shop.example/pricing",
            occurred_at=NOON - days(9) + timedelta(seconds=1799),
        ),
        Touch(
            touchpoint_id="t1b", visitor_id="v1", landing_page="https://help.shop.example/",
            referrer="https://shop.example/pricing",
            occurred_at=NOON - days(9) + timedelta(seconds=1800),
        ),
        Touch(touchpoint_id="t2", visitor_id="v1", occurred_at=NOON - days(5)),
        Touch(
            touchpoint_id="t2a", visitor_id="v1", occurred_at=NOON - days(5) + timedelta(hours=0.5)
        ),
        Touch(
            touchpoint_id="t2b", visitor_id="v1", occurred_at=NOON - days(5) + timedelta(hours=0.6),
            utm_source="newsletter",
        ),
        Touch(touchpoint_id="t3", visitor_id="v1", occurred_at=NOON - days(1), fbclid="f"),
        Touch(touchpoint_id="t4", visitor_id="v1", occurred_at=NOON + timedelta(seconds=1)),
    ],
    ad_spend=[
        Spend(spend_date=NOON.date(), campaign="spring"),
        Spend(spend_date=(NOON + days(20)).date(), campaign="spring"),
        Spend(spend_date=NOON.date(), platform="posters", utm_source=None, spend=Decimal("12.34")),
        Spend(spend_date=NOON.date(), utm_source="youtube", spend=Decimal("56.78")),
    ],
    fx_rates=[
        Rate(
            rate_date=(NOON + days(2)).date(), from_currency="eur", to_currency="usd",
            rate=Decimal("1.05"),
        )
    ],
    experiments=[
        Experiment(
            experiment_id="exp", started_at=NOON - days(30), ended_at=NOON + days(50)
        )
    ],
    experiment_exposures=[
        Exposure(
            experiment_id="exp", variant="variant_b", visitor_id="v1", exposed_at=NOON + days(1)
        ),
        Exposure(experiment_id="exp", variant="control", visitor_id="v2", exposed_at=NOON),
        Exposure(experiment_id="exp", variant="control", visitor_id="v9", exposed_at=NOON),
        Exposure(experiment_id="exp", variant="control", visitor_id="", exposed_at=NOON),
        Exposure(experiment_id="exp", variant="control", visitor_id="v8", exposed_at=NOON),
        Exposure(experiment_id="exp", variant="variant_b", visitor_id="v8", exposed_at=NOON),
    ],
)  # fmt: skip
