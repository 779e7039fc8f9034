"""A payment finds its person by the address or by what it carries, and each is enough."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.chance import few_worlds
from tests.transform.comparison import agreed
from tests.transform.test_references import carrying, credits_of, matches_of
from tests.transform.worlds import NOON, Charge, Lead, Session, Touchpoint, World, days

ages = st.integers(1, 200)
sources = st.sampled_from([None, "google", "newsletter", "partner", "facebook"])
mediums = st.sampled_from([None, "cpc", "email"])


@st.composite
def companies(draw: st.DrawFn) -> World:
    """People who left their address in a form, came by visits, and pay as guests or customers.

    Each payment, or the customer's first one, carries the id of the visitor or of the lead: in its
    metadata, in that of the customer, or in its session.
    """
    leads, touchpoints, charges, sessions = [], [], [], []
    for person in range(draw(st.integers(3, 8))):
        visitor, email = f"v{person}", f"p{person}@example.com"
        lead = Lead(
            lead_id=f"lead_{person}",
            email=email,
            visitor_id=visitor,
            created_at=NOON - days(draw(ages)),
            channel=draw(st.sampled_from([None, "email", "referral"])),
            utm_source=draw(sources),
        )
        leads.append(lead)
        touchpoints += [
            Touchpoint(
                touchpoint_id=f"t{person}_{number}",
                visitor_id=visitor,
                occurred_at=NOON - days(draw(ages)),
                utm_source=draw(sources),
                utm_medium=draw(mediums),
            )
            for number in range(draw(st.integers(0, 3)))
        ]
        customer = f"cus_{person}" if draw(st.booleans()) else None
        place = draw(st.sampled_from(["charge", "session", "customer" if customer else "charge"]))
        name, value = draw(st.sampled_from([("visitor_id", visitor), ("lead_id", lead.lead_id)]))
        for number in range(draw(st.integers(1, 3))):
            is_said = number == 0 or customer is None
            said = carrying(**{name: value})
            charge = Charge(
                id=f"ch_{person}_{number}",
                created=NOON + days(30 * number),
                amount=draw(st.integers(100, 9_999)),
                customer_id=customer,
                customer_email=email,
                metadata=said if place == "charge" and is_said else "{}",
                customer_metadata=said if place == "customer" else None,
            )
            charges.append(charge)
            if place == "session" and is_said:
                sessions.append(
                    Session(
                        id=f"cs_{charge.id}",
                        created=charge.created - timedelta(minutes=3),
                        client_reference_id=value,
                        customer_id=customer,
                        payment_intent_id=f"pi_{charge.id}",
                    )
                )
    return World(leads=leads, touchpoints=touchpoints, charges=charges, checkout_sessions=sessions)


def with_other_emails(world: World) -> World:
    """Nobody pays by the address that they left."""
    charges = [
        replace(charge, customer_email=f"{charge.customer_id or charge.id}@relay.example")
        for charge in world.charges
    ]
    return replace(world, charges=charges)


def with_other_references(world: World) -> World:
    """What payments carry is no visitor and no lead."""

    def other(metadata: str | None) -> str | None:
        fields = json.loads(metadata or "{}")
        return json.dumps({name: f"other {value}" for name, value in fields.items()})

    return replace(
        world,
        charges=[
            replace(
                charge,
                metadata=other(charge.metadata),
                customer_metadata=other(charge.customer_metadata),
            )
            for charge in world.charges
        ],
        checkout_sessions=[
            replace(session, client_reference_id=f"other {session.client_reference_id}")
            for session in world.checkout_sessions
        ],
    )


@few_worlds(5)
@given(world=companies())
def test_the_attribution_is_the_same_by_either_and_nobodys_by_neither(
    default_project, default_settings, world
):
    def run(world):
        return agreed(default_project, default_settings, world)

    both = credits_of(run(world))
    by_reference = run(with_other_emails(world))
    by_email = run(with_other_references(world))
    by_nothing = run(with_other_emails(with_other_references(world)))

    assert credits_of(by_reference) == both
    assert {status for status, _ in matches_of(by_reference).values()} == {"by_reference"}
    assert credits_of(by_email) == both
    assert {status for status, _ in matches_of(by_email).values()} <= {"direct", "none"}
    assert {row[4] for row in credits_of(by_nothing)} == {"unattributed"}
    assert by_nothing.rows(
        "select count(*) from marts.mart_unmatched where reason = 'no_lead'"
    ) == [(len(world.charges),)]
