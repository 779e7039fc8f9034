"""The number of future purchases: the BG/NBD model.

While alive, a customer buys at random at a rate of their own; after each repeat purchase they leave
for good with a probability of their own. Rates are gamma(r, alpha) and probabilities beta(a, b)
distributed over customers.

Source: Fader, Hardie, Lee (2005), "Counting Your Customers" the Easy Way: An Alternative to the
Pareto/NBD Model, Marketing Science 24(2), 275-284.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaln, gammaln, hyp2f1, psi

from stripe_apex.lifetime.likelihood import most_likely

if TYPE_CHECKING:
    from stripe_apex.lifetime.likelihood import Floats

NEAR_A_POLE = 1e-5
"""The closed form is 0 / 0 where a = 1 or a + b + repeats = 1; nearer points are moved away."""


@dataclass(frozen=True)
class Histories:
    """The purchase histories of customers; times are in days since the first purchase.

    Attributes:
        repeats: purchases after the first.
        recency: time of the last purchase; 0 if it is the first.
        age: time of the end of the observation; not before `recency`.
    """

    repeats: Floats
    recency: Floats
    age: Floats

    def distinct(self) -> tuple[Histories, Floats]:
        """Each distinct history, in an order independent of the customers', and its count."""
        rows = np.stack([self.repeats, self.recency, self.age], axis=1)
        found, counts = np.unique(rows, axis=0, return_counts=True)
        return Histories(*found.T), counts.astype(np.float64)


@dataclass(frozen=True)
class PurchaseModel:
    """BG/NBD with its four parameters; `alpha` in days."""

    r: float
    alpha: float
    a: float
    b: float

    @classmethod
    def fit(cls, seen: Histories) -> PurchaseModel:
        """Fit by maximum likelihood.

        Raises:
            NoFitError: the likelihood has no maximum.
        """
        histories, counts = seen.distinct()
        weights = counts / counts.sum()
        unit = max(float(weights @ histories.age), 1.0)
        scaled = Histories(histories.repeats, histories.recency / unit, histories.age / unit)

        def slope(parameters: Floats) -> tuple[float, Floats]:
            model = cls(*parameters)
            value = weights @ model.log_likelihood(scaled)
            return float(value), model.slope(scaled) @ weights

        r, alpha, a, b = most_likely(slope, 4, "purchases_did_not_converge").tolist()
        return cls(r, alpha * unit, a, b)

    def log_likelihood(self, seen: Histories) -> Floats:
        """Logarithm of the probability density of each history (equation 6 of the paper)."""
        r, alpha, a, b, x = self.r, self.alpha, self.a, self.b, seen.repeats
        return np.asarray(
            gammaln(r + x)
            - gammaln(r)
            + r * np.log(alpha)
            + betaln(a, b + x)
            - betaln(a, b)
            - (r + x) * np.log(alpha + seen.age)
            + np.logaddexp(0.0, self._log_odds_gone(seen))
        )

    def slope(self, seen: Histories) -> Floats:
        """Derivatives of `log_likelihood` by r, alpha, a and b: four rows."""
        r, alpha, a, b, x = self.r, self.alpha, self.a, self.b, seen.repeats
        gone = 1 - self.probability_alive(seen)
        end, last = alpha + seen.age, alpha + seen.recency
        log_time = (1 - gone) * np.log(end) + gone * np.log(last)
        everyone = psi(a + b) - psi(a + b + x)
        return np.stack(
            [
                psi(r + x) - psi(r) + np.log(alpha) - log_time,
                r / alpha - (r + x) * ((1 - gone) / end + gone / last),
                everyone + gone / a,
                everyone + psi(b + x) - psi(b) - gone / np.where(x > 0, b + x - 1, 1),
            ]
        )

    def probability_alive(self, seen: Histories) -> Floats:
        """Probability of being alive; 1 without a repeat purchase: nobody leaves before."""
        return np.asarray(1 / (1 + np.exp(np.minimum(self._log_odds_gone(seen), 700.0))))

    def expected_purchases(self, seen: Histories, days: float) -> Floats:
        """Mean number of purchases in the `days` that follow (equation 10 of the paper)."""
        mean = self._purchases_alive(seen, days, self.a)
        poles = np.minimum(abs(self.a - 1), np.abs(self.a + self.b + seen.repeats - 1))
        near = (poles < NEAR_A_POLE) | ~np.isfinite(mean)  # SciPy gives up where a = r, far out
        if np.any(near):
            below = self._purchases_alive(seen, days, self.a - 3 * NEAR_A_POLE)
            above = self._purchases_alive(seen, days, self.a + 3 * NEAR_A_POLE)
            mean = np.where(near, (below + above) / 2, mean)
        return mean * self.probability_alive(seen)

    def _log_odds_gone(self, seen: Histories) -> Floats:
        """Logarithm of P(gone) / P(alive); minus infinity without a repeat purchase."""
        x = seen.repeats
        ratio = np.log((self.alpha + seen.age) / (self.alpha + seen.recency))
        gone = np.log(self.a) - np.log(np.where(x > 0, self.b + x - 1, 1)) + (self.r + x) * ratio
        return np.where(x > 0, gone, -np.inf)

    def _purchases_alive(self, seen: Histories, days: float, a: float) -> Floats:
        # Of the two forms that Euler's transformation gives the hypergeometric function, the one
        # that stays finite for long horizons and for many purchases.
        often, b = self.r + seen.repeats, self.b + seen.repeats
        end = self.alpha + seen.age
        share = days / (end + days)
        as_printed = a > often + 1
        series = hyp2f1(
            np.where(as_printed, often, a + b - 1 - often),
            np.where(as_printed, b, a - 1),
            a + b - 1,
            share,
        )
        power = (1 - share) ** np.where(as_printed, often, a - 1)
        with np.errstate(divide="ignore", invalid="ignore"):  # a pole, which is avoided
            # So small a power makes the product 0, even where the series is not a number.
            rest = np.where(power < 1e-200, 0.0, power * series)
            return np.asarray((a + b - 1) / (a - 1) * (1 - rest))
