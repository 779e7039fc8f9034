"""The value of each future purchase: the Gamma-Gamma model.

A customer's purchases scatter around a mean of their own, gamma(p, .) distributed, and the means
over customers by gamma(q, v). It assumes that the mean does not depend on how often a customer
buys.

Source: Fader, Hardie (2013), The Gamma-Gamma Model of Monetary Value,
http://www.brucehardie.com/notes/025/
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaln, psi

from stripe_apex.lifetime.likelihood import NoFitError, most_likely

if TYPE_CHECKING:
    from stripe_apex.lifetime.likelihood import Floats


@dataclass(frozen=True)
class ValueModel:
    """Gamma-Gamma with its three parameters; `v` in the unit of the values."""

    p: float
    q: float
    v: float

    @classmethod
    def fit(cls, repeats: Floats, total: Floats) -> ValueModel:
        """Fit by maximum likelihood.

        Args:
            repeats: number of purchases of each customer, above 0.
            total: the sum of their values, above 0.

        Raises:
            NoFitError: the likelihood has no maximum, or the mean over customers is infinite.
        """
        unit = float(np.median(total / repeats))
        order = np.lexsort((total, repeats))
        number, scaled = repeats[order], total[order] / unit

        # In p v instead of v: if each customer always pays the same, p grows and v falls, but p v
        # stays.
        def slope(parameters: Floats) -> tuple[float, Floats]:
            p, q, size = parameters
            model = cls(p, q, size / p)
            value = model.log_likelihood(number, scaled).mean()
            by_p, by_q, by_v = model.slope(number, scaled).mean(axis=1)
            return float(value), np.array([by_p - by_v * size / p**2, by_q, by_v / p])

        p, q, size = most_likely(slope, 3, "values_did_not_converge").tolist()
        if q <= 1:
            raise NoFitError("values_have_no_mean")
        return cls(p, q, size / p * unit)

    def log_likelihood(self, repeats: Floats, total: Floats) -> Floats:
        """Logarithm of the probability density of each mean (equation 1a of the note)."""
        shape, whole = self.p * repeats, self.v + total
        return np.asarray(
            shape * np.log(total / whole)
            + self.q * np.log(self.v / whole)
            - betaln(shape, self.q)
            - np.log(total / repeats)
        )

    def slope(self, repeats: Floats, total: Floats) -> Floats:
        """Derivatives of `log_likelihood` by p, q and v: three rows."""
        shape, whole = self.p * repeats, self.v + total
        return np.stack(
            [
                repeats * (psi(shape + self.q) - psi(shape) + np.log(total / whole)),
                psi(shape + self.q) - psi(self.q) + np.log(self.v / whole),
                self.q / self.v - (shape + self.q) / whole,
            ]
        )

    def expected_value(self, repeats: Floats, total: Floats) -> Floats:
        """Expected value of a future purchase, between the customer's own mean and that of all."""
        return self.p * (self.v + total) / (self.p * repeats + self.q - 1)
