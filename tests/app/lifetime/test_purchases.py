"""BG/NBD: its formulas against the definition, its estimates against simulated customers."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import approx_fprime
from scipy.special import roots_jacobi
from scipy.stats import gamma

from stripe_apex.lifetime.likelihood import NoFitError
from stripe_apex.lifetime.purchases import Histories, PurchaseModel
from tests.app.lifetime.shops import PURCHASES, histories, simulate

CDNOW = PurchaseModel(r=0.243, alpha=4.414, a=0.793, b=2.426)
"""As published, in weeks: table 2 of the paper."""

positive = st.floats(min_value=0.05, max_value=20)
models = st.builds(PurchaseModel, r=positive, alpha=st.floats(1, 500), a=positive, b=positive)


@st.composite
def customers(draw):
    """Repeats, recency and age of somebody."""
    age = draw(st.integers(1, 1500))
    repeats = draw(st.integers(0, min(age, 60)))
    recency = draw(st.integers(1, age)) if repeats else 0
    return repeats, recency, age


def one(repeats, recency, age):
    return Histories(np.array([float(repeats)]), np.array([float(recency)]), np.array([float(age)]))


def over_rates(model, what):
    """The mean of a function of the rate, whose density can be infinite at 0."""
    rates = gamma(model.r, scale=1 / model.alpha)
    first, *points = rates.ppf([0.3, 0.7, 0.99, 0.999999, 1 - 1e-15])
    norm = model.alpha**model.r / math.gamma(model.r)
    slow = quad(
        lambda rate: norm * what(rate) * math.exp(-model.alpha * rate), 0, first,
        weight="alg", wvar=(model.r - 1, 0), epsabs=0, epsrel=1e-10,
    )[0]  # fmt: skip
    parts = pairwise([first, *points, points[-1] * 3])
    return slow + sum(
        quad(lambda rate: what(rate) * rates.pdf(rate), *part, epsabs=0, epsrel=1e-10, limit=200)[0]
        for part in parts
    )


def over_leaving(a, b, what):
    """The mean of a function of the probability of leaving, by Gauss and Jacobi's quadrature."""
    nodes, weights = roots_jacobi(250, b - 1, a - 1)
    return sum(w * what((1 + x) / 2) for x, w in zip(nodes, weights, strict=True)) / sum(weights)


@pytest.mark.parametrize("customer", [(0, 0, 9), (1, 3, 9), (2, 30.43, 38.86), (7, 40, 40)])
@pytest.mark.parametrize("model", [CDNOW, PurchaseModel(r=1.7, alpha=20.0, a=1.0, b=0.8)])
def test_the_likelihood_is_the_integral_of_its_definition(model, customer):
    """Equation 3 of the paper for one customer, integrated over rates and probabilities."""
    x, last, age = customer
    staying = over_rates(model, lambda rate: rate**x * math.exp(-rate * age)) * over_leaving(
        model.a, model.b, lambda p: (1 - p) ** x
    )
    leaving = 0.0
    if x:
        leaving = over_rates(model, lambda rate: rate**x * math.exp(-rate * last)) * over_leaving(
            model.a, model.b, lambda p: p * (1 - p) ** (x - 1)
        )
    found = model.log_likelihood(one(*customer))
    assert found == pytest.approx(math.log(staying + leaving), rel=1e-6)
    assert model.probability_alive(one(*customer)) == pytest.approx(
        staying / (staying + leaving), rel=1e-6
    )


@given(models, customers(), st.sampled_from([1, 30, 365]))
def test_expected_purchases_are_the_integral_of_their_definition(model, customer, days):
    """While alive, (1 - e^(-rate p days)) / p, over what rates and probabilities are by then."""
    x, _, age = customer
    often, share = model.r + x, days / (model.alpha + age)
    mean = over_leaving(
        model.a,
        model.b + x,
        lambda p: -math.expm1(-often * math.log1p(p * share)) / p if p else often * share,
    )
    found = model.expected_purchases(one(*customer), days)
    assert found == pytest.approx(mean * model.probability_alive(one(*customer)), rel=1e-5)


def test_the_published_example_of_cdnow():
    """39 weeks on, of x = 2, t = 30.43, T = 38.86: 1.226 in the authors' own workbook."""
    assert CDNOW.expected_purchases(one(2, 30.43, 38.86), 39) == pytest.approx(1.226, abs=5e-4)


@given(models, customers())
def test_the_slope_is_the_slope_of_the_likelihood(model, customer):
    seen = one(*customer)

    def value(parameters):
        return PurchaseModel(*parameters).log_likelihood(seen)[0]

    parameters = np.array([model.r, model.alpha, model.a, model.b])
    expected = approx_fprime(parameters, value, 1e-7 * parameters)
    assert model.slope(seen)[:, 0] == pytest.approx(expected, rel=1e-3, abs=1e-4)


