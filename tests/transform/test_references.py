"""Payments that say where they came from find their person, by email or without."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from tests.transform.comparison import agreed
from tests.transform.worlds import NOON, Charge, Lead, Session, Touchpoint, World, days

PEOPLE = range(5)


def carrying(**fields):
    """Metadata as Stripe has it."""
    return json.dumps(fields)


COMPANY = World(
    leads=[
        Lead(
            lead_id=f"lead_{n}",
            email=f"p{n}@example.com",
            visitor_id=f"v{n}",
            created_at=NOON - days(4),
            channel="email",
        )
        for n in PEOPLE
    ],
    touchpoints=[
        Touchpoint(
            touchpoint_id=f"t{n}_{visit}",
            visitor_id=f"v{n}",
            occurred_at=NOON - days(9 - visit * (n + 1)),
            utm_source=("google", "newsletter", "partner")[(n + visit) % 3],
            utm_medium="cpc" if n % 2 else None,
        )
        for n in PEOPLE
        for visit in range(2)
    ],
    charges=[
        Charge(
            id=f"ch_{n}_{number}",
            created=NOON + days(30 * number),
            amount=1_000 + n,
            customer_id=f"cus_{n}" if n % 2 else None,
            customer_email=f"p{n}@example.com",
            metadata=carrying(visitor_id=f"v{n}"),
        )
        for n in PEOPLE
        for number in range(2)
    ],
)
"""Some are customers and some are guests; each is known by the address and by the visitor's id."""


def with_other_emails(world):
    return replace(
        world,
        charges=[
            replace(charge, customer_email=f"{charge.id}@relay.example") for charge in world.charges
        ],
    )


def with_other_references(world):
    return replace(
        world,
        charges=[
            replace(charge, metadata=carrying(visitor_id=f"x{charge.id}"))
            for charge in world.charges
        ],
    )


def credits_of(results):
    return results.rows("""
        select charge_id, attribution_model, touch_position, touchpoint_id, channel, credit_minor
        from marts.fct_attribution order by all""")


def matches_of(results):
    return {
        charge: tuple(match)
        for charge, *match in results.rows(
            "select charge_id, match_status, matched_by from marts.fct_revenue"
        )
    }


def test_either_the_email_or_the_reference_is_enough(default_project, default_settings):
    def run(world):
        return agreed(default_project, default_settings, world)

    both = credits_of(run(COMPANY))
    by_reference = run(with_other_emails(COMPANY))
    by_email = run(with_other_references(COMPANY))
    by_nothing = run(with_other_emails(with_other_references(COMPANY)))

    assert {row[4] for row in both}.isdisjoint({"unattributed"})
    assert credits_of(by_reference) == both
    assert set(matches_of(by_reference).values()) == {("by_reference", "visitor_id")}
    assert credits_of(by_email) == both
    assert set(matches_of(by_email).values()) == {("direct", "email")}
    assert {row[4] for row in credits_of(by_nothing)} == {"unattributed"}
    assert by_nothing.rows("select distinct reason from marts.mart_unmatched") == [("no_lead",)]


def test_each_place_in_which_a_payment_may_name_somebody(default_project, default_settings):
    later = NOON + timedelta(hours=1)
    world = World(
        leads=[
            Lead(lead_id="lead_a", email="a@example.com", created_at=NOON - days(1)),
            Lead(lead_id="lead_b", visitor_id="vb", created_at=NOON - days(1), channel="email"),
        ],
        touchpoints=[
            Touchpoint(touchpoint_id="t", visitor_id="vt", occurred_at=NOON - days(2)),
            Touchpoint(touchpoint_id="u", visitor_id="vu", occurred_at=NOON - days(2)),
        ],
        charges=[
            Charge(id="lead", metadata=carrying(lead_id="lead_a")),
            Charge(id="lead_without_email", metadata=carrying(lead_id="lead_b")),
            Charge(id="address", metadata=carrying(client_reference_id=" A@Example.com")),
            Charge(id="tracker", metadata=carrying(posthog_person_distinct_id="vt")),
            Charge(id="session", customer_email="other@example.com"),
            Charge(id="typed", customer_email="relay@example.net"),
            Charge(id="abandoned"),
            Charge(id="first", customer_id="c", customer_metadata=carrying(visitor_id="vt")),
            Charge(id="renewal", customer_id="c", created=NOON + days(30)),
            Charge(id="subscribed", customer_id="d", created=later),
            Charge(id="order", metadata=carrying(order="vt")),
            Charge(id="unknown", metadata=carrying(visitor_id="nobody")),
        ],
        checkout_sessions=[
            Session(id="cs_1", payment_intent_id="pi_session", client_reference_id="vu"),
            Session(id="cs_2", payment_intent_id="pi_typed", customer_email="A@example.com"),
            Session(id="cs_3", customer_id="d", metadata=carrying(visitor_id="vt")),
            Session(
                id="cs_4",
                payment_intent_id="pi_abandoned",
                client_reference_id="vu",
                status="expired",
            ),
        ],
    )
    results = agreed(default_project, default_settings, world)

    assert matches_of(results) == {
        "lead": ("by_reference", "lead_id"),
        "lead_without_email": ("by_reference", "lead_id"),
        "address": ("by_reference", "client_reference_id"),
        "tracker": ("by_reference", "posthog_person_distinct_id"),
        "session": ("by_reference", "client_reference_id"),
        "typed": ("by_reference", "customer_email"),
        "abandoned": ("none", None),
        "first": ("by_reference", "visitor_id"),
        "renewal": ("by_reference", "visitor_id"),
        "subscribed": ("by_reference", "visitor_id"),
        "order": ("none", None),
        "unknown": ("none", None),
    }
    assert dict(
        results.rows("select charge_id, lead_id from marts.fct_revenue where lead_id is not null")
    ) == {
        "lead": "lead_a",
        "lead_without_email": "lead_b",
        "address": "lead_a",
        "typed": "lead_a",
    }


def test_a_reference_and_an_address_of_two_known_people_are_a_conflict(
    default_project, default_settings
):
    charge = replace(COMPANY.charges[0], metadata=carrying(visitor_id="v1"))
    results = agreed(default_project, default_settings, replace(COMPANY, charges=[charge]))

    assert results.rows("select match_conflict, match_status from marts.fct_revenue") == [
        (True, "by_reference")
    ]
    assert results.rows("select sum(conflicts) from marts.mart_match_coverage") == [(1,)]
    assert results.rows("""
        select count(distinct person_id) from intermediate.int_identity__visitors
        where visitor_id in ('v0', 'v1')""") == [(1,)]


def test_a_value_that_many_people_carry_names_nobody(default_project, default_settings):
    def paid_by(people):
        return replace(
            COMPANY,
            charges=[
                Charge(
                    id=f"ch_{n}",
                    customer_email=f"c{n}@example.com",
                    metadata=carrying(visitor_id="v0"),
                )
                for n in range(people)
            ],
        )

    most = default_settings.max_people_per_reference
    few = agreed(default_project, default_settings, paid_by(most))
    many = agreed(default_project, default_settings, paid_by(most + 1))

    assert set(matches_of(few).values()) == {("by_reference", "visitor_id")}
    assert set(matches_of(many).values()) == {("none", None)}
    assert many.rows("select * from intermediate.int_references__shared") == [
        ("v0", "visitor_id", most + 1)
    ]
