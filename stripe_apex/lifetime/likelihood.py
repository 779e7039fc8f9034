"""Maximum likelihood estimates of positive parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

if TYPE_CHECKING:
    from collections.abc import Callable

Floats: TypeAlias = NDArray[np.float64]

FURTHEST = 5.0
"""Parameters stay within e^-5 and e^5 units of the data. Customers who are all alike push shape and
scale of a distribution to the upper end. There its spread is a few percent, and larger values would
change no prediction. A fit that ends at the lower end has no such meaning."""
FLAT = 1e-5
"""The greatest derivative of the mean log-likelihood, by a log parameter, that counts as 0."""


class NoFitError(Exception):
    """There is no fit; `reason` is one word that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def most_likely(slope: Callable[[Floats], tuple[float, Floats]], size: int, failed: str) -> Floats:
    """The `size` parameters that maximise a mean log-likelihood.

    Args:
        slope: returns the mean log-likelihood at given parameters, and its derivative by each.
        size: number of parameters.
        failed: the reason in the error if there is no maximum.

    Raises:
        NoFitError: the search ended at the lower end, or where a derivative is not 0.
    """

    def uphill(logs: Floats) -> tuple[float, Floats]:
        parameters = np.exp(logs)
        value, derivative = slope(parameters)
        return -value, -derivative * parameters

    found = minimize(
        uphill,
        np.zeros(size),
        jac=True,
        method="L-BFGS-B",
        bounds=[(-FURTHEST, FURTHEST)] * size,
        options={"maxiter": 2000, "ftol": 1e-15, "gtol": 1e-9},
    )
    logs, rest = np.asarray(found.x, dtype=np.float64), np.asarray(found.jac)
    at_the_top = (logs > FURTHEST - 0.01) & (rest < 0)
    if not np.max(np.abs(np.where(at_the_top, 0, rest))) < FLAT or np.min(logs) < 0.01 - FURTHEST:
        raise NoFitError(failed)
    return np.exp(logs)
