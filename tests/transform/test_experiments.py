"""What an experiment is credited with, and when its result may be believed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.transform.comparison import agreed, compare_with_reference
from tests.transform.experiments_comparison import mart_rows
from tests.transform.reference.attribution import Attribution
from tests.transform.worlds import NOON, Charge, Experiment, Exposure, Lead, World, days

START = NOON - days(20)
END = NOON - days(10)


def world_of(visitors, *, ended_at=END, last_charge=NOON):
    """An experiment and who saw it: variants, and charges with their days after its start."""
    exposures, leads, charges = [], [], []
    for number, (variants, payments) in enumerate(visitors):
        name = f"v{number}"
        email = f"{name}@example.com"
        leads.append(Lead(lead_id=name, email=email, visitor_id=name, created_at=START))
        exposures += [
            Exposure(
                experiment_id="exp",
                variant=variant,
                visitor_id=name,
                exposed_at=START + days(place),
            )
            for place, variant in enumerate(variants)
        ]
        charges += [
            Charge(
                id=f"ch_{name}_{place}", customer_email=email, created=START + days(after),
                amount=amount,
            )
            for place, (after, amount) in enumerate(payments)
        ]  # fmt: skip
    charges.append(Charge(id="ch_last", customer_email="else@example.com", created=last_charge))
    run = Experiment(experiment_id="exp", started_at=START, ended_at=ended_at)
    return World(
        charges=charges, leads=leads, experiments=[run], experiment_exposures=exposures
    )  # fmt: skip


def by_variant(results):
    return {row["variant"]: row for row in mart_rows(results, "exp")}


def test_what_came_after_the_end_is_a_figure_of_its_own(default_project, default_settings):
    world = world_of(
        [
            (["control"], [(1, 1_000), (9.999, 200), (10, 30), (15, 4)]),
            (["variant_b"], [(2, 5_000)]),
        ]
    )
    rows = by_variant(agreed(default_project, default_settings, world))
    assert rows["control"]["revenue_minor"] == 1_200
    assert rows["control"]["later_revenue_minor"] == 34
    assert rows["variant_b"]["later_revenue_minor"] == 0


def test_with_a_conversion_window_each_visitor_has_the_same_days(unusual_project, unusual_settings):
    """Whenever they came, and whether or not the experiment has ended since."""
    late = Exposure(
        experiment_id="exp", variant="control", visitor_id="late", exposed_at=END - days(1)
    )
    world = world_of(
        [(["control"], [(6.999, 1_000), (7, 200)])], ended_at=NOON - days(10), last_charge=START
    )
    world = replace(
        world,
        charges=[
            replace(charge, currency="eur")
            for charge in (
                *world.charges,
                Charge(id="ch_late", customer_email="late@example.com", created=END + days(2)),
            )
        ],
        leads=[*world.leads, Lead(lead_id="late", email="late@example.com", visitor_id="late")],
        experiment_exposures=[*world.experiment_exposures, late],
    )
    row = by_variant(agreed(unusual_project, unusual_settings, world))["control"]
    assert (row["revenue_minor"], row["later_revenue_minor"]) == (11_000, 200)


def test_who_saw_two_variants_is_counted_and_left_out(default_project, default_settings):
    world = world_of(
        [
            (["control"], [(1, 1_000)]),
            (["variant_b"], [(1, 2_000)]),
            (["control", "variant_b"], [(2, 40_000)]),
            (["variant_b", "control", "variant_b"], []),
        ]
    )
    rows = by_variant(agreed(default_project, default_settings, world))
    assert {row["visitors_of_several_variants"] for row in rows.values()} == {2}
    assert [rows[name]["visitors"] for name in ("control", "variant_b")] == [1, 1]
    assert [rows[name]["revenue_minor"] for name in ("control", "variant_b")] == [1_000, 2_000]


def test_an_assignment_that_shows_everybody_everything_is_told(default_project, default_settings):
    """Nobody is left to compare, and that is not the same as no experiment."""
    world = world_of([(["control", "variant_b"], []), (["control", "variant_b"], [(1, 1_000)])])
    rows = by_variant(agreed(default_project, default_settings, world))
    assert rows["variant_b"]["verdict"] == "not_enough_data"
    assert rows["variant_b"]["visitors_of_several_variants"] == 2


@pytest.fixture(scope="module")
def clear_effect():
    """400 visitors, and an effect of three standard errors, which one look would call better."""
    return [
        ([variant], [(1, amount + bonus)])
        for amount in [6_000, 14_000] * 100
        for variant, bonus in (("control", 0), ("variant_b", 1_200))
    ]


@pytest.mark.parametrize(
    ("ended_at", "last_charge", "is_running", "verdict"),
    [
        pytest.param(END, NOON, False, "better", id="ended"),
        pytest.param(None, NOON, True, "inconclusive", id="open"),
        pytest.param(NOON + days(3), NOON, True, "inconclusive", id="ends after what is known"),
    ],
)
def test_a_running_experiment_is_judged_by_what_holds_at_every_look(
    default_project, default_settings, clear_effect, ended_at, last_charge, is_running, verdict
):
    world = world_of(clear_effect, ended_at=ended_at, last_charge=last_charge)
    row = by_variant(agreed(default_project, default_settings, world))["variant_b"]
    assert (row["is_running"], row["verdict"]) == (is_running, verdict)
    assert row["difference_low"] > 0 > row["always_valid_difference_low"]
    assert row["lift_low"] > 0 > row["always_valid_lift_low"]
    low = row["always_valid_difference_low" if is_running else "difference_low"]
    assert row["impact_low"] == pytest.approx(low * row["visitors"])


def test_revenue_without_a_rate_decides_nothing(default_project, default_settings):
    """A mean of the rest would pass for the mean of all."""
    world = world_of(
        [
            (["control"], [(1, 1_000)]),
            (["control"], [(2, 3_000)]),
            (["variant_b"], [(1, 2_000)]),
            (["variant_b"], [(2, 5_000), (12, 7)]),
        ]
    )
    known = by_variant(agreed(default_project, default_settings, world))
    assert known["variant_b"]["impact"] is not None
    charges = [
        replace(charge, currency="eur") if charge.id == "ch_v3_0" else charge
        for charge in world.charges
    ]
    world = replace(world, charges=charges, fx_rates=[])
    results = default_project.run(world)  # assert_no_rate_is_missing fails, as it should
    compare_with_reference(results, Attribution(world, default_settings))
    rows = by_variant(results)
    assert rows["variant_b"]["verdict"] == "missing_rate"
    assert rows["variant_b"]["revenue_minor"] is None
    assert rows["variant_b"]["later_revenue_minor"] == 7
    assert rows["variant_b"]["impact"] is None
    assert rows["control"]["revenue_minor"] == 4_000
