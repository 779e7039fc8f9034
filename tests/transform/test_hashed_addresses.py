"""What the models say is the same with hashed addresses, to the minor unit."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given

from tap_stripe_apex.hashing import Hashing
from tests.chance import few_worlds
from tests.transform.random_worlds import multiverses
from tests.transform.worlds import ANN, NOON, Lead, World, days

HASHING = Hashing("0123456789abcdef" * 4)


def hashed(world: World) -> World:
    """The same world as the tap and the imports load it with a secret."""

    def each(rows):
        return [
            replace(
                row,
                **{
                    name: (HASHING.address if name.endswith("email") else HASHING.text)(value)
                    if isinstance(value, str)
                    else value
                    for name, value in vars(row).items()
                },
            )
            for row in rows
        ]

    return replace(
        world,
        charges=each(world.charges),
        leads=each(world.leads),
        touchpoints=each(world.touchpoints),
        checkout_sessions=each(world.checkout_sessions),
        experiment_exposures=each(world.experiment_exposures),
    )


COMPARED = {
    "fct_revenue": "* exclude (email, person_id)",
    "fct_attribution": "* exclude (person_id)",
    "dim_customers": "* exclude (person_id)",
    "mart_unmatched": "* exclude (email)",
    **dict.fromkeys(
        (
            *("mart_revenue_total", "mart_channels", "mart_channel_periods", "mart_cohort_ltv"),
            *("mart_match_coverage", "mart_experiments", "mart_channel_accrual"),
        ),
        "*",
    ),
}


@few_worlds(2)
@given(world=multiverses())
def test_every_mart_is_the_same_but_for_who_it_is(default_project, world):
    plain, masked = default_project.run(world), default_project.run(hashed(world))
    assert "assert_addresses_are_hashed_alike" not in plain.failures() + masked.failures()
    for mart, columns in COMPARED.items():
        ours, theirs = (
            sorted(map(str, results.rows(f"select {columns} from marts.{mart}")))
            for results in (plain, masked)
        )
        assert ours == theirs, mart
    assert masked.rows("select email from marts.fct_revenue where email like '%@%'") == []


@pytest.mark.parametrize(
    ("payer", "lead", "failures"),
    [
        pytest.param("ann@example.com", "ann@example.com", 0, id="neither is hashed"),
        pytest.param(HASHING.address("ann@example.com"), "ann@example.com", 1, id="one of them is"),
        pytest.param(*[HASHING.address("ann@example.com")] * 2, 0, id="both are"),
    ],
)
def test_a_hash_beside_an_address_fails(default_project, payer, lead, failures):
    world = World(
        charges=[replace(ANN, customer_email=payer)],
        leads=[Lead(lead_id="l1", email=lead, created_at=NOON - days(1))],
    )
    failed = default_project.run(world).failures()
    assert failed == ["assert_addresses_are_hashed_alike"] * failures


def test_tags_cannot_be_dropped_from_a_hash(unusual_project):
    address = HASHING.address("ann+shop@example.com")
    failed = unusual_project.run(World(charges=[replace(ANN, customer_email=address)])).failures()
    assert "assert_addresses_are_hashed_alike" in failed


def test_a_reference_that_is_an_address_is_still_found(default_project):
    world = World(
        charges=[
            replace(
                ANN,
                customer_email="relay@apple.example",
                metadata=json.dumps({"client_reference_id": "Ann@Example.com"}),
            )
        ],
        leads=[Lead(lead_id="l1", email="ann@example.com", created_at=NOON - days(1))],
    )
    found = default_project.run(hashed(world)).rows("select lead_id from marts.fct_revenue")
    assert found == [("l1",)]
