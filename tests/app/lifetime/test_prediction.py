"""Whether there is a prediction at all, and what it says of itself."""

from __future__ import annotations

import numpy as np
import pytest

from stripe_apex.lifetime.prediction import PARAMETERS, fitted, predicted
from tests.app.lifetime.shops import simulate

HOLDOUT = 135


def columns(shop):
    """The columns of `int_ltv__customers`."""
    rows = []
    for number, customer in enumerate(shop):
        known = [p for p in customer.seen if p[0] <= customer.age - HOLDOUT]
        new = customer.seen[len(known) :]
        row = {"person_id": number, "horizon_days": 365, "holdout_days": HOLDOUT}
        for prefix, purchases, age in (
            ("", customer.seen, customer.age),
            ("calibration_", known, customer.age - HOLDOUT),
        ):
            row[f"{prefix}repeat_purchases"] = len(purchases) - 1
            row[f"{prefix}recency_days"] = purchases[-1][0] if purchases else 0
            row[f"{prefix}age_days"] = age
            row[f"{prefix}repeat_value_minor"] = int(sum(value for _, value in purchases[1:]))
        row["holdout_purchases"] = len(new)
        row["holdout_value_minor"] = int(sum(value for _, value in new))
        rows.append(row)
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def fit_of(seen):
    return {name: column[0] for name, column in fitted(seen).items()}


def predictions(seen):
    fit = fit_of(seen)
    return predicted(
        seen, {name: None if np.isnan(fit[name]) else fit[name] for name in PARAMETERS}
    )


@pytest.fixture(scope="module")
def shop():
    return simulate(3000, seed=11)


def test_the_holdout_of_a_shop_as_the_models_take_it_for_is_foretold(shop):
    """To a tenth: two standard errors of some 1,000 purchases of people who differ widely."""
    fit = fit_of(columns(shop))
    assert fit["reason"] is None
    assert fit["holdout_expected_purchases"] == pytest.approx(fit["holdout_purchases"], rel=0.1)
    assert fit["holdout_expected_revenue_minor"] == pytest.approx(
        fit["holdout_revenue_minor"], rel=0.1
    )
    assert abs(fit["correlation"]) < 0.1


def test_what_a_shop_earns_next_is_foretold(shop):
    found = predictions(columns(shop))
    revenue = found["expected_purchases"] @ found["expected_value_minor"]
    earned = sum(value for customer in shop for _, value in customer.later)
    assert revenue == pytest.approx(earned, rel=0.1)


def test_the_order_of_customers_changes_no_prediction(shop):
    seen = columns(shop)
    order = np.random.default_rng(4).permutation(len(shop))
    shuffled = {name: column[order] for name, column in seen.items()}
    found, again = predictions(seen), predictions(shuffled)
    assert all(np.array_equal(found[name][order], again[name]) for name in found)


@pytest.mark.parametrize("customers", [0, 1, 60])
def test_too_few_who_came_back_are_a_reason_and_no_numbers(shop, customers):
    seen = {name: column[:customers] for name, column in columns(shop).items()}
    fit = fit_of(seen)
    assert fit["reason"] == "too_few_repeat_customers"
    assert fit["customers"] == customers
    assert all(np.isnan(fit[name]) for name in PARAMETERS)
    found = predictions(seen)
    assert len(found["person_id"]) == customers
    assert np.isnan(found["expected_purchases"]).all()


def test_a_plan_at_one_price_is_expected_at_that_price(shop):
    seen = columns(shop)
    seen["repeat_value_minor"] = 2900 * seen["repeat_purchases"]
    assert predictions(seen)["expected_value_minor"] == pytest.approx(2900, rel=0.01)


def test_who_buys_often_and_dear_shows_in_the_correlation(shop):
    seen = columns(shop)
    seen["repeat_value_minor"] = 1000 * seen["repeat_purchases"] ** 2
    assert fit_of(seen)["correlation"] == pytest.approx(1)


def test_amounts_beyond_any_shop_are_still_estimated(shop):
    seen = columns(shop)
    huge = {
        name: column * 10**9 if name.endswith("value_minor") else column
        for name, column in seen.items()
    }
    found, small = predictions(huge), predictions(seen)
    assert found["expected_value_minor"] == pytest.approx(
        small["expected_value_minor"] * 1e9, rel=1e-3
    )
