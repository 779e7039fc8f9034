"""How much a touch of an age is worth, and what is not yet known on a day."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.transform.comparison import agreed
from tests.transform.conftest import compiled
from tests.transform.reference.settings import Settings
from tests.transform.worlds import ANN, NOON, Charge, Touchpoint, World, days


@pytest.mark.parametrize(
    ("ages", "amount", "credits_"),
    [
        pytest.param([89, 82], 10_000, [3_333, 6_667], id="long before the charge"),
        pytest.param([84, 0], 409_700, [100, 409_600], id="twelve half-lives apart"),
        pytest.param([89.5, 1], 100_000_000, [15_633, 99_984_367], id="next to nothing"),
    ],
)
def test_time_decay_knows_only_how_far_the_touches_are_apart(
    default_project, default_settings, ages, amount, credits_
):
    touches = [
        Touchpoint(touchpoint_id=f"t{n}", email="ann@example.com", occurred_at=NOON - days(age))
        for n, age in enumerate(ages)
    ]
    world = World(charges=[replace(ANN, amount=amount)], touchpoints=touches)
    results = agreed(default_project, default_settings, world)
    rows = results.rows(
        "select credit_minor from marts.fct_attribution"
        " where attribution_model = 'time_decay' order by touch_position"
    )
    assert [credit for (credit,) in rows] == credits_
    exact = Fraction(0.5 ** ((ages[0] - ages[1]) / 7))
    assert abs(credits_[0] - amount * exact / (1 + exact)) < 1


def test_as_of_date_cuts_customers_and_what_they_paid_alike(tmp_path_factory):
    """Of one month: what came after its 15th is not known on its 15th."""
    settings = Settings(as_of_date=NOON.date(), history_complete=True, count_charges_of_zero=True)
    project = compiled(settings, tmp_path_factory)
    world = World(
        charges=[
            ANN,
            replace(ANN, id="ch_later", created=NOON + days(1)),
            Charge(id="ch_bob", customer_email="bob@example.com", created=NOON + days(2)),
            Charge(id="ch_next", customer_email="cleo@example.com", created=NOON + days(40)),
        ]
    )
    results = agreed(project, settings, world)
    assert results.rows(
        "select age_months, customers, paying_customers, cumulative_revenue_minor, ltv"
        " from marts.mart_cohort_ltv"
    ) == [(0, 1, 1, 10_000, 100)]