@pytest.fixture(scope="module")
def shop():
    """Customers enough that chance moves no estimate by a quarter."""
    return simulate(6000, seed=3)


def test_the_parameters_of_simulated_customers_are_found_again(shop):
    """Within about three standard errors at this size; a and b are the hardest to tell apart."""
    found = PurchaseModel.fit(histories(shop))
    assert found.r == pytest.approx(PURCHASES.r, rel=0.12)
    assert found.alpha == pytest.approx(PURCHASES.alpha, rel=0.15)
    assert found.a == pytest.approx(PURCHASES.a, rel=0.3)
    assert found.b == pytest.approx(PURCHASES.b, rel=0.4)


def test_what_simulated_customers_do_next_is_foretold(shop):
    """To 5 %: some 3,500 purchases come, of people who differ widely."""
    expected = PurchaseModel.fit(histories(shop)).expected_purchases(histories(shop), 365)
    assert expected.sum() == pytest.approx(sum(len(c.later) for c in shop), rel=0.05)


def test_the_order_of_customers_changes_nothing(shop):
    seen = histories(shop)
    order = np.random.default_rng(1).permutation(len(seen.age))
    shuffled = Histories(seen.repeats[order], seen.recency[order], seen.age[order])
    assert PurchaseModel.fit(shuffled) == PurchaseModel.fit(seen)


def test_the_unit_of_time_changes_nothing_but_alpha(shop):
    seen = histories(shop)
    days, weeks = (
        PurchaseModel.fit(Histories(seen.repeats, seen.recency / unit, seen.age / unit))
        for unit in (1, 7)
    )
    assert weeks.alpha * 7 == pytest.approx(days.alpha, rel=1e-4)
    assert weeks.r == pytest.approx(days.r, rel=1e-4)


@given(models, customers(), st.integers(1, 1500))
def test_who_came_lately_is_not_less_likely_to_be_alive(model, customer, later):
    repeats, recency, age = customer
    assume(repeats and recency <= later <= age)
    earlier, lately = (model.probability_alive(one(repeats, at, age)) for at in (recency, later))
    assert 0 <= earlier <= lately <= 1


@given(models, customers(), st.lists(st.floats(0, 4000), min_size=2, max_size=5))
def test_more_days_never_bring_fewer_purchases(model, customer, horizons):
    """The tolerance is that of the hypergeometric function."""
    found = [model.expected_purchases(one(*customer), days)[0] for days in sorted(horizons)]
    assert all(after >= before - 1e-8 * (1 + before) for before, after in pairwise(found))


@given(models, customers())
def test_no_days_bring_no_purchases(model, customer):
    assert model.expected_purchases(one(*customer), 0) == pytest.approx(0, abs=1e-9)


def test_extremes_stay_numbers():
    """Every corner of where the fit may end, on mean ages of a quarter and of three years."""
    ends = (math.exp(-5), 1.0, math.exp(5))
    for r, alpha, a, b in [(r, al, a, b) for r in ends for al in ends for a in ends for b in ends]:
        for repeats, recency, age in [(0, 0, 0), (0, 0, 4000), (1, 1, 4000), (900, 1000, 1000)]:
            for unit in (100, 1000):
                model = PurchaseModel(r, alpha * unit, a, b)
                found = model.expected_purchases(one(repeats, recency, age), 365)[0]
                fastest = (r + repeats) * 365 / (alpha * unit + age)
                assert -1e-8 <= found <= fastest + 1e-8, (model, repeats, age)


def test_customers_who_never_come_back_have_no_rate():
    with pytest.raises(NoFitError, match="purchases_did_not_converge"):
        PurchaseModel.fit(Histories(np.zeros(500), np.zeros(500), np.arange(500.0)))


def test_customers_who_are_all_alike_are_foretold():
    """One rate and one probability of leaving for all, which no gamma or beta is: to 5 %."""
    dice = np.random.default_rng(8)
    rows, later = [], 0
    for age in dice.integers(1, 540, 6000).tolist():
        time, seen = 0.0, [0.0]
        while (time := time + dice.exponential(30)) <= age + 365:
            if time <= age:
                seen.append(time)
            else:
                later += 1
            if dice.random() < 0.2:
                break
        rows.append((len(seen) - 1, seen[-1], age))
    seen = Histories(*np.array(rows, dtype=float).T)
    model = PurchaseModel.fit(seen)
    assert model.r / model.alpha == pytest.approx(1 / 30, rel=0.05)
    assert model.a / (model.a + model.b) == pytest.approx(0.2, rel=0.05)
    assert model.expected_purchases(seen, 365).sum() == pytest.approx(later, rel=0.05)
