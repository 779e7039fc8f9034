"""Gamma-Gamma: its formulas against the definition, its estimates against simulated customers."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import approx_fprime
from scipy.stats import gamma

from stripe_apex.lifetime.likelihood import NoFitError
from stripe_apex.lifetime.values import ValueModel
from tests.app.lifetime.shops import VALUES, simulate, spent

CDNOW = ValueModel(p=6.25, q=3.74, v=15.44)
"""As published: Fader and Hardie's note, section 4."""

models = st.builds(ValueModel, p=st.floats(0.1, 30), q=st.floats(1.1, 30), v=st.floats(1, 10_000))


def over_scales(model, repeats, mean, what):
    """The integral of the density of a mean of purchases, over the scale of their values."""
    scales = gamma(model.q, scale=1 / model.v)
    after = gamma(model.p * repeats + model.q, scale=1 / (model.v + mean * repeats))
    points = [0.0, *after.ppf([1e-9, 0.01, 0.3, 0.7, 0.99, 1 - 1e-9]), after.ppf(1 - 1e-9) * 4]

    def density(scale):
        shape = model.p * repeats
        return what(scale) * gamma.pdf(mean, shape, scale=1 / (scale * repeats)) * scales.pdf(scale)

    return sum(quad(density, *part, epsabs=0, epsrel=1e-9)[0] for part in pairwise(points))


@pytest.mark.parametrize(("repeats", "mean"), [(1, 11.77), (2, 22.35), (9, 35.0), (40, 3.0)])
@pytest.mark.parametrize("model", [CDNOW, ValueModel(p=0.8, q=2.2, v=40.0)])
def test_the_formulas_are_integrals_of_their_definition(model, repeats, mean):
    density = over_scales(model, repeats, mean, lambda _: 1.0)
    customer = np.array([float(repeats)]), np.array([repeats * mean])
    assert model.log_likelihood(*customer) == pytest.approx(math.log(density), rel=1e-6)
    value = over_scales(model, repeats, mean, lambda scale: model.p / scale) / density
    assert model.expected_value(*customer) == pytest.approx(value, rel=1e-6)


def test_the_published_example_of_cdnow():
    """Mean spend per transaction of all: p v / (q - 1) = 35.2; who averaged 22.35 on two: 24.7."""
    found = CDNOW.expected_value(np.array([0.0, 2.0]), np.array([0.0, 44.7]))
    assert found == pytest.approx([35.2, 24.66], abs=0.05)


@given(models, st.integers(1, 50), st.floats(0.01, 1e6))
def test_the_slope_is_the_slope_of_the_likelihood(model, repeats, total):
    customer = np.array([float(repeats)]), np.array([total])
    parameters = np.array([model.p, model.q, model.v])
    expected = approx_fprime(
        parameters, lambda at: ValueModel(*at).log_likelihood(*customer)[0], 1e-7 * parameters
    )
    assert model.slope(*customer)[:, 0] == pytest.approx(expected, rel=1e-3, abs=1e-3)


@given(models, st.integers(1, 50), st.floats(0.01, 1e9))
def test_an_expected_value_lies_between_the_own_mean_and_everybodys(model, repeats, mean):
    everybody = model.p * model.v / (model.q - 1)
    (found,) = model.expected_value(np.array([float(repeats)]), np.array([repeats * mean]))
    low, high = sorted([mean, everybody])
    assert low * (1 - 1e-9) <= found <= high * (1 + 1e-9)


def test_the_parameters_of_simulated_customers_are_found_again():
    """Within three standard errors at 3,500 people; p and v are hard to tell apart."""
    found = ValueModel.fit(*spent(simulate(6000, seed=3)))
    assert found.p == pytest.approx(VALUES.p, rel=0.3)
    assert found.q == pytest.approx(VALUES.q, rel=0.15)
    assert found.v == pytest.approx(VALUES.v, rel=0.4)
    mean, truth = (model.p * model.v / (model.q - 1) for model in (found, VALUES))
    assert mean == pytest.approx(truth, rel=0.05)


def test_neither_the_order_of_customers_nor_the_unit_of_money_changes_anything():
    repeats, total = spent(simulate(1000, seed=5))
    order = np.random.default_rng(1).permutation(len(repeats))
    found = ValueModel.fit(repeats, total)
    assert ValueModel.fit(repeats[order], total[order]) == found
    huge = ValueModel.fit(repeats, total * 1e9)
    assert (huge.p, huge.q, huge.v / 1e9) == pytest.approx((found.p, found.q, found.v), rel=1e-4)


def test_who_always_pays_the_same_is_expected_to():
    """Without scatter, p ends where it hardly matters any more: the own price counts for 99 %."""
    dice = np.random.default_rng(6)
    repeats, prices = (
        dice.integers(2, 9, 300).astype(float),
        dice.choice([900.0, 2900.0, 9900.0], 300),
    )
    model = ValueModel.fit(repeats, repeats * prices)
    assert model.expected_value(repeats, repeats * prices) == pytest.approx(prices, rel=0.02)


def test_values_of_every_size_have_no_fit():
    """Values over sixty powers of ten: p and q run to 0, where no mean is a mean."""
    dice = np.random.default_rng(7)
    with pytest.raises(NoFitError):
        ValueModel.fit(np.ones(300), 10.0 ** dice.uniform(-30, 30, 300))


def test_a_few_giants_leave_no_mean():
    """At q = 0.7: with each giant more, the mean of all would grow."""
    dice = np.random.default_rng(2)
    repeats = dice.integers(1, 9, 2000).astype(float)
    scale = 3000 / dice.gamma(0.7, size=2000)
    with pytest.raises(NoFitError, match="values_have_no_mean"):
        ValueModel.fit(repeats, dice.gamma(5 * repeats) * scale)
